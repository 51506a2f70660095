"""Which orders of one account are watched on after their verification, and until when; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.alerts.alert import Alert
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.watched_order import SOURCE, WatchedOrder, from_evidence, watched_order
from reconciler.facts.finding import Finding, FindingKey, Kind
from reconciler.views.verification import VerificationView
from verification.facts.leg import LegKey
from verification.facts.observation import OrderSeen
from verification.facts.order_identity import goes_by
from verification.facts.question import Question

LATE_FILL_WATCHED_FOR = timedelta(minutes=30)
"""How long after its verdict an order is watched; one whose fill was found stays until that is gone."""


class LateFills:
    """The watch of one account. It rests on stored verifications and alerts, so it survives a restart."""

    def __init__(self, watched_for: timedelta = LATE_FILL_WATCHED_FOR) -> None:
        """Nothing is watched yet."""
        self._watched_for = watched_for
        self._orders: dict[tuple[LegKey, str, str], WatchedOrder] = {}
        self._found: dict[LegKey, WatchedOrder] = {}

    def learn(self, view: VerificationView, question: Question) -> None:
        """Take note of a stored verification.

        An answer does not end a doubt that came before: the fill that it shows may be the late one.
        """
        order = watched_order(view, question)
        if order is not None:
            self._watch(order)

    def restore(self, alerts: Iterable[Alert]) -> None:
        """Take up the conditions that are open, however old their verifications are."""
        for alert in alerts:
            if alert.key.kind is Kind.REAPPEARED_POSITION:
                key = LegKey(alert.key.account, alert.key.symbol, alert.key.leg)
                order = from_evidence(key, alert.evidence)
                if order is not None:
                    self._found[key] = order

    def on_order(self, seen: OrderSeen) -> None:
        """Take note of what a watched order shows of itself: an execution, however late, is a fact."""
        if seen.executed == 0 or seen.conditional:
            return
        for place, order in self._orders.items():
            if _is(order, seen):
                self._orders[place] = _with(order, seen.executed)
        found = self._found.get(seen.key)
        if found is not None and _is(found, seen):
            self._found[seen.key] = _with(found, seen.executed)

    def watched(self, now: datetime) -> Mapping[LegKey, tuple[WatchedOrder, ...]]:
        """Return the orders watched at `now`, by leg; of a leg whose late fill is open that order alone.

        Args:
            now: The present, aware UTC.
        """
        self._orders = {
            place: order
            for place, order in self._orders.items()
            if now - order.decided_at <= self._watched_for
        }
        by_leg: dict[LegKey, tuple[WatchedOrder, ...]] = {}
        for order in self._orders.values():
            by_leg[order.key] = (*by_leg.get(order.key, ()), order)
        return by_leg | {key: (order,) for key, order in self._found.items()}

    def looked(self, comparison: Comparison) -> None:
        """Take note of what a look found: what it found stays watched until a look shows it gone."""
        for finding in comparison.findings:
            if finding.kind is Kind.REAPPEARED_POSITION:
                self._keep(finding)
        for key in tuple(self._found):
            condition = FindingKey(Kind.REAPPEARED_POSITION, key.account, key.symbol, key.leg)
            if comparison.clears(condition):
                del self._found[key]

    def _keep(self, finding: Finding) -> None:
        key = LegKey(finding.account, finding.symbol, finding.leg)
        order = from_evidence(key, finding.evidence)
        if order is None:
            raise ValueError(f"a {finding.kind} without its {SOURCE}: {finding.reason}")
        self._found[key] = order

    def _watch(self, order: WatchedOrder) -> None:
        place = (order.key, order.asks, order.order)
        known = self._orders.get(place)
        if known is None:
            self._orders[place] = order
        elif known.decided_at <= order.decided_at:
            self._orders[place] = replace(order, executed=known.executed)


def _is(order: WatchedOrder, seen: OrderSeen) -> bool:
    named = goes_by(order.order, seen.order_id, seen.client_order_id)
    return named and order.key == seen.key and order.asks == "open"


def _with(order: WatchedOrder, executed: Decimal) -> WatchedOrder:
    """Return the order with what it has shown; a word on one trade of it, or an older one, says less."""
    return replace(order, executed=max(order.executed or Decimal(0), executed, key=abs))
