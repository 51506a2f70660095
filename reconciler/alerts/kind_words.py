"""The kinds of alerts in plain words, for what is so and for what is over: a title, and a clause."""

from dataclasses import dataclass
from typing import Final

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import Kind, Party
from reconciler.facts.wording import span
from verification.facts.leg import Leg


@dataclass(frozen=True, slots=True)
class Told:
    """How one kind is told in one tense.

    Attributes:
        title: Names it on a card.
        clause: Follows a symbol (or for a blindness stands alone, `{what}` being what cannot be seen).
    """

    title: str
    clause: str


@dataclass(frozen=True, slots=True)
class KindWords:
    """How one kind is told: while it is so, and when it is over."""

    now: Told
    then: Told


KINDS: Final[dict[Kind, KindWords]] = {
    Kind.UNVERIFIED_OPEN: KindWords(
        Told("Entry not confirmed", "has an entry that nobody could confirm"),
        Told("Entry was not confirmed", "had an entry that nobody could confirm"),
    ),
    Kind.ORPHANED_POSITION: KindWords(
        Told("Position the bot does not know", "is held on the exchange and the bot does not know it"),
        Told("Position the bot did not know", "was held on the exchange and the bot did not know it"),
    ),
    Kind.REAPPEARED_POSITION: KindWords(
        Told("Position came after all", "came after its order was given up, and is held"),
        Told("Position had come after all", "came after its order was given up, and was held"),
    ),
    Kind.PHANTOM_POSITION: KindWords(
        Told("Position gone from the exchange", "is in the bot's books but not on the exchange"),
        Told("Position was gone from the exchange", "was in the bot's books but not on the exchange"),
    ),
    Kind.QUANTITY_MISMATCH: KindWords(
        Told("Sizes differ", "has another size on the exchange than in the bot's books"),
        Told("Sizes differed", "had another size on the exchange than in the bot's books"),
    ),
    Kind.SIDE_MISMATCH: KindWords(
        Told("Opposite sides", "is on the opposite side of what the bot believes"),
        Told("Sides were opposite", "was on the opposite side of what the bot believed"),
    ),
    Kind.UNPROTECTED_POSITION: KindWords(
        Told("No stop", "has no stop"),
        Told("Had no stop", "had no stop"),
    ),
    Kind.DUPLICATE_ROWS: KindWords(
        Told("One position, two rows", "is in the bot's books twice"),
        Told("One position had two rows", "was in the bot's books twice"),
    ),
    Kind.UNLISTED_SYMBOL: KindWords(
        Told(
            "Symbol the exchange does not list",
            "is in the bot's books, and the exchange does not list it",
        ),
        Told(
            "Symbol the exchange did not list",
            "was in the bot's books, and the exchange did not list it",
        ),
    ),
    Kind.SOURCES_DISAGREE: KindWords(
        Told("The exchange contradicts itself", "has answers from the exchange that contradict each other"),
        Told(
            "The exchange contradicted itself", "had answers from the exchange that contradicted each other"
        ),
    ),
    Kind.SOURCE_DOWN: KindWords(
        Told("Cannot see the exchange", "{what} cannot be read"),
        Told("Could not see the exchange", "{what} could not be read"),
    ),
    Kind.SOURCE_STALE: KindWords(
        Told("Old news from the exchange", "{what} has gone quiet"),
        Told("Had old news from the exchange", "{what} had gone quiet"),
    ),
    Kind.LEDGER_UNREADABLE: KindWords(
        Told("Cannot read the bot's books", "the bot's ledger {what} cannot be read"),
        Told("Could not read the bot's books", "the bot's ledger {what} could not be read"),
    ),
    Kind.WRONG_LEDGER: KindWords(
        Told("Books of another account", "the bot's ledger {what} is not of this account"),
        Told("Had books of another account", "the bot's ledger {what} was not of this account"),
    ),
    Kind.LOOK_FAILED: KindWords(
        Told("Trueup met an error of its own", "an unexpected error holds up {what}"),
        Told("Trueup had met an error of its own", "an unexpected error held up {what}"),
    ),
    Kind.RECONCILER_STALLED: KindWords(
        Told("Trueup stopped checking", "Trueup stopped checking"),
        Told("Trueup had stopped checking", "Trueup had stopped checking"),
    ),
}

# One that is not covered in full is not one without any stop: the words must not claim more than was seen.
PARTLY: Final = KindWords(
    Told("Stop too small", "has a stop that does not cover it"),
    Told("Stop was too small", "had a stop that did not cover it"),
)

# What the reconciler calls the things it looks at, as a trader calls them.
_SIGHT: Final = {
    "websocket": "websocket",
    "order": "order answers",
    "orders": "open orders",
    "rest": "position list",
    "bot_cache": "bot's cache",
    "conditional_orders": "stop orders",
    "reconciler": "reconciler",
    "venue": "venue",
}
_LEDGER = "ledger:"


def sight(name: str) -> str:
    """Say what is looked at: `position list` for `rest`, `ledger mybot` for `ledger:mybot`."""
    if name.startswith(_LEDGER):
        return f"ledger {name.removeprefix(_LEDGER)}"
    return _SIGHT.get(name, name)


def told(alert: Alert) -> Told:
    """Return the words of an alert's kind: no stronger than its evidence, and in the past when it is over."""
    partly = any(item.party is Party.EXCHANGE and "trigger" in item.data for item in alert.evidence)
    kind = alert.key.kind
    spoken = PARTLY if partly and kind is Kind.UNPROTECTED_POSITION else KINDS[kind]
    return spoken.now if alert.state.open else spoken.then


def clause(alert: Alert, about: str) -> str:
    """Say what an alert is, or was, inside a sentence: `BTC/USDT:USDT has no stop`.

    Args:
        alert: The alert.
        about: Its symbol as the sentence is to name it; not used for a blindness.
    """
    spoken, key = told(alert).clause, alert.key
    if not key.kind.blindness:
        return f"{about} {spoken}"
    what = f"{sight(key.symbol)} of {key.account}"
    if key.kind is Kind.LEDGER_UNREADABLE:
        what = key.symbol.removeprefix(_LEDGER)
    return spoken.replace("{what}", what)


def subject(alert: Alert) -> str:
    """Name what an alert is about: a symbol, with its leg in hedge mode; for a blindness the source."""
    key = alert.key
    if key.kind.blindness:
        return sight(key.symbol)
    return key.symbol if key.leg is Leg.NET else f"{key.symbol} {key.leg.value} leg"


def ended(alert: Alert, about: str) -> str:
    """Say what an alert that is over was, and for how long: `BTC/USDT:USDT had no stop for 3 m 12 s`.

    Of one that is retired nobody knows how long it went on: it is said when it was last found.
    """
    if alert.state is AlertState.RETIRED:
        at = f"{alert.last_seen:%Y-%m-%d %H:%M:%S} UTC"
        return f"{clause(alert, about)} when that was last found, at {at}, and is watched no more"
    until = alert.last_seen if alert.resolved_at is None else alert.resolved_at
    return f"{clause(alert, about)} for {span(until - alert.first_seen)}"
