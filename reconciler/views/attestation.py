"""What is attested of one day: the values that its JSON and its page are both made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

SCHEMA = 1
"""Raised when a field of the document changes its meaning or goes."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the day in which an account was not seen whole.

    Attributes:
        since: When it began, aware UTC; `until`: when it ended, or up to where the statement goes.
        state: `in part`, `not watched` or `not known`.
        sources: The sources that were not well; empty where nothing was watched, or nothing is known.
    """

    since: datetime
    until: datetime
    state: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the day an account was seen. The four parts make up the whole; each in seconds.

    Attributes:
        whole: Of the day, up to where the statement goes.
        covered: Every source was well, and sweeps told what stood: both are known.
        in_part: Watched, while at least one source was not well.
        not_watched: It is known that nobody watched.
        not_known: All the rest. Nothing is stored of it that says it was seen.
        swept: For how long sweeps told what stood; None where no sweep of the day is kept.
        share: `covered` of `whole`, rounded down; None where nothing of the day is over yet.
        gaps: What was not seen whole, oldest first. What sweeps did not tell is in none of them.
    """

    whole: float
    covered: float
    in_part: float
    not_watched: float
    not_known: float
    swept: float | None
    share: Decimal | None
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Sweeps:
    """The sweeps of the day that are kept: one is kept where it came to something else than the one before.

    Attributes:
        complete: How many of them saw everything; `partial` and `blind`: how many did not.
        kept_from: From when on they are kept, aware UTC; None where all of the day are.
        last_complete: When the last of them that saw everything was finished, aware UTC; None for none.
    """

    complete: int
    partial: int
    blind: int
    kept_from: datetime | None
    last_complete: datetime | None


@dataclass(frozen=True, slots=True)
class Break:
    """An alert that people were told of, and that was open on the day.

    Attributes:
        id: Its number.
        kind: By its name; `title`: in words.
        account: The account; `symbol`, `leg`: of what.
        severity: As last found; `reason`: likewise, one sentence.
        exposure: Quote value at risk as last found; None where that is not known.
        fired_at: When it first fired, aware UTC.
        ended_at: When it ended, aware UTC; None while it is open.
        ended: `resolved`, `retired`, `closed`, or `open`, as it is now.
        because: Why it ended, where it was not resolved.
        seconds: For how long it was open on the day.
        before: It had fired before the day began.
        open_at_end: It was open when the day ended, or at the end of the statement.
    """

    id: int
    kind: str
    title: str
    account: str
    symbol: str
    leg: str
    severity: str
    reason: str
    exposure: Decimal | None
    fired_at: datetime
    ended_at: datetime | None
    ended: str
    because: str
    seconds: float
    before: bool
    open_at_end: bool


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said of an alert on the day.

    Attributes:
        at: When, aware UTC.
        by: Who, as Trueup knows them; `origin`: from where.
        said: acknowledged, snoozed, intended, noted, closed, ...
        alert: The alert's number; `account`, `kind`, `symbol`: what it is about.
        note: What they wrote.
    """

    at: datetime
    by: str
    origin: str
    said: str
    alert: int
    account: str
    kind: str
    symbol: str
    note: str


@dataclass(frozen=True, slots=True)
class Work:
    """A maintenance window that stood on the day: times aware UTC, who, and why."""

    account: str
    since: datetime
    until: datetime
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """Whose doing the changes of the day were.

    Attributes:
        explained: Changes of which it is known who made them; `unexplained`: of which it is not.
        waiting: Changes that are not counted yet.
        share: `explained` of both, rounded down; None where nothing has changed, or nothing is known.
        counts: How many, by who made them.
        counted_from: From when on changes of the day are counted, aware UTC; None where none is.
        counted_until: Up to when, aware UTC; None with it.
    """

    explained: int
    unexplained: int
    waiting: int
    share: Decimal | None
    counts: Mapping[str, int]
    counted_from: datetime | None
    counted_until: datetime | None


@dataclass(frozen=True, slots=True)
class UnprotectedDay:
    """What stood without a covering stop: value times seconds; seconds that any did, and that are known."""

    dollar_seconds: Decimal
    exposed: float
    known: float


@dataclass(frozen=True, slots=True)
class AccountDay:
    """One account's part of the statement. `unprotected` is None where nothing is stored of the day."""

    account: str
    group: str
    coverage: Coverage
    sweeps: Sweeps
    explained: ExplainedDay
    unprotected: UnprotectedDay | None


@dataclass(frozen=True, slots=True)
class Process:
    """What a process that reconciles last said of itself: when, since when it ran, and what runs in it."""

    process: str
    at: datetime
    started_at: datetime
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Attestation:
    """What is attested of one day.

    Attributes:
        day: Which, UTC.
        since: When it began, aware UTC; `until`: up to where the statement goes.
        over: The day was over when this was made.
        made_at: When this was made, aware UTC; `version`: by which Trueup.
        group: Of which group of accounts; empty for all accounts.
        only: The statement is of the accounts that whoever asked may see, and there may be others.
        accounts: Their parts, by group and name.
        breaks: Those that fired on the day or were still open, oldest first.
        words: What people said, oldest first.
        work: Maintenance windows.
        processes: Those of which anything is kept.
        forgotten: What of the day is not kept any more, or may not be, a sentence each.
        unreadable: A line for each stored row that cannot be read, and is missing here.
    """

    day: date
    since: datetime
    until: datetime
    over: bool
    made_at: datetime
    version: str
    group: str
    only: bool
    accounts: tuple[AccountDay, ...]
    breaks: tuple[Break, ...]
    words: tuple[Word, ...]
    work: tuple[Work, ...]
    processes: tuple[Process, ...]
    forgotten: tuple[str, ...]
    unreadable: tuple[str, ...]
