"""What a person can say of an alert: what each word means, until when it is, what has to be noted. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dashboard.words import numbers as words
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.limits import LIMITS, Lasting, offered
from reconciler.facts.finding import Severity
from reconciler.kinds.registry import spec_of


class Word(StrEnum):
    """What can be said."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze"
    INTEND = "intend"
    NOTE = "note"
    CLOSE = "close"


CHOICE = {
    Word.ACKNOWLEDGE: "Acknowledge",
    Word.SNOOZE: "Snooze",
    Word.INTEND: "Intended",
    Word.NOTE: "Note",
    Word.CLOSE: "Close",
}
"""What the button says."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What a person has filled in: their name, their note, and its end; None for what has no end."""

    name: str
    note: str
    until: datetime | None


def sayable(alert: Alert) -> list[Word]:
    """Return what can be said of an open alert beside what its own button says, the usual first."""
    taken = alert.state is AlertState.ACKNOWLEDGED or alert.acknowledgement is not None
    intended = [Word.INTEND] if spec_of(alert.key.kind).by_hand else []
    first = [Word.ACKNOWLEDGE] if taken or alert.hold is not None else []
    return [Word.SNOOZE, *intended, Word.NOTE, Word.CLOSE, *first]


def meaning(word: Word, alert: Alert) -> str:
    """Say what follows, in a sentence or two."""
    match word:
        case Word.ACKNOWLEDGE:
            return "This says that you have seen it, as it is shown here. It does not change the position."
        case Word.SNOOZE:
            return "Not now. It stays in sight, and comes back by itself, or as soon as it gets worse."
        case Word.INTEND:
            return f"Somebody opened this by hand: {size(alert)}. With any other size it stands out again."
        case Word.NOTE:
            return "A word for the others. Nothing else changes."
        case Word.CLOSE:
            return "Over, whatever the checks show. Found again, it is told again."


def size(alert: Alert) -> str:
    """Say what is held beyond the bots' books."""
    if not alert.surplus:
        return "its size is not known now"
    return words.quantity(alert.surplus, alert.contract_size, alert.key.symbol)


def note_label(word: Word, alert: Alert) -> str:
    """Say what the note is for, and whether it may be empty."""
    match word:
        case Word.INTEND:
            return "Why it is meant to be there"
        case Word.CLOSE:
            return "Why it is closed"
        case Word.NOTE:
            return "Note"
        case _:
            critical = alert.severity is Severity.CRITICAL
            return "Note: what you are doing about it" if critical else "Note (may be empty)"


def ends(word: Word, alert: Alert, now: datetime) -> list[datetime]:
    """Return when it can be made to end, soonest first; empty for what has no end."""
    lasting = _lasting(word, alert)
    return [] if lasting is None else [now + span for span in offered(lasting)]


def usual_end(word: Word, alert: Alert, now: datetime) -> datetime:
    """Return when it ends where a person chooses nothing else; now for what has no end."""
    lasting = _lasting(word, alert)
    return now if lasting is None else now + lasting.usual


def end_label(end: datetime, now: datetime) -> str:
    """Say when it ends, exactly, and how long that is: `15 m, until 03:15:20 UTC`."""
    at = words.clock(end) if end.date() == now.date() else words.stamp(end)
    return f"{words.duration(end - now)}, until {at}"


def _lasting(word: Word, alert: Alert) -> Lasting | None:
    match word:
        case Word.ACKNOWLEDGE:
            return LIMITS.acknowledged(alert.severity)
        case Word.SNOOZE:
            return LIMITS.snoozed(alert.severity)
        case Word.INTEND:
            return LIMITS.intended
        case _:
            return None
