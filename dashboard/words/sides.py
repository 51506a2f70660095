"""Bot and exchange beside each other, one fact a line, as an alert last found them. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from dashboard.look.colours import Tone
from dashboard.look.difference import Difference
from dashboard.words import numbers as words
from dashboard.words.alert import of_two_sides
from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Evidence, Kind, Party, Severity
from reconciler.kinds.registry import spec_of
from reconciler.views.account import PositionView

_NOT_TOLD = "not told"
_BOOKS = "what the bot believes is not known"
_STOPS = "conditional_orders"
_STATES = frozenset({"resting", "software", "not needed", "partial", "idle", "none", "unknown"})


def sides(alert: Alert, leg: PositionView | None) -> list[Difference]:
    """Return the lines: side, size, entry, stop, state.

    Args:
        alert: The alert.
        leg: Its leg as it was last seen; None where that is not known, or is of another time than the alert.
    """
    tone = Tone.CRITICAL if alert.severity is Severity.CRITICAL else Tone.WARNING
    lines = [_side(alert, tone), _size(alert, tone), *_entry(alert, leg), _stop(alert, leg, tone)]
    return [*lines, *_state(alert, tone)]


def brief(alert: Alert, leg: PositionView | None) -> list[Difference]:
    """Return what a card has room for: size and stop, and the side where the two do not agree on it.

    None for an alert of which no side is said to hold anything. Arguments as for `sides`.
    """
    if not of_two_sides(alert):
        return []
    found = {line.name: line for line in sides(alert, leg)}
    shown = [found["Size"]]
    if found["Side"].differs:
        shown.insert(0, found["Side"])
    if leg is not None or found["Stop"].differs is not None:
        shown.append(found["Stop"])
    return shown


def heads(alert: Alert, now: datetime) -> tuple[str, str]:
    """Return what heads the column of each side: whose it is, and how old its word."""
    return f"Bot, {_age(alert, Party.BOT, now)}", f"Exchange, {_age(alert, Party.EXCHANGE, now)}"


def _side(alert: Alert, tone: Tone) -> Difference:
    bot, exchange = _way(alert.expected, alert), _way(alert.observed, alert)
    if alert.observed is None:
        return Difference("Side", bot, exchange, "the exchange could not be read", differs=None, tone=tone)
    if _unknown_books(alert):
        return Difference("Side", bot, exchange, _BOOKS, differs=None, tone=tone)
    if bot == exchange:
        return Difference("Side", bot, exchange, "same", differs=False)
    if not alert.expected:
        return Difference("Side", bot, exchange, "missing in the books", differs=True, tone=tone)
    if not alert.observed:
        return Difference("Side", bot, exchange, "gone from the exchange", differs=True, tone=tone)
    return Difference("Side", bot, exchange, "the wrong way round", differs=True, tone=tone)


def _way(signed: Decimal | None, alert: Alert) -> str:
    if signed is None:
        nothing = alert.expected is None and not _unknown_books(alert)
        return "none" if nothing and signed is alert.expected else words.UNKNOWN
    return "none" if not signed else "long" if signed > 0 else "short"


def _size(alert: Alert, tone: Tone) -> Difference:
    unknown = _unknown_books(alert)
    bot = words.UNKNOWN if unknown else amount(alert.expected or Decimal(0), alert)
    if alert.observed is None:
        return Difference(
            "Size", bot, words.UNKNOWN, "the exchange could not be read", differs=None, tone=tone
        )
    apart = alert.observed - (alert.expected or Decimal(0))
    exchange = amount(alert.observed, alert)
    if unknown:
        return Difference("Size", bot, exchange, _BOOKS, differs=None, tone=tone)
    if not apart:
        return Difference("Size", bot, exchange, "same", differs=False)
    sign = "+" if apart > 0 else "\N{MINUS SIGN}"
    return Difference("Size", bot, exchange, f"{sign}{amount(apart, alert)}", differs=True, tone=tone)


def _unknown_books(alert: Alert) -> bool:
    """Return whether it is not known what the bot believes; of an orphan it is: nothing."""
    return alert.expected is None and not spec_of(alert.key.kind).unknown_to_bot


def amount(contracts: Decimal, alert: Alert) -> str:
    """Say an unsigned amount of the coin; of contracts where it is not known what one counts for."""
    size = abs(contracts)
    if alert.contract_size is None:
        return words.count(int(size), "contract") if size == int(size) else f"{words.number(size)} contracts"
    coin = words.shortened(words.counted_in(alert.key.symbol))
    return f"{words.number(size * alert.contract_size)} {coin}"


def _entry(alert: Alert, leg: PositionView | None) -> Iterator[Difference]:
    """Say at which price it was entered, as either side tells it: each reckons fees and parts its own way."""
    bot = _told(alert, Party.BOT, "entry_price")
    price = leg.entry_price if leg is not None and leg.observed else None
    exchange = "" if price is None else words.number(price)
    if bot or exchange:
        said = "the exchange's average" if not bot else "each by its own average" if exchange else ""
        yield Difference("Entry", bot or _NOT_TOLD, exchange or _NOT_TOLD, said, differs=False)


def _stop(alert: Alert, leg: PositionView | None, tone: Tone) -> Difference:
    wanted = _told(alert, Party.BOT, "stop_price")
    order = _told(alert, Party.BOT, "stops")
    bot = wanted or (f"order {words.shortened(order)}" if order else "none told")
    missing = "missing" if wanted or order else "nothing protects it"
    looked = [item for item in _of(alert, Party.EXCHANGE) if item.source == _STOPS]
    resting = [Decimal(item.data["trigger"]) for item in looked if "trigger" in item.data]
    if resting and alert.observed == 0:
        # Nobody is protected by it, and it may open a position of its own.
        exchange = words.number(resting[0])
        return Difference("Stop", bot, exchange, "left over", differs=True, tone=Tone.WARNING)
    if leg is not None and leg.stop in _STATES:
        return _as_seen(bot, leg, missing, tone)
    if resting:
        return _rests(bot, wanted, resting)
    if alert.observed == 0:
        return Difference("Stop", bot, "none rests", "nothing to protect", differs=False)
    if looked:
        # A bot that keeps its stop itself has none at the exchange: only these kinds say that one is missing.
        told = spec_of(alert.key.kind).unknown_to_bot or alert.key.kind is Kind.UNPROTECTED_POSITION
        differs = bool(wanted or order or told)
        said = missing if differs else "none expected there"
        return Difference("Stop", bot, "none rests", said, differs=differs, tone=tone)
    if alert.key.kind is Kind.UNPROTECTED_POSITION and alert.observed is not None:
        return Difference("Stop", bot, "none that covers it", missing, differs=True, tone=tone)
    return Difference("Stop", bot, "not looked at", "not known", differs=None, tone=Tone.WARNING)


def _rests(bot: str, wanted: str, resting: Sequence[Decimal]) -> Difference:
    more = f" and {len(resting) - 1} more" if len(resting) > 1 else ""
    same = not wanted or wanted in map(words.number, resting)
    said = "rests" if same else "rests at another price"
    exchange = f"{words.number(resting[0])}{more}"
    return Difference("Stop", bot, exchange, said, differs=not same, tone=Tone.WARNING)


def _as_seen(bot: str, leg: PositionView, missing: str, tone: Tone) -> Difference:
    """Say how its stop stands by the last look, which knows what would act and where the bot keeps it."""
    at = "rests" if leg.stop_price is None else words.number(leg.stop_price)
    exchange, said, differs = {
        "resting": (at, "covers it", False),
        "software": ("none rests", "the bot keeps it itself", False),
        "not needed": ("none needed", "nothing to protect", False),
        "partial": (at, "too small", True),
        "idle": (at, "would not act", True),
        "none": ("none rests", missing, True),
        "unknown": ("not seen", "not known", None),
    }[leg.stop]
    return Difference("Stop", bot, exchange, said, differs=differs, tone=tone)


def _state(alert: Alert, tone: Tone) -> Iterator[Difference]:
    nothing = not alert.expected and not _unknown_books(alert)
    bot = _told(alert, Party.BOT, "state") or ("no trade" if nothing else "")
    if not bot or alert.observed is None:
        return
    exchange = "open" if alert.observed else "flat"
    believes = bot in {"open", "opening", "closing"}
    row = _told(alert, Party.BOT, "row")
    said = f"trade {words.shortened(row)}" if row else ""
    yield Difference("State", bot, exchange, said, differs=believes != bool(alert.observed), tone=tone)


def _told(alert: Alert, party: Party, name: str) -> str:
    """Return a value that the newest line of a party tells; a number as a person reads it."""
    for item in _of(alert, party):
        if name in item.data:
            value = item.data[name]
            return words.number(Decimal(value)) if name.endswith("price") else value.replace("_", " ")
    return ""


def _of(alert: Alert, party: Party) -> list[Evidence]:
    return [item for item in alert.evidence if item.party is party]


def _age(alert: Alert, party: Party, now: datetime) -> str:
    times = [item.at for item in _of(alert, party) if item.at is not None]
    return f"read {words.ago(max(times), now)}" if times else "age not known"
