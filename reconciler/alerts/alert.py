"""An alert: a condition that a person must know of, with its life."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from reconciler.facts.finding import Evidence, FindingKey, Severity


class AlertState(StrEnum):
    """`pending -> firing -> acknowledged -> recovering -> resolved`, or `retired` out of any of them.

    A resolved one was shown to be gone. Of a retired one nothing was shown: it is watched no more.
    """

    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RECOVERING = "recovering"
    RESOLVED = "resolved"
    RETIRED = "retired"

    @property
    def open(self) -> bool:
        """True until it is resolved or retired."""
        return self not in OVER


OVER = frozenset({AlertState.RESOLVED, AlertState.RETIRED})
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
        resolved_at: When it was resolved or retired; None while open.
        acknowledgement: The one in force; None if none is.
        count: How often it was found.
        version: Raised with each change; every writer compares and sets it.
        clears: Clear reads in a row since it was last found.
        last_clear: When the latest of them was, aware UTC; None without one.
        frozen_since: Since when the condition cannot be checked (blind); None while it can.
        retired: Why it was retired, one plain clause; empty where it was not.
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
