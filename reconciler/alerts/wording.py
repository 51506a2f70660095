"""An alert in the words of its kind, for what is so and for what is over: its title, and its clause."""

from typing import Final

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.wording import span
from reconciler.kinds.form.words import Told
from reconciler.kinds.registry import is_blindness, spec_of
from verification.facts.leg import Leg

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
    "clock": "clock",
    "keys": "keys",
}
_LEDGER = "ledger:"


def sight(name: str) -> str:
    """Say what is looked at: `position list` for `rest`, `ledger mybot` for `ledger:mybot`."""
    if name.startswith(_LEDGER):
        return f"ledger {name.removeprefix(_LEDGER)}"
    return _SIGHT.get(name, name)


def told(alert: Alert) -> Told:
    """Return the words of an alert's kind: no stronger than its evidence, and in the past when it is over."""
    spec = spec_of(alert.key.kind)
    milder = spec.milder
    spoken = milder.words if milder is not None and milder.when(alert.evidence) else spec.words
    return spoken.now if alert.state.open else spoken.then


def clause(alert: Alert, about: str) -> str:
    """Say what an alert is, or was, inside a sentence: `BTC/USDT:USDT has no stop`.

    Args:
        alert: The alert.
        about: Its symbol as the sentence is to name it; not used for a blindness.
    """
    spoken, key = told(alert).clause, alert.key
    if not is_blindness(key.kind):
        return f"{about} {spoken}"
    what = f"{sight(key.symbol)} of {key.account}"
    return spoken.replace("{what}", what).replace("{name}", key.symbol.removeprefix(_LEDGER))


def subject(alert: Alert) -> str:
    """Name what an alert is about: a symbol, with its leg in hedge mode; for a blindness the source."""
    key = alert.key
    if is_blindness(key.kind):
        return sight(key.symbol)
    return key.symbol if key.leg is Leg.NET else f"{key.symbol} {key.leg.value} leg"


def ended(alert: Alert, about: str) -> str:
    """Say what an alert that is over was, and for how long: `BTC/USDT:USDT had no stop for 3 m 12 s`.

    Of one that is retired, or closed, nobody knows how long it went on: it is said when it was last found.
    """
    at = f"{alert.last_seen:%Y-%m-%d %H:%M:%S} UTC"
    if alert.state is AlertState.CLOSED:
        return (
            f"{clause(alert, about)} when that was last found, at {at}, and was closed by {alert.closed_by}"
        )
    if alert.state is AlertState.RETIRED:
        return f"{clause(alert, about)} when that was last found, at {at}, and is watched no more"
    until = alert.last_seen if alert.resolved_at is None else alert.resolved_at
    return f"{clause(alert, about)} for {span(until - alert.first_seen)}"
