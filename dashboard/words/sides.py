"""Bot and exchange beside each other, one fact a line, as an alert last found them. Pure."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from dashboard.look.colours import Tone
from dashboard.look.difference import Difference
from dashboard.words import numbers as words
from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Evidence, Party, Severity
from reconciler.kinds.registry import spec_of

_NOT_TOLD = "not told"
_STOPS = "conditional_orders"


def sides(alert: Alert) -> list[Difference]:
    """Return the lines: side, size, entry, stop, state."""
    tone = Tone.CRITICAL if alert.severity is Severity.CRITICAL else Tone.WARNING
    lines = [_side(alert, tone), _size(alert, tone), *_entry(alert), _stop(alert, tone)]
    return [*lines, *_state(alert, tone)]


def heads(alert: Alert, now: datetime) -> tuple[str, str]:
    """Return what heads the column of each side: whose it is, and how old its word."""
    return f"Bot, {_age(alert, Party.BOT, now)}", f"Exchange, {_age(alert, Party.EXCHANGE, now)}"


def _side(alert: Alert, tone: Tone) -> Difference:
    bot, exchange = _way(alert.expected, alert), _way(alert.observed, alert)
    if alert.observed is None:
        return Difference("Side", bot, exchange, "the exchange could not be read", differs=None, tone=tone)
    if bot == exchange:
        return Difference("Side", bot, exchange, "same", differs=False)
    if not alert.expected:
        return Difference("Side", bot, exchange, "missing in the books", differs=True, tone=tone)
    if not alert.observed:
        return Difference("Side", bot, exchange, "gone from the exchange", differs=True, tone=tone)
    return Difference("Side", bot, exchange, "the wrong way round", differs=True, tone=tone)


def _way(signed: Decimal | None, alert: Alert) -> str:
    if signed is None:
        nothing = alert.expected is None and spec_of(alert.key.kind).unknown_to_bot
        return "none" if nothing and signed is alert.expected else words.UNKNOWN
    return "none" if not signed else "long" if signed > 0 else "short"


def _size(alert: Alert, tone: Tone) -> Difference:
    bot = amount(alert.expected or Decimal(0), alert)
    if alert.observed is None:
        return Difference(
            "Size", bot, words.UNKNOWN, "the exchange could not be read", differs=None, tone=tone
        )
    apart = alert.observed - (alert.expected or Decimal(0))
    exchange = amount(alert.observed, alert)
    if not apart:
        return Difference("Size", bot, exchange, "same", differs=False)
    sign = "+" if apart > 0 else "\N{MINUS SIGN}"
    return Difference("Size", bot, exchange, f"{sign}{amount(apart, alert)}", differs=True, tone=tone)


def amount(contracts: Decimal, alert: Alert) -> str:
    """Say an unsigned amount of the coin; of contracts where it is not known what one counts for."""
    size = abs(contracts)
    if alert.contract_size is None:
        return words.count(int(size), "contract") if size == int(size) else f"{words.number(size)} contracts"
    coin = words.shortened(words.counted_in(alert.key.symbol))
    return f"{words.number(size * alert.contract_size)} {coin}"


def _entry(alert: Alert) -> Iterator[Difference]:
    """Say at which price each side has it, where one of them tells a price."""
    bot, exchange = (_told(alert, party, "entry_price") for party in (Party.BOT, Party.EXCHANGE))
    if bot or exchange:
        # Books round a price, and an average of fills is nobody's mistake: it never counts as a difference.
        yield Difference("Entry", bot or _NOT_TOLD, exchange or _NOT_TOLD, "not compared", differs=False)


def _stop(alert: Alert, tone: Tone) -> Difference:
    wanted = _told(alert, Party.BOT, "stop_price")
    order = _told(alert, Party.BOT, "stops")
    bot = wanted or (f"order {words.shortened(order)}" if order else "none told")
    resting = [
        item for item in _of(alert, Party.EXCHANGE) if item.source == _STOPS and "trigger" in item.data
    ]
    if resting:
        exchange = words.number(Decimal(resting[0].data["trigger"]))
        more = len(resting) - 1
        exchange += f" and {more} more" if more else ""
        same = not wanted or any(
            Decimal(wanted.replace(",", "")) == Decimal(x.data["trigger"]) for x in resting
        )
        said = "rests" if same else "rests at another price"
        return Difference("Stop", bot, exchange, said, differs=not same, tone=Tone.WARNING)
    if any(item.source == _STOPS for item in _of(alert, Party.EXCHANGE)):
        if not alert.observed:
            return Difference("Stop", bot, "none rests", "nothing to protect", differs=False)
        said = "missing" if wanted or order else "nothing protects it"
        return Difference("Stop", bot, "none rests", said, differs=True, tone=tone)
    if alert.observed == 0:
        return Difference("Stop", bot, "none needed", "nothing to protect", differs=False)
    return Difference("Stop", bot, "not looked at", "not known", differs=None, tone=Tone.WARNING)


def _state(alert: Alert, tone: Tone) -> Iterator[Difference]:
    bot = _told(alert, Party.BOT, "state") or ("no trade" if not alert.expected else "")
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
