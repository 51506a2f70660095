"""Bot and exchange of one alert, fact by fact, as far as it and the last look at its leg tell. Pure."""

from datetime import datetime
from decimal import Decimal

from dashboard.look.difference import Difference
from dashboard.words import alert as alert_words
from dashboard.words import numbers as words
from reconciler.alerts.alert import Alert
from reconciler.facts.finding import Kind, Party
from reconciler.kinds.registry import spec_of
from reconciler.views.account import PositionView

_NO_STOP = {"none": "none rests", "idle": "one that would not act", "unknown": "not seen"}


def differences(alert: Alert, leg: PositionView | None) -> tuple[Difference, ...]:
    """Return the facts; none for an alert of which no side is said to hold anything."""
    if not alert_words.of_two_sides(alert):
        return ()
    facts = [_size(alert)]
    if leg is not None and leg.stop != "not needed":
        facts.append(_stop(alert, leg))
    elif alert.key.kind is Kind.UNPROTECTED_POSITION:
        facts.append(Difference("Stop", "keeps one there", "none that covers it", "missing", differs=True))
    return tuple(facts)


def heads(alert: Alert, now: datetime) -> tuple[str, str]:
    """Return what stands over the two columns: who, and how old their word is."""
    bot, exchange = (_age(alert, party, now) for party in (Party.BOT, Party.EXCHANGE))
    return (f"Bot{bot}", f"Exchange{exchange}")


def _age(alert: Alert, party: Party, now: datetime) -> str:
    times = [item.at for item in alert.evidence if item.party is party and item.at is not None]
    return f", read {words.ago(max(times), now)}" if times else ""


def _size(alert: Alert) -> Difference:
    bot = _believed(alert)
    exchange = words.based(alert.observed, alert.contract_size, alert.key.symbol)
    if alert.observed is None:
        return Difference("Size", bot, "not read", "not known", differs=None)
    if alert.observed == (alert.expected or 0):
        return Difference("Size", bot, exchange, "same", differs=False)
    return Difference("Size", bot, exchange, _apart(alert), differs=True)


def _believed(alert: Alert) -> str:
    if not alert.expected and spec_of(alert.key.kind).unknown_to_bot:
        return "nothing about it"
    if alert.expected is None:
        return words.UNKNOWN
    return words.based(alert.expected, alert.contract_size, alert.key.symbol)


def _apart(alert: Alert) -> str:
    expected, observed = alert.expected or Decimal(0), alert.observed or Decimal(0)
    if expected * observed < 0:
        return "opposite sides"
    if not observed:
        return "gone"
    if not expected:
        return "not in the books"
    beyond = words.based(observed - expected, alert.contract_size, alert.key.symbol)
    return beyond.replace("long ", "+").replace("short ", "\N{MINUS SIGN}")


def _stop(alert: Alert, leg: PositionView) -> Difference:
    meant = "keeps it itself" if leg.stop == "software" else "keeps one there"
    at = "" if leg.stop_price is None else f"{words.number(leg.stop_price)}"
    match leg.stop:
        case "resting":
            return Difference("Stop", meant, at or "rests", "covers it", differs=False)
        case "software":
            return Difference("Stop", meant, "none needed", "the bot's own", differs=False)
        case "partial":
            return Difference("Stop", meant, at or "rests", "too small", differs=True)
        case "unknown":
            return Difference("Stop", meant, "not seen", "not known", differs=None)
        case _:
            nobody = "no bot has it" if not alert.expected else meant
            return Difference("Stop", nobody, _NO_STOP.get(leg.stop, leg.stop), "missing", differs=True)
