"""One account of this process: watched while its lease is ours, and waited for while it is another's."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta

import structlog

from reconciler.account.unit import AccountUnit
from reconciler.alerts.retirement import Watched
from reconciler.facts.finding import FindingKey
from reconciler.facts.wording import clock as time_of_day
from reconciler.notify.last_resort import named
from reconciler.serve.watching import Watching
from reconciler.service.claims import Claim, Claims
from reconciler.service.heartbeat import HeartbeatKeeper
from reconciler.storage.errors import LeaseLost, StateDatabaseError
from reconciler.storage.held_store import HeldStore
from reconciler.storage.leases import Kept
from reconciler.storage.store import Store
from reconciler.storage.waiting import waited_out
from verification.facts.clock import Clock
from verification.facts.spell import Spell

HEARTBEAT_SECONDS = 2.0

ASK_SECONDS = 1.0
"""How often a lease that another process has is asked for."""

TELL_SECONDS = 300.0
"""How often it is told again that an account is waited for."""

log = structlog.get_logger()


class AccountRunner:
    """Waits for the lease of an account, watches the account for as long as it has it, and waits again.

    Attributes:
        account: Its name in the settings.
    """

    def __init__(
        self,
        account: str,
        make_unit: Callable[[Store], AccountUnit],
        claims: Claims,
        clock: Clock,
        *,
        interval: timedelta,
        watched: Watched,
        group: str | None = None,
        given: Claim | None = None,
    ) -> None:
        """Nothing runs yet.

        Args:
            account: Its name in the settings.
            make_unit: Makes what watches it, anew each time: it begins as after a restart.
            claims: Where its lease is asked for.
            clock: Where time comes from.
            interval: Between two sweeps.
            watched: What is watched of it: of anything else nothing is kept.
            group: The group of accounts that it belongs to, empty for none; None leaves it as it is stored.
            given: By what it is ours already: then no other claim is waited for, and it ends with this one.
        """
        self.account = account
        self._make_unit = make_unit
        self._claims = claims
        self._clock = clock
        self._interval = interval
        self._watched = watched
        self._group = group
        self._given = given
        self._claim = given
        self._unit: AccountUnit | None = None
        self._heartbeat: HeartbeatKeeper | None = None
        self._jobs: set[asyncio.Future[None]] = set()
        self._waits_for = ""

    def watching(self) -> Watching:
        """Return what this process knows of the account at this moment, from memory."""
        beaten = None if self._heartbeat is None else self._heartbeat.stored_at
        known = None if self._unit is None else self._unit.known()
        lapsed = self._claim is not None and self._claim.store.may_be_anothers
        waits, group = self._waits_for, self._group or ""
        return Watching(self.account, self._interval, known, waits, beaten, lapsed=lapsed, group=group)

    @property
    def held(self) -> HeldStore | None:
        """What writes of the account while its lease is ours; None while it is, or may be, another's."""
        return None if self._claim is None or self._claim.store.may_be_anothers else self._claim.store

    async def run(self) -> None:
        """Watch or wait until cancelled; then `close`, and `give_back` if it was meant to end.

        With a claim that was given it ends when that is lost.

        Raises:
            StateDatabaseError: The state database cannot be used; a group may hold it.
        """
        while True:
            self._claim = self._given or await self._wait()
            log.info("account.watched", account=self.account)
            await self._watch(self._claim)
            why = "it was not renewed in time" if self._claim.store.ran_out else "another process watches it"
            waiting = "" if self._given else ": waiting"
            log.warning("account.lost", account=self.account, hint=f"{why}{waiting}")
            await self._end_jobs()
            await self.close()
            self._claim.let_go()
            self._claim = self._heartbeat = None
            if self._given is not None:
                return

    def pace(self, interval: timedelta) -> None:
        """Take note of another time between two sweeps."""
        self._interval = interval
        if self._heartbeat is not None:
            self._heartbeat.pace(interval)

    async def watch_for(self, watched: Watched) -> None:
        """Keep what is watched of it from now on, and retire the alerts of what is not.

        Raises:
            LeaseLost: The account is another process's.
            StateDatabaseError: The state database cannot be used any more.
        """
        self._watched = watched
        held = self.held
        if held is not None:
            await waited_out(lambda: held.retain(watched, now=self._clock.now().utc), self._clock)

    def look_again(self, condition: FindingKey) -> None:
        """Have a condition looked at soon; where the account is another process's, that one does."""
        if self._unit is not None:
            self._unit.look_again(condition)

    async def beat(self) -> None:
        """Say that the account is looked at. Called by the schedule."""

        async def beat(unit: AccountUnit) -> None:
            assert self._claim is not None
            assert self._heartbeat is not None
            if not self._claim.stands():
                self._claim.store.lost.set()
                return
            await self._heartbeat.beat(unit.loop)

        await self._do(beat)

    async def sweep(self) -> None:
        """Look at the whole account. Called by the schedule."""
        await self._do(AccountUnit.sweep)

    async def check_health(self) -> None:
        """Judge what can and cannot be seen. Called by the schedule."""
        await self._do(AccountUnit.check_health)

    async def measure_clock(self) -> None:
        """Measure the venue's clock. Called by the schedule."""
        await self._do(AccountUnit.measure_clock)

    async def doubt_clock(self) -> None:
        """Measure it anew while ours is doubted. Called by the schedule."""
        await self._do(AccountUnit.doubt_clock)

    async def close(self) -> None:
        """End every connection of the account, even where ending one of them fails."""
        unit, self._unit = self._unit, None
        if unit is None:
            return
        try:
            await unit.close()
        except Exception:
            # Whatever one account's end meets is no other's.
            log.exception("account.not_closed", account=self.account)

    async def leave(self) -> None:
        """End what is left of a watch whose `run` was cancelled, and give the lease back.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        await self._end_jobs()
        await self.close()
        if not await self.give_back():
            no_good_bye([self.account])

    async def give_back(self) -> bool:
        """Give the lease back, if there is one: whoever waits for the account has it at once.

        Returns False where the state database is away: whoever waits has it when the lease has run out.
        """
        if self._claim is None:
            return True
        try:
            if self._heartbeat is None:  # its watch had not begun: what the holder before left stays
                await self._claim.store.give_back(self._claim.before)
            else:
                await self._heartbeat.give_back()
        except LeaseLost:
            log.warning("account.lost", account=self.account, hint="another process watches it")
        except StateDatabaseError as error:
            if not error.again:
                raise
            return False
        finally:
            self._claim.let_go()
        return True

    async def _wait(self) -> Claim:
        waiting = Spell(TELL_SECONDS)
        while True:
            answer = await waited_out(lambda: self._claims.claim(self.account, self._group), self._clock)
            if isinstance(answer, Claim):
                self._waits_for = ""
                return answer
            self._waits_for = held_by(answer)
            if waiting.met(self._clock.now(), str(answer.holder)):
                log.info("account.waiting", account=self.account, why=held_by(answer))
            await self._clock.sleep(ASK_SECONDS)

    async def _watch(self, claim: Claim) -> None:
        """Watch until the lease is lost."""
        looking = asyncio.create_task(self._look(claim), name=f"watch over {self.account}")
        losing = asyncio.create_task(claim.store.lost.wait())
        try:
            await asyncio.wait({looking, losing}, return_when=asyncio.FIRST_COMPLETED)
            if not claim.store.lost.is_set():
                await looking
        finally:
            looking.cancel()
            losing.cancel()
            await asyncio.gather(looking, losing, return_exceptions=True)

    async def _look(self, claim: Claim) -> None:
        heartbeat = HeartbeatKeeper(
            self.account,
            claim.store,
            self._clock,
            every=HEARTBEAT_SECONDS,
            interval=self._interval,
            last=claim.before,
        )
        self._heartbeat = heartbeat
        await heartbeat.report_silence_before()
        await waited_out(lambda: claim.store.retain(self._watched, now=self._clock.now().utc), self._clock)
        self._unit = unit = self._make_unit(claim.store)
        async with asyncio.TaskGroup() as group:
            group.create_task(unit.run())
            group.create_task(self.measure_clock())  # its next turn in the schedule may be a minute away

    async def _do(self, job: Callable[[AccountUnit], Awaitable[None]]) -> None:
        """Do a job of the schedule, unless the account is only waited for; it ends when the lease is lost."""
        if self._unit is None or self._claim is None:
            return
        lost = self._claim.store.lost
        doing = asyncio.ensure_future(job(self._unit))
        self._jobs.add(doing)
        try:
            await doing
        except asyncio.CancelledError:
            ourselves = asyncio.current_task()
            if ourselves is None or ourselves.cancelling():
                raise
        except Exception:
            if not lost.is_set():
                raise
        finally:
            self._jobs.discard(doing)

    async def _end_jobs(self) -> None:
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


def no_good_bye(accounts: Collection[str]) -> None:
    """Log that the leases of accounts were not given back, and what that means."""
    hint = "they are free when their leases run out, and whoever watches them then tells of the silence"
    log.warning("state.good_bye_not_stored", accounts=named(accounts), hint=hint)


def held_by(kept: Kept) -> str:
    """Say who has an account that is waited for."""
    if kept.holder is None:
        return "held by another process"
    until = "it ends" if kept.until is None else time_of_day(kept.until)
    return f"held by {kept.holder} until {until}"
