"""An alert: a condition that a person must know of, with its life."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from reconciler.facts.finding import Evidence, FindingKey, Severity

STEPPED = timedelta(seconds=60)
"""What is dated further in the future than this was stored before the wall clock was set back."""


class AlertState(StrEnum):
    """`pending -> firing -> acknowledged -> recovering -> resolved`; or `retired`, or `closed`, out of them.

    A resolved one was shown to be gone. Of the other two nothing was shown: a retired one is watched no more,
    and a closed one was closed by a person.
    """

    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    RETIRED = "retired"
    CLOSED = "closed"

    @property
    def open(self) -> bool:
        """True until it is resolved, retired or closed."""
        return self not in OVER


OVER = frozenset({AlertState.RESOLVED, AlertState.RETIRED, AlertState.CLOSED})
"""The states of an alert that is over: another of the same condition is a new episode."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A person has seen it. Acknowledged is not fixed.

    Attributes:
        by: Who.
        at: When, aware UTC.
        note: What they wrote; required for critical alerts.
        until: When it ends and the alert fires again, aware UTC.
        severity: The severity that was acknowledged; a higher one breaks it.
        exposure: The exposure that was acknowledged; 10 % more breaks it. None if it was unknown.
    """

    by: str
    at: datetime
    note: str
    until: datetime
    severity: Severity
    exposure: Decimal | None


class HoldKind(StrEnum):
    """Why an alert is quiet though nobody has taken it: a person's word about this very alert."""

    SNOOZED = "snoozed"
    INTENDED = "intended"


@dataclass(frozen=True, slots=True)
class Hold:
    """A person wants an alert to be quiet for a while. It stays open, and is shown as what it is.

    Attributes:
        kind: Snoozed, or meant to be so: a position that somebody has opened by hand.
        by: Who.
        at: When, aware UTC.
        note: Why; always there for what is intended, and for what is critical.
        until: When it ends and the alert stands out again, aware UTC.
        severity: The severity that they saw; a higher one ends it.
        exposure: The exposure that they saw; 10 % more ends a snooze. None if it was unknown.
        surplus: What is intended: signed contracts that the exchange holds beyond the bots' books; any other
            ends it. None for a snooze.
    """

    kind: HoldKind
    by: str
    at: datetime
    note: str
    until: datetime
    severity: Severity
    exposure: Decimal | None
    surplus: Decimal | None = None

    def stands(self, now: datetime) -> bool:
        """Return whether it still holds; never once the wall clock was set back to before it was said."""
        return now < self.until and self.at - now <= STEPPED


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of one condition.

    Attributes:
        id: Its row; 0 before it is stored.
        key: The condition.
        state: Where its life is.
        severity: As last found.
        reason: As last found.
        expected: Signed contracts, as last found; None where it does not apply.
        observed: Signed contracts, as last found; None where it does not apply.
        exposure: Unsigned quote value, as last found; None if unknown.
        contract_size: Base currency in one contract; None where it does not apply.
        evidence: As last found.
        first_seen: When the condition was first suspected, aware UTC.
        fired_at: When it first fired; None while pending.
        last_seen: When it was last found, aware UTC.
        recovering_since: When positive evidence of health first came; None otherwise.
        resolved_at: When it was resolved, retired or closed; None while open.
        acknowledgement: The one in force; None if none is.
        count: How often it was found.
        version: Raised with each change; every writer compares and sets it.
        clears: Clear reads in a row since it was last found.
        last_clear: When the latest of them was, aware UTC; None without one.
        frozen_since: Since when the condition cannot be checked (blind); None while it can.
        retired: Why it was retired, one plain clause; empty where it was not.
        hold: A person's word by which it is quiet; None without one, and where it is acknowledged.
        closed_by: Who has closed it; empty where nobody has.
        closed_because: What they gave as the reason.
        flaps: How often the condition has fired within half an hour, this time included; 0 before it fires.
    """

    id: int
    key: FindingKey
    state: AlertState
    severity: Severity
    reason: str
    expected: Decimal | None
    observed: Decimal | None
    exposure: Decimal | None
    contract_size: Decimal | None
    evidence: tuple[Evidence, ...]
    first_seen: datetime
    fired_at: datetime | None
    last_seen: datetime
    recovering_since: datetime | None
    resolved_at: datetime | None
    acknowledgement: Acknowledgement | None
    count: int
    version: int
    clears: int = 0
    last_clear: datetime | None = None
    frozen_since: datetime | None = None
    retired: str = ""
    hold: Hold | None = None
    closed_by: str = ""
    closed_because: str = ""
    flaps: int = 0

    @property
    def surplus(self) -> Decimal | None:
        """What the exchange holds beyond the bots' books, signed contracts; None where it is not known."""
        return None if self.observed is None else self.observed - (self.expected or 0)

    def held(self, now: datetime) -> Hold | None:
        """Return the hold that is in force; None without one."""
        return self.hold if self.state.open and self.hold is not None and self.hold.stands(now) else None
