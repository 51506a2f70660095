"""How a reconciler's process fares: its request budgets, jobs, clocks, and what waits to be sent."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BudgetView:
    """What is used of one counter of a venue: of one address, by all who are known to use it.

    Attributes:
        venue: The venue's name, for people.
        address: The name of the address; empty where it has none. Never a proxy's own address.
        accounts: Those that share it, by name.
        used: Weight used within the window by everybody on the address, as far as it is known.
        ours: The part of that which this process sent.
        most: What the venue takes within the window.
        part: What this process uses of it at most, but for an opening whose money is out.
        slowed_from: Weight used by everybody from which on sweeps stop asking.
        window: Seconds.
        waits_until: Until when the venue asks all of them to wait, aware UTC; None where it does not.
        refusals: How often in a row it has refused.
        waits: Those of single accounts: (account, path, until when).
    """

    venue: str
    address: str
    accounts: tuple[str, ...]
    used: float
    ours: float
    most: float
    part: float
    slowed_from: float
    window: float
    waits_until: datetime | None
    refusals: int
    waits: tuple[tuple[str, str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class JobView:
    """One job of the schedule.

    Attributes:
        name: What it does; `account`: for which account, empty for all of them.
        every: Seconds between two turns.
        good_at: When a turn last ended well, aware UTC; None if none has.
        seconds: How long that turn took; None with it.
        failing: What its last turn met; empty where it ended well.
        late: A turn is overdue, or does not end.
    """

    name: str
    account: str
    every: float
    good_at: datetime | None
    seconds: float | None
    failing: str
    late: bool


@dataclass(frozen=True, slots=True)
class ClockView:
    """A venue's clock against this machine's.

    Attributes:
        account: By whose requests it was measured.
        ahead_ms: By how many milliseconds it is ahead of ours; negative behind.
        within_ms: How far that may be off.
        at: When it was measured, aware UTC.
    """

    account: str
    ahead_ms: float
    within_ms: float
    at: datetime


@dataclass(frozen=True, slots=True)
class WaitingView:
    """What waits to be sent on a channel: `since` when, aware UTC; None for nothing."""

    channel: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class ProcessView:
    """What a reconciler's process last said of itself.

    Attributes:
        process: Machine and number.
        at: When it said so, aware UTC: when something changed, and every few minutes.
        started_at: When it began, aware UTC.
        versions: What runs in it, (name, version) each.
        budgets: One a venue and address.
        jobs: Those of its schedule.
        clocks: One an account whose venue's clock was measured.
        waiting: One a channel that it serves.
    """

    process: str
    at: datetime
    started_at: datetime
    versions: tuple[tuple[str, str], ...]
    budgets: tuple[BudgetView, ...]
    jobs: tuple[JobView, ...]
    clocks: tuple[ClockView, ...]
    waiting: tuple[WaitingView, ...]


def of_accounts(process: ProcessView, only: Collection[str]) -> ProcessView:
    """Return what a process says of these accounts; what is of all of them, such as channels, stays."""
    return replace(
        process,
        budgets=tuple(
            replace(
                budget,
                accounts=tuple(each for each in budget.accounts if each in only),
                waits=tuple(each for each in budget.waits if each[0] in only),
            )
            for budget in process.budgets
            if any(each in only for each in budget.accounts)
        ),
        jobs=tuple(job for job in process.jobs if job.account in only),
        clocks=tuple(clock for clock in process.clocks if clock.account in only),
    )


@dataclass(frozen=True, slots=True)
class ChannelTestView:
    """A test message that somebody asked for.

    Attributes:
        id: Its number.
        channel: On which channel.
        asked_by: Who.
        asked_at: When, aware UTC.
        answered_at: When the reconciler had its answer, aware UTC; None while there is none.
        taken: The channel has taken it.
        said: What came back, one plain line without secrets.
    """

    id: int
    channel: str
    asked_by: str
    asked_at: datetime
    answered_at: datetime | None
    taken: bool
    said: str


@dataclass(frozen=True, slots=True)
class HealthView:
    """How Trueup itself fares.

    Attributes:
        read_at: Aware UTC; ages are counted from it.
        processes: What each reconciler's process last said of itself, newest first.
        unreadable: Processes of which that cannot be read.
        tests: The newest test of each channel.
        oldest_owed: When the oldest change came about of which nobody was told yet, aware UTC; None for none.
        owed: How many changes nobody was told of yet.
        database: `sqlite` or `postgresql`.
        database_bytes: How large it is; None where that is not known.
    """

    read_at: datetime
    processes: tuple[ProcessView, ...]
    unreadable: tuple[str, ...]
    tests: tuple[ChannelTestView, ...]
    oldest_owed: datetime | None
    owed: int
    database: str
    database_bytes: int | None
