"""What is said when one word is said of many alerts: of which, until when, what has to be noted. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dashboard.words import alert as alert_words
from dashboard.words import numbers
from dashboard.words import saying as words
from dashboard.words.saying import Word
from dashboard.words.sentences import sentence
from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import Severity


def speakable(alerts: Sequence[Alert]) -> tuple[Alert, ...]:
    """Return those of which something can be said: they are open, and people were told of them."""
    return tuple(alert for alert in alerts if alert.state.open and alert.state is not AlertState.PENDING)


def counted(number: int) -> str:
    """Say how many."""
    return numbers.count(number, "alert")


def how_many(alerts: Sequence[Alert]) -> str:
    """Say how many there are."""
    return counted(len(alerts))


def named(alert: Alert) -> str:
    """Name one among others: its number and what it is."""
    return f"{alert.id}, {alert_words.headline(alert)}"


def about(alerts: Sequence[Alert], most: int) -> list[str]:
    """Return a line for each of them, up to a number; the rest is counted."""
    lines = [f"{named(alert)}. {alert_words.at_stake(alert)}" for alert in alerts[:most]]
    rest = len(alerts) - most
    return [*lines, f"and {numbers.count(rest, 'alert')} more"] if rest > 0 else lines


def left_out(alerts: Sequence[Alert]) -> str:
    """Say how many of them it cannot be said of by now; empty where it can be said of all."""
    rest = len(alerts) - len(speakable(alerts))
    if not rest:
        return ""
    were = "is over" if rest == 1 else "are over"
    return f"{numbers.count(rest, 'alert')} of these {were} by now, or not told yet, and left as they are."


def meaning(word: Word) -> str:
    """Say what follows."""
    if word is Word.SNOOZE:
        return "Not now. Each stays in sight, and comes back by itself, or as soon as it gets worse."
    return "This says that you have seen each of them as it is shown here. It does not change any position."


def note_label(alerts: Sequence[Alert]) -> str:
    """Say what the one note is for, and whether it may be empty."""
    return words.note_label(Word.ACKNOWLEDGE, worst(alerts))


def ends(word: Word, alerts: Sequence[Alert], now: datetime) -> list[datetime]:
    """Return when it can be made to end, as far away as it may be for the most severe of them."""
    return words.ends(word, worst(alerts), now)


def usual_end(word: Word, alerts: Sequence[Alert], now: datetime) -> datetime:
    """Return when it ends where a person chooses nothing else."""
    return words.usual_end(word, worst(alerts), now)


def worst(alerts: Sequence[Alert]) -> Alert:
    """Return the most severe; what may be said of it may be said of all."""
    critical = [alert for alert in alerts if alert.severity is Severity.CRITICAL]
    return critical[0] if critical else alerts[0]


def lines(lead: str, said: Sequence[str], escaped: Callable[[str], str]) -> str:
    """Return lines below each other as Markdown, of words that others wrote."""
    return "  \n".join([f"**{lead}**", *(escaped(sentence(each)) for each in said)])
