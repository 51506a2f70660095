"""What is stored of one day, as the statement of it is made from. Values only; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from reconciler.alerts.alert import Alert
from reconciler.facts.attribution import By
from reconciler.record.attestation.coverage import Seen
from reconciler.record.unprotected import DayPart
from reconciler.views.attestation import Process, Sweeps, Word, Work


@dataclass(frozen=True, slots=True)
class Counted:
    """The changes of the day.

    Attributes:
        since: From when on changes are counted, aware UTC; None where none is.
        until: Up to when, aware UTC; None with it.
        counts: How many of the day are kept, by who made them.
        kept_from: From when on they are kept, aware UTC: what is older is forgotten.
    """

    since: datetime | None
    until: datetime | None
    counts: Mapping[By, int]
    kept_from: datetime


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is stored of one account's day."""

    account: str
    group: str
    seen: Seen
    sweeps: Sweeps
    counted: Counted
    unprotected: DayPart | None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What is stored of one day.

    Attributes:
        day: Which, UTC.
        read_at: When it was read, aware UTC.
        accounts: Of each account.
        alerts: Those that were open on the day, and that people were told of.
        words: What people said on it.
        work: Maintenance windows that stood on it.
        processes: What processes last said of themselves.
        alerts_whole: False where alerts that ended on the day may have been forgotten.
        sources_kept_from: From when on states of sources and days without a stop are kept, aware UTC.
        unreadable: A line for each row that cannot be read.
    """

    day: date
    read_at: datetime
    accounts: Sequence[AccountFacts]
    alerts: Sequence[Alert]
    words: Sequence[Word]
    work: Sequence[Work]
    processes: Sequence[Process]
    alerts_whole: bool
    sources_kept_from: datetime
    unreadable: Sequence[str] = field(default_factory=tuple)
