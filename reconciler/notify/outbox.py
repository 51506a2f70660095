"""What the state database knows of messages: the steps of alerts, and what each channel was told; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import Quiet
from reconciler.facts.finding import Severity


class Why(StrEnum):
    """Why a channel is told of an alert: what the transition owes, or what time and circumstance add."""

    FIRST = "first"
    WORSE = "worse"
    REPEAT = "repeat"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    SNOOZE_ENDED = "snooze_ended"
    INTENT_ENDED = "intent_ended"
    FLAPPING = "flapping"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    RETIRED = "retired"
    CLOSED = "closed"
    OVER = "over"  # it began and ended before the channel could be told

    @property
    def ends(self) -> bool:
        """True for the last word on an alert."""
        return self in _LAST


_LAST = frozenset({Why.RESOLVED, Why.RETIRED, Why.CLOSED, Why.OVER})

ENDS = frozenset(each.value for each in _LAST)
"""What a transition owes that says it is over."""


@dataclass(frozen=True, slots=True)
class Step:
    """One transition of an alert, as far as messages are concerned.

    Attributes:
        seq: The alert's version after it.
        at: Aware UTC.
        before: The state before; None for the first.
        after: The state it led to.
        action: What happened, as `event.Action` names it.
        severity: The severity then.
        owed: Why people are to be told, as `event.Owed` names it; None when they are not.
        settled: Every channel was told, or need not be.
    """

    seq: int
    at: datetime
    before: AlertState | None
    after: AlertState
    action: str
    severity: Severity
    owed: str | None
    settled: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The last that a channel was told of an alert: all up to `seq` is covered by it."""

    at: datetime
    seq: int
    why: Why


@dataclass(frozen=True, slots=True)
class AlertCase:
    """An alert of which something may be owed.

    Attributes:
        alert: As it is now.
        steps: Its history, oldest first.
        told: The last that each channel was told of it, by the channel's name.
        quiet: By what it is quiet now; None where it is not.
        digested: When each channel was last told of any alert of the same condition, aware UTC; of an alert
            that comes and goes only.
    """

    alert: Alert
    steps: tuple[Step, ...]
    told: Mapping[str, Told] = field(default_factory=dict)
    quiet: Quiet | None = None
    digested: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def unsettled(self) -> bool:
        """True while something of its history is still to be told, or to be found of no interest."""
        return any(step.owed is not None and not step.settled for step in self.steps)


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a channel is to be told of one alert, as part of a message.

    Attributes:
        case: The alert.
        why: Why.
        seq: The alert's version that it covers, all before it included.
        owed_at: Since when it is owed, aware UTC.
    """

    case: AlertCase
    why: Why
    seq: int
    owed_at: datetime

    @property
    def alert(self) -> Alert:
        """The alert as it is now."""
        return self.case.alert
