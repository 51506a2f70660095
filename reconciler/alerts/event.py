"""What can happen to an alert (events), what may follow (decisions), and the numbers that steer it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from reconciler.alerts.alert import Alert
from reconciler.alerts.limits import LIMITS, Limits
from reconciler.alerts.said import Acknowledge, Close, Intend, Note, Snooze
from reconciler.facts.finding import Evidence, Finding, FindingKey

TRUEUP = "trueup"
"""Who acts when no person does."""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The numbers of the table.

    Attributes:
        clears_to_resolve: Clear reads in a row before an alert is resolved, at least 1.
        exposure_growth: Share by which exposure may grow before an acknowledgement is broken.
        came_back_within: A condition that returns sooner than this after it was over "came back".
        flapping_after: A condition that fires this often within `flapping_within` comes and goes.
        flapping_within: See there.
        limits: For how long a person's word may keep an alert quiet.
    """

    clears_to_resolve: int = 2
    exposure_growth: Decimal = Decimal("0.10")
    came_back_within: timedelta = timedelta(minutes=10)
    flapping_after: int = 4
    flapping_within: timedelta = timedelta(minutes=30)
    limits: Limits = LIMITS


@dataclass(frozen=True, slots=True)
class Earlier:
    """What there was of a condition before: of its episodes that had fired.

    Attributes:
        resolved: When one was last resolved, aware UTC; None if none was.
        closed: When one was last closed by a person; None if none was.
        closed_by: Who did that.
        closed_because: For which reason.
        fired: How many of them fired within the time of `AlertSettings.flapping_within`.
    """

    resolved: datetime | None = None
    closed: datetime | None = None
    closed_by: str = ""
    closed_because: str = ""
    fired: int = 0


NEVER_BEFORE = Earlier()


@dataclass(frozen=True, slots=True)
class Detected:
    """The condition was found. `confirmed` says that it lasted long enough to be told to people.

    Attributes:
        finding: What was found.
        at: When the read that found it was finished, aware UTC.
        confirmed: The confirmation module's word; not asked again once an alert has fired.
        before: What there was of it before. The store fills it in, so that what returns says so.
    """

    finding: Finding
    at: datetime
    confirmed: bool
    before: Earlier = NEVER_BEFORE


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
class Weigh:
    """A person has just said something: it is held against what the alert is by now."""

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
    """Time has passed: an acknowledgement, or what holds an alert quiet, may have run out."""

    at: datetime


Event = Detected | Clear | Unknown | Acknowledge | Snooze | Intend | Close | Note | Weigh | Retire | Expire


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

    def __bool__(self) -> bool:
        """True when it names any condition."""
        return bool(self.detected or self.clear or self.unknown)


class Action(StrEnum):
    """What a decision did."""

    FOUND = "found"
    CONFIRMED = "confirmed"
    SEEN = "seen"
    WORSENED = "worsened"
    ACKNOWLEDGED = "acknowledged"
    ALSO_ACKNOWLEDGED = "also_acknowledged"
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"
    SNOOZED = "snoozed"
    SNOOZE_ENDED = "snooze_ended"
    INTENDED = "intended"
    INTENT_ENDED = "intent_ended"
    NOTED = "noted"
    CHECK_ASKED = "check_asked"
    CLOSED = "closed"
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
    """Why people are to be told; this is the one list of it: `owed` of a row of the history is one of these.

    A row is owed until it is marked as told, whatever becomes of the alert. While an alert is quiet its rows
    wait, and none is dropped by that. A repetition and an escalation are owed by time and not by a row.
    """

    FIRST = "first"  # it fires
    FLAPPING = "flapping"  # it fires, or is over, for the fourth time in half an hour or more: one digest
    WORSE = "worse"  # severer, or a tenth more exposure, or another size than people know of
    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement_expired"  # and it is not over
    SNOOZE_ENDED = "snooze_ended"  # and it is not over
    INTENT_ENDED = "intent_ended"  # its time is over, and the position is still there
    RESOLVED = "resolved"  # shown to be gone
    RETIRED = "retired"  # watched no more
    CLOSED = "closed"  # a person has closed it


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
