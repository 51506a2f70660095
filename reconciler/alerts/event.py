"""What can happen to an alert (events), what may follow (decisions), and the numbers that steer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from reconciler.alerts.alert import Alert
from reconciler.alerts.seen import Seen
from reconciler.facts.finding import Evidence, Finding, FindingKey

TRUEUP = "trueup"
"""Who acts when no person does."""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The numbers of the table.

    Attributes:
        clears_to_resolve: Clear reads in a row before an alert is resolved, at least 1.
        exposure_growth: Share by which exposure may grow before an acknowledgement is broken.
        acknowledged_critical: How long the acknowledgement of a critical alert lasts.
        acknowledged_other: How long any other acknowledgement lasts.
        came_back_within: A condition that returns sooner than this after it was resolved "came back".
    """

    clears_to_resolve: int = 2
    exposure_growth: Decimal = Decimal("0.10")
    acknowledged_critical: timedelta = timedelta(minutes=15)
    acknowledged_other: timedelta = timedelta(hours=4)
    came_back_within: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Detected:
    """The condition was found. `confirmed` says that it lasted long enough to be told to people.

    Attributes:
        finding: What was found.
        at: When the read that found it was finished, aware UTC.
        confirmed: The confirmation module's word; not asked again once an alert has fired.
        resolved_before: When an earlier episode that had fired was last resolved, aware UTC; None without
            one. The store fills it in, so that a condition that returns soon says so.
    """

    finding: Finding
    at: datetime
    confirmed: bool
    resolved_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clear:
    """A fresh, healthy read showed that the condition is gone.

    Attributes:
        evidence: What shows it, at least one fact. Seeing nothing is `Unknown`, never this.
        at: When that read was finished, aware UTC.
        reason: One plain sentence.
    """

    evidence: tuple[Evidence, ...]
    at: datetime
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse to call silence a clearing."""
        if not self.evidence:
            raise ValueError("a condition is cleared only by evidence; without any it is Unknown")


@dataclass(frozen=True, slots=True)
class Unknown:
    """The condition could not be checked. The alert stays exactly as it is, and says so."""

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person says: seen.

    Attributes:
        by: Who.
        note: What they write.
        at: When, aware UTC.
        origin: From where: dashboard, cli.
        seen: The alert as it was shown to them; None stands for the alert as it is.
        unaware: True when the acknowledgement in force was given after what they saw. The store fills it in.
    """

    by: str
    note: str
    at: datetime
    origin: str
    seen: Seen | None = None
    unaware: bool = False


@dataclass(frozen=True, slots=True)
class Weigh:
    """An acknowledgement was just given: it is held against what the alert is by now."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Retire:
    """What the condition is about is watched no more: it is over for us, and nothing shows that it is gone.

    Attributes:
        reason: Why, one plain clause.
        at: Aware UTC.
    """

    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Expire:
    """Time has passed: an acknowledgement may have run out."""

    at: datetime


Event = Detected | Clear | Unknown | Acknowledge | Weigh | Retire | Expire


@dataclass(frozen=True, slots=True)
class Observed:
    """What one sweep, or one targeted check, learned. A condition that is not named was not looked at.

    Where a condition is in more than one of them, finding it counts over not seeing, not seeing over clear.

    Attributes:
        detected: What was found, confirmed or not yet.
        clear: Open conditions that fresh evidence shows to be gone.
        unknown: Open conditions that could not be checked.
    """

    detected: tuple[Detected, ...] = ()
    clear: Mapping[FindingKey, Clear] = field(default_factory=dict)
    unknown: Mapping[FindingKey, Unknown] = field(default_factory=dict)


class Action(StrEnum):
    """What a decision did."""

    FOUND = "found"
    CONFIRMED = "confirmed"
    SEEN = "seen"
    WORSENED = "worsened"
    ACKNOWLEDGED = "acknowledged"
    ALSO_ACKNOWLEDGED = "also_acknowledged"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    CLEAR = "clear"
    RELAPSED = "relapsed"
    RESOLVED = "resolved"
    VANISHED = "vanished"
    RETIRED = "retired"
    FROZEN = "frozen"
    NOTHING = "nothing"

    @property
    def recorded(self) -> bool:
        """True when it is a row of the alert's history (a mere re-sighting is not)."""
        return self not in {Action.SEEN, Action.NOTHING}


class Owed(StrEnum):
    """Why people are to be told."""

    FIRST = "first"
    WORSE = "worse"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    RESOLVED = "resolved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows.

    Attributes:
        rule: The rule's name in the table.
        action: What it did.
        after: The alert as it is now to be (id 0 for a new episode); None when nothing changes.
        reason: Why, one plain sentence; a person's note where a person did it.
        evidence: What it rests on.
        owed: Why people are to be told; None when they are not.
        actor: Who decided: a person's name, or `trueup`.
        origin: From where: reconciler, dashboard, cli.
    """

    rule: str
    action: Action
    after: Alert | None
    reason: str
    evidence: tuple[Evidence, ...] = ()
    owed: Owed | None = None
    actor: str = TRUEUP
    origin: str = "reconciler"
