"""What is at risk, in money: the one number of the banner and of the first figure. Pure.

Two alerts about one leg are one position: it counts once, with the larger of the two. What has no price is
never taken for nothing: it is counted apart, and said.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from dashboard.words import numbers as words
from reconciler.alerts.alert import Alert, AlertState
from reconciler.alerts.quiet import QuietBy
from reconciler.facts.finding import Kind
from reconciler.kinds.registry import is_blindness
from reconciler.views.account import PositionView
from reconciler.views.now import NowView
from verification.facts.leg import LegKey

_STOPLESS = frozenset({"none", "idle", "partial"})


@dataclass(frozen=True, slots=True)
class Sum:
    """Money, and what could not be counted in it.

    Attributes:
        amounts: By quote currency; dollars of any kind are one.
        many: How many positions are in it, those without a price too.
        unpriced: How many of them have no price.
    """

    amounts: Mapping[str, Decimal]
    many: int = 0
    unpriced: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there is no position in it."""
        return not self.many

    @property
    def said(self) -> str:
        """The money in words: `$6,000`, `$1,200 and 300 EUR`; "not known" where nothing has a price."""
        told = [words.exact_money(self.amounts[quote], quote) for quote in sorted(self.amounts)]
        if told:
            return " and ".join(told)
        return words.UNKNOWN if self.unpriced else words.exact_money(Decimal(0), words.DOLLARS)

    @property
    def unpriced_said(self) -> str:
        """What is not in the money, in words; empty where all of it has a price."""
        return f"{self.unpriced} without a price" if self.unpriced else ""


def at_risk(view: NowView) -> Sum:
    """Return what all open alerts put at risk, acknowledged or snoozed ones too; not what is intended."""
    return _summed(_legs(_counted(view)))


def of_alerts(alerts: Iterable[Alert]) -> Sum:
    """Return what these alerts put at risk, each position once."""
    return _summed(_legs(alert for alert in alerts if not is_blindness(alert.key.kind)))


def taken(view: NowView) -> Sum:
    """Return the part of it of which every alert is acknowledged."""
    return _summed(_legs_wholly(view, lambda alert: alert.state is AlertState.ACKNOWLEDGED))


def unprotected(view: NowView) -> Sum:
    """Return what stands without a stop that covers it, by the last look at each leg."""
    exposed = {
        LegKey(alert.key.account, alert.key.symbol, alert.key.leg): alert.exposure
        for alert in view.alerts
        if alert.key.kind is Kind.UNPROTECTED_POSITION
    }
    told = _legs(alert for alert in view.alerts if not is_blindness(alert.key.kind))
    legs = dict(exposed)
    for leg in view.legs.out_of_line:
        if leg.stop in _STOPLESS:
            key = LegKey(leg.account, leg.symbol, leg.leg)
            legs[key] = _uncovered(leg, exposed.get(key) or told.get(key))
    return _summed(legs)


def unseen_stops(view: NowView) -> int:
    """Return of how many legs it is not known whether a stop covers them."""
    return view.legs.stops.get("unknown", 0)


def _uncovered(leg: PositionView, told: Decimal | None) -> Decimal | None:
    if told is not None and leg.stop == "partial":
        return told  # a part of it is covered, and only an alert says how much is not
    return leg.notional if leg.notional is not None else told


def _counted(view: NowView) -> Iterable[Alert]:
    for alert in view.alerts:
        quiet = view.quiet.get(alert.id)
        if not is_blindness(alert.key.kind) and (quiet is None or quiet.by is not QuietBy.INTENDED):
            yield alert


def _legs(alerts: Iterable[Alert]) -> dict[LegKey, Decimal | None]:
    legs: dict[LegKey, Decimal | None] = {}
    for alert in alerts:
        key = LegKey(alert.key.account, alert.key.symbol, alert.key.leg)
        known = legs.get(key)
        if known is None or (alert.exposure is not None and alert.exposure > known):
            legs[key] = alert.exposure if alert.exposure is not None else known
    return legs


def _legs_wholly(view: NowView, is_so: Callable[[Alert], bool]) -> dict[LegKey, Decimal | None]:
    alerts = tuple(_counted(view))
    others = _legs(alert for alert in alerts if not is_so(alert))
    return {key: value for key, value in _legs(filter(is_so, alerts)).items() if key not in others}


def _summed(legs: Mapping[LegKey, Decimal | None]) -> Sum:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for key, value in legs.items():
        if value is not None:
            amounts[words.counted_as(words.quote_of(key.symbol))] += value
    unpriced = sum(value is None for value in legs.values())
    return Sum(dict(amounts), len(legs), unpriced)
