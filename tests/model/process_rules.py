"""What can happen to processes, and what they do with leases: rules of the model."""

from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from reconciler.alerts.policy import Observed
from reconciler.facts.heartbeat import Heartbeat
from reconciler.service.claims import Claim
from reconciler.storage.beats import beside
from reconciler.storage.database import Database
from reconciler.storage.leases import Given
from tests.model.process import Act, Process
from tests.model.spec import LEASE_SECONDS
from tests.model.world import ACCOUNTS, World

names = st.sampled_from("abc")
accounts = st.sampled_from([ACCOUNTS[0], ACCOUNTS[0], ACCOUNTS[1]])
joints = st.integers(0, 4)


class ProcessRules(RuleBasedStateMachine):
    """Three machines, on which processes live and die; two accounts, which they hold."""

    database: ClassVar[Database]
    tell_time: ClassVar[Any]  # Callable[[datetime], None] | None

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.database, type(self).tell_time)

    # processes

    def alive(self, name: str) -> Process | None:
        """Return what lives on a machine and goes on; None where nothing does."""
        process = self.world.processes.get(name)
        return None if process is None or process.frozen else process

    def holders(self, account: str) -> list[Process]:
        """Return who takes an account for its own, and goes on; who truly has it first."""
        mine = [each for each in self.world.processes.values() if account in each.held and not each.frozen]
        return sorted(mine, key=lambda each: not self.world.is_current(each.held[account].store.lease))

    @rule(name=names)
    def starts(self, name: str) -> None:
        if name not in self.world.processes:
            self.world.start(name)

    @rule(name=names, account=accounts)
    def claims(self, name: str, account: str) -> None:
        world, process = self.world, self.alive(name)
        if process is None or account in process.held or process.pending:
            return
        tenure, life = world.tenures[account], process.holder.instance
        lock = tenure.lock

        async def claim() -> None:
            claim = await process.claims.claim(account)
            if isinstance(claim, Claim):
                process.held[account] = claim

        world.does(process, claim, Act(then=lambda given: self.judge(process, account, given)))
        if process.pending:
            tenure.lock = lock or life
        elif account not in process.held and tenure.lock == life:
            tenure.lock = ""

    def judge(self, process: Process, account: str, given: object) -> None:
        """Hold what a claim came to against whose the account is."""
        world, tenure, life = self.world, self.world.tenures[account], process.holder.instance
        if world.file:
            if tenure.lock not in {"", life}:
                world.wrong.append(f"{life} has the lock of {account}, which {tenure.lock} has")
            tenure.lock = life
        free = tenure.free_for(life, world.seconds, file=world.file)
        if isinstance(given, Given) != free:
            world.wrong.append(f"{life} asked for {account} of {tenure}, and was answered {given}")
        if isinstance(given, Given):
            world.is_given(given.lease)

    @rule(name=names)
    def beats(self, name: str) -> None:
        process = self.alive(name)
        for account in list(process.held) if process is not None else []:
            if process is not None and not process.frozen and account in process.held:
                self.beat(process, account)

    def beat(self, process: Process, account: str) -> None:
        """Have a process say that it lives, and renew its lease by that."""
        world, store, now = self.world, process.held[account].store, process.clock.now_in(self.world.seconds)
        tenure = world.tenures[account]

        def renewed(_: object) -> None:
            tenure.ends = world.seconds + LEASE_SECONDS

        heartbeat = Heartbeat(now, 2.0, now, stopped=False)
        world.does(process, lambda: store.beat(heartbeat), Act(store.lease, renewed))

    @rule(name=names, account=accounts)
    def gives_back(self, name: str, account: str) -> None:
        process = self.alive(name)
        if process is None or account not in process.held:
            return
        world, store = self.world, process.held[account].store

        def back(_: object) -> None:
            world.tenures[account].ends = None
            for channel, message in process.flying.items():
                for item in message.items:
                    world.letters.cut_off((channel, item.alert.id))

        bye = Heartbeat(world.now, 2.0, world.now, stopped=True)
        world.does(process, lambda: store.give_back(bye), Act(store.lease, back))
        if not process.pending and not process.dead:
            # What still ran of its watch comes too late.
            world.does(process, lambda: store.report_silence(Observed(), now=world.now), Act(store.lease))
        if account in process.held and not process.pending and not process.dead:
            world.let_go(process, account)  # whether or not that was stored, as the service does

    @rule(name=names, joint=joints)
    def dies(self, name: str, joint: int) -> None:
        process = self.world.processes.get(name)
        if process is not None:
            process.dies_in = joint
            if joint == 0:
                self.world.bury(process)

    @rule(name=names, joint=joints)
    def freezes(self, name: str, joint: int) -> None:
        process = self.alive(name)
        if process is not None:
            process.freezes_in = joint
            if joint == 0:
                process.freeze()

    @rule(name=names)
    def thaws(self, name: str) -> None:
        process = self.world.processes.get(name)
        if process is not None and process.frozen:
            self.world.thaw(process)

    @rule(name=names)
    def is_cut_off_or_back(self, name: str) -> None:
        process = self.world.processes.get(name)
        if process is not None:
            process.cut = not process.cut

    @rule(name=names)
    def loses_an_answer(self, name: str) -> None:
        process = self.world.processes.get(name)
        if process is not None:
            process.loses_answer = True

    @rule(account=accounts)
    def somebody_removes_the_lock(self, account: str) -> None:
        file = self.database.file
        if file is not None:
            beside(file, account, "lock").unlink(missing_ok=True)
            self.world.tenures[account].lock = ""

    @rule(seconds=st.sampled_from([0.7, 3.1, 8.3, 31.7]), beating=st.booleans())
    def time_passes(self, seconds: float, *, beating: bool) -> None:
        while seconds > 0:
            self.world.passes(min(seconds, 8.3))
            seconds -= 8.3
            for name in "abc" if beating else "":
                self.beats(name)

    @rule(minutes=st.sampled_from([6.1, 11.3, 47.9]))
    def all_machines_sleep(self, minutes: float) -> None:
        self.world.passes(60 * minutes)
