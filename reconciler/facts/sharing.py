"""Which accounts each of several workers watches: who claims what, and who gives what back; pure.

Every worker decides for itself, by what stands in the state database; all of them see the same there, and so
come to the same plan. Where two do not, for one has seen less, the lease decides, and a wrong plan costs a
moment. What is moved is moved to a worker that lives and has room, and only where that covers an account that
nobody watches, or where one holds two more than the other: less would only be moved to and fro.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """What one worker takes of the accounts of its settings.

    Attributes:
        most: How many accounts at most.
        egresses: Only those of these addresses, by name; empty for all.
    """

    most: int
    egresses: frozenset[str] = frozenset()

    def accounts(self, egresses: Mapping[str, str]) -> frozenset[str]:
        """Return the accounts that it may watch; `egresses` is the address of each, empty for none."""
        wanted = self.egresses
        return frozenset(name for name, egress in egresses.items() if not wanted or egress in wanted)


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that shares the accounts with others, and lives.

    Attributes:
        name: A random name of this very process.
        most: How many accounts it watches at most.
        accounts: Those that it may watch.
        settled: It has lived for some time: only then is anything given up for it.
        settings: A mark of the accounts of its settings: those of the same mark know the same accounts.
        process: `HOST PID`.
    """

    name: str
    most: int
    accounts: frozenset[str]
    settled: bool = True
    settings: str = ""
    process: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What a worker is to do now.

    Attributes:
        claim: Accounts that nobody holds, and that are its to claim.
        give_back: One that it holds and another worker is to have; None for none.
    """

    claim: tuple[str, ...] = ()
    give_back: str | None = None


def step(me: str, workers: Collection[Worker], held: Mapping[str, str]) -> Step:
    """Return what a worker is to do now.

    Args:
        me: Its name.
        workers: Those that live.
        held: By whom each account is held that is; a process that does not share, or has died, may be one.
    """
    plan = planned(workers, held)
    known = {worker.name: worker for worker in workers}
    load = Counter(held.values())
    mine = known.get(me)
    if mine is None:
        return Step()
    free = {account: to for account, to in plan.items() if account not in held}
    claim = sorted(account for account, to in free.items() if to == me)[: max(0, mine.most - load[me])]
    if claim or any(load[to] < known[to].most for to in free.values()):
        return Step(tuple(claim))  # nothing is given up while something is on its way
    for account, to in sorted(plan.items()):
        if held.get(account) == me and to != me and load[to] < known[to].most:
            return Step(give_back=account)
    return Step()


def unwatched(workers: Collection[Worker], held: Mapping[str, str], accounts: Collection[str]) -> list[str]:
    """Return the accounts that nobody holds and that nobody has room for, by name."""
    plan = planned(workers, held)
    return sorted(account for account in accounts if account not in held and account not in plan)


def tells(me: str, workers: Collection[Worker]) -> bool:
    """Return whether a worker is the one that tells people what nobody watches, of those that know the same.

    Of one with other settings it is not known which accounts it would tell of: then each kind has its own.
    """
    mine = [worker.settings for worker in workers if worker.name == me]
    return bool(mine) and me == min(worker.name for worker in workers if worker.settings == mine[0])


def of_other_settings(me: str, workers: Collection[Worker]) -> list[str]:
    """Return the processes whose settings have other accounts than those of a worker."""
    mine = {worker.settings for worker in workers if worker.name == me}
    return sorted(worker.process for worker in workers if mine and worker.settings not in mine)


def planned(workers: Collection[Worker], held: Mapping[str, str]) -> dict[str, str]:
    """Return which worker each account should come to be held by; one that stands nowhere has no place."""
    plan = _Plan(workers, held)
    able = Counter(account for worker in workers for account in worker.accounts)
    for account in sorted(able.keys() - held.keys(), key=lambda each: (able[each], each)):
        plan.place(account)
    plan.balance()
    return plan.by


class _Plan:
    """Begins with what is, and changes as little as it can."""

    def __init__(self, workers: Collection[Worker], held: Mapping[str, str]) -> None:
        self._workers = {worker.name: worker for worker in workers}
        self._held = held
        self.by = {account: by for account, by in held.items() if by in self._workers}
        self._load = Counter(self.by.values())

    def place(self, account: str) -> None:
        """Find a place for an account, by the shortest way of moves that makes room; if there is one."""
        came: dict[str, tuple[str, str | None]] = {}  # by which account a worker was come to, and from whom
        line: deque[str] = deque()
        for name in self._may(account):
            came[name] = account, None
            line.append(name)
        while line:
            name = line.popleft()
            if self._has_room(name):
                self._follow(name, came)
                return
            for moved in self._of(name):
                for to in self._may(moved):
                    if to not in came and self._can_come(moved, to):
                        came[to] = moved, name
                        line.append(to)

    def balance(self) -> None:
        """Move accounts from who has two more than another one that could have them."""
        while (move := self._move()) is not None:
            self._put(*move)

    def _move(self) -> tuple[str, str] | None:
        for name in sorted(self._workers, key=lambda each: (-self._load[each], each)):
            for account in self._of(name):
                for to in self._may(account):
                    uneven = self._load[name] >= self._load[to] + 2
                    if uneven and self._has_room(to) and self._can_come(account, to):
                        return account, to
        return None

    def _follow(self, name: str, came: Mapping[str, tuple[str, str | None]]) -> None:
        to: str | None = name
        while to is not None:
            account, before = came[to]
            self._put(account, to)
            to = before

    def _put(self, account: str, to: str) -> None:
        before = self.by.get(account)
        if before is not None:
            self._load[before] -= 1
        self.by[account] = to
        self._load[to] += 1

    def _may(self, account: str) -> Iterator[str]:
        """Yield who may have an account, who has least first."""
        able = [worker.name for worker in self._workers.values() if account in worker.accounts]
        yield from sorted(able, key=lambda name: (self._load[name], name))

    def _of(self, name: str) -> list[str]:
        """Return what a worker has in the plan; what nobody holds yet costs nothing to move, and is first."""
        return sorted(
            (account for account, by in self.by.items() if by == name),
            key=lambda account: (account in self._held, account),
        )

    def _can_come(self, account: str, to: str) -> bool:
        return account not in self._held or self._workers[to].settled

    def _has_room(self, name: str) -> bool:
        return self._load[name] < self._workers[name].most
