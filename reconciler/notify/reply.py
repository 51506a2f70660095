"""What comes back from a phone: a button's word or a reply in words, and what was made of it; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.seen import Seen

OFFER_LASTS: Final = timedelta(hours=24)
"""How long a message can be answered by its buttons: what still fires then is told again long before."""

_PLAIN: Final = timedelta(hours=12)
"""How far away a time may be that is told without its day."""

NOTE_LONGEST: Final = 2000
"""Characters of a reply that are kept."""


@dataclass(frozen=True, slots=True)
class Button:
    """One of the words that a message offers.

    Attributes:
        code: One letter, before the token in what the phone sends back.
        label: What stands on it.
        note: What it says of the alert, as the note of the acknowledgement.
    """

    code: str
    label: str
    note: str


BUTTONS: Final = (
    Button("l", "Looking", "looking"),
    Button("c", "Closing by hand", "closing by hand"),
    Button("k", "Known", "known"),
)


def labelled(button: Button, answers: int) -> str:
    """Return what stands on a button: with how many alerts it is for, where it is for several."""
    return button.label if answers == 1 else f"{button.label}: all {answers}"


def sent_back(button: Button, token: str) -> str:
    """Return what a phone sends back for a button: within the 64 bytes that Telegram allows."""
    return f"{button.code}:{token}"


def read_back(data: str) -> tuple[str, str]:
    """Return note and token of what a phone sent back; both empty where it is nothing that we offer."""
    code, _, token = data.strip().partition(":")
    note = next((each.note for each in BUTTONS if each.code == code), "")
    return (note, token) if note and token else ("", "")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came from a phone.

    Attributes:
        number: What the channel calls it: told twice, it is the same.
        cursor: Up to where the channel was heard with it; it is heard again from there.
        by: The person's name, as the settings know them; empty for a stranger.
        called: Who that is to the channel, for the record: `telegram:ada`, `telegram:user 81234`.
        token: Of the button; empty for a reply in words.
        note: What the button says, or the words.
        place: The message that it answers, as the channel calls it; empty where it answers none.
        refused: Why it is refused before anything else is asked; empty where it is not.
        handle: By what the channel is told what came of it.
        stranger: Who it may be where it answers nothing of ours; empty where that is known by itself.
    """

    number: str
    cursor: str
    by: str
    called: str
    token: str = ""
    note: str = ""
    place: str = ""
    refused: str = ""
    handle: str = ""
    stranger: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was made of a reply; it is stored.

    Attributes:
        taken: Somebody has an alert now, or a word was added.
        told: What the person is told, plain sentences; empty for a stranger, who is told nothing.
    """

    taken: bool
    told: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What a message offers: to answer for alerts as it tells them.

    Attributes:
        name: The message's own.
        channel: The channel's name.
        token: By which an answer names it. Only its hash is kept.
        text: What the phone shows.
        made_at: Aware UTC.
        alerts: Each alert's number, and what the message shows of it.
    """

    name: str
    channel: str
    token: str
    text: str
    made_at: datetime
    alerts: tuple[tuple[int, Seen], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A message on a phone, and how what it tells stands now.

    Attributes:
        name: The message's own.
        place: What the channel calls it.
        text: What it told.
        shown: What the phone shows of how it stands; empty for nothing yet.
        standing: What it should show.
        over: Nothing of it will change any more.
    """

    name: str
    place: str
    text: str
    shown: str
    standing: str
    over: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What a channel was heard to say.

    Attributes:
        replies: What people answered, oldest first.
        cursor: Up to where it was heard; what is before is not heard again once this was given back.
        failed: Why it could not be heard, one line without secrets; empty where it was.
        wait: Seconds for which it asks us to wait; None where it does not say.
    """

    replies: tuple[Reply, ...] = ()
    cursor: str = ""
    failed: str = ""
    wait: float | None = None


def standing(alerts: list[Alert], now: datetime) -> str:
    """Return how alerts stand of which a message told; empty while all of them need somebody."""
    if len(alerts) == 1:
        words = stands(alerts[0], now)
        return words[:1].upper() + words[1:]
    told = [(each.key.symbol, stands(each, now)) for each in alerts]
    if len({words for _, words in told}) == 1:
        words = told[0][1]
        return f"All {len(told)}: {words}" if words else ""
    return "; ".join(f"{symbol}: {words or 'needs you'}" for symbol, words in told)


def stands(alert: Alert, now: datetime) -> str:
    """Return how an alert stands; empty while it needs somebody."""
    if not alert.state.open:
        at = "" if alert.resolved_at is None else f" at {minute(alert.resolved_at, now)}"
        if alert.state is AlertState.CLOSED:
            return f"closed by {alert.closed_by}{at}: {alert.closed_because}"
        return f"{'over: it is watched no more' if alert.state is AlertState.RETIRED else 'resolved'}{at}"
    given, hold = alert.acknowledgement, alert.held(now)
    if given is not None:
        note = f" ({given.note})" if given.note else ""
        return f"acknowledged by {given.by}, until {minute(given.until, now)}{note}"
    if hold is not None:
        return f"{hold.kind} by {hold.by}, until {minute(hold.until, now)}"
    return ""


def minute(at: datetime, now: datetime) -> str:
    """Return a time in UTC to the minute, with its day where that is not plain."""
    return f"{at:%H:%M} UTC" if abs(at - now) < _PLAIN else f"{at:%Y-%m-%d %H:%M} UTC"
