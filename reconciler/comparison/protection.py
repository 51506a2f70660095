"""Whether a position has the stop it should have, told from the orders that rest at the venue."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from reconciler.comparison.legs import Belief, Share
from reconciler.comparison.venue_view import VenueView
from reconciler.expectation import Expectation, StopPolicy
from verification.account import RestingOrder
from verification.leg import Leg, LegKey, Side

_ZERO = Decimal(0)


class StopState(StrEnum):
    """What a screen says about the stop of a leg."""

    NONE = "none"
    RESTING = "resting"
    PARTIAL = "partial"
    SOFTWARE = "software"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True)
class Protection:
    """How far stops cover a position.

    Attributes:
        state: For the screen: against the whole position.
        orders: The resting orders that count: they can only make the position smaller, at a loss limit.
        attached: Trigger price of a stop that belongs to the position itself; None if none.
        covered: Contracts that the stops would close, unsigned, at most the position.
        needed: Contracts that the bots know of and keep a stop at the venue for, unsigned.
        loose: Right-sided stops that do not count because they could open the opposite position.
        entry_since: When the working entry was sent that the whole uncovered part came from; None if it
            did not come from one.
    """

    state: StopState
    orders: tuple[RestingOrder, ...] = ()
    attached: Decimal | None = None
    covered: Decimal = _ZERO
    needed: Decimal = _ZERO
    loose: tuple[RestingOrder, ...] = ()
    entry_since: datetime | None = None

    @property
    def uncovered(self) -> Decimal:
        """Contracts that should have a stop and have none, unsigned."""
        return max(self.needed - self.covered, _ZERO)

    def price(self, quantity: Decimal) -> Decimal | None:
        """Return the trigger nearest to the market for a signed `quantity`; None without a stop."""
        prices = [order.trigger_price for order in self.orders if order.trigger_price is not None]
        if self.attached is not None:
            prices.append(self.attached)
        if not prices:
            return None
        return max(prices) if quantity > 0 else min(prices)


def keeps_stops(expectations: tuple[Expectation, ...]) -> frozenset[str]:
    """Return the ledgers whose rows show that their bot keeps stops at the venue."""
    return frozenset(
        row.ledger for row in expectations if row.stop_policy is StopPolicy.VENUE or row.stop_order_ids
    )


def protection(
    view: VenueView, key: LegKey, belief: Belief, quantity: Decimal | None, stop_ledgers: frozenset[str]
) -> Protection:
    """Judge the stops of one leg.

    Args:
        view: What the venue is known to hold.
        key: Which leg.
        belief: What the ledgers believe about it.
        quantity: What the venue holds, signed contracts; None if unknown.
        stop_ledgers: See `keeps_stops`.
    """
    if quantity is None:
        return Protection(StopState.UNKNOWN)
    if quantity == 0:
        return Protection(StopState.NOT_NEEDED)
    leg = view.legs.get(key)
    attached = leg.attached_stop if leg is not None else None
    right = _right_sided(view, key, quantity)
    orders = tuple(order for order in right if _only_reduces(order))
    size = abs(quantity)
    covered = size if attached is not None else min(size, _reach(orders, size))
    backed = tuple(share for share in belief.shares if _venue_stop(share.row, stop_ledgers))
    known = abs(sum((share.expected for share in backed if share.expected * quantity > 0), _ZERO))
    needed = min(size, abs(belief.expected) if belief.expected * quantity > 0 else _ZERO, known)
    uncovered = max(needed - covered, _ZERO)
    return Protection(
        state=_state(view, belief, backed, size, covered),
        orders=orders,
        attached=attached,
        covered=covered,
        needed=needed,
        loose=tuple(order for order in right if not _only_reduces(order)),
        entry_since=_working_entry(view, backed, quantity, uncovered),
    )


def _right_sided(view: VenueView, key: LegKey, quantity: Decimal) -> tuple[RestingOrder, ...]:
    resting = (*(view.conditional_orders or ()), *(view.orders or ()))
    side = Side.closing(quantity)
    return tuple(
        order
        for order in {order.order_id: order for order in resting}.values()
        if order.conditional
        and order.stop_loss
        and order.symbol == key.symbol
        and order.leg is key.leg
        and order.side is side
    )


def _only_reduces(order: RestingOrder) -> bool:
    # On a hedge leg an order of the closing side can do nothing else, and venues refuse the flag there.
    return order.reduce_only or order.close_position or order.leg is not Leg.NET


def _reach(orders: tuple[RestingOrder, ...], size: Decimal) -> Decimal:
    total = _ZERO
    for order in orders:
        if order.close_position:
            return size
        total += (order.quantity or _ZERO) - order.filled
    return total


def _venue_stop(row: Expectation, stop_ledgers: frozenset[str]) -> bool:
    if row.stop_policy is StopPolicy.UNKNOWN:
        return row.ledger in stop_ledgers
    return row.stop_policy is StopPolicy.VENUE


def _state(
    view: VenueView, belief: Belief, backed: tuple[Share, ...], size: Decimal, covered: Decimal
) -> StopState:
    if covered >= size:
        return StopState.RESTING
    if view.conditional_orders is None:
        return StopState.UNKNOWN
    if covered > 0:
        return StopState.PARTIAL
    if belief.shares and not backed:
        software = all(share.row.stop_policy is StopPolicy.SOFTWARE for share in belief.shares)
        return StopState.SOFTWARE if software else StopState.UNKNOWN
    return StopState.NONE


def _working_entry(
    view: VenueView, backed: tuple[Share, ...], quantity: Decimal, uncovered: Decimal
) -> datetime | None:
    """Return since when the entry works that the uncovered part came from.

    Bots place the stop when an entry is done, so the executed part of one that still rests has none by
    design. A stop for what was held before is due all the same.
    """
    working = [share.row for share in backed if share.row.entry_resting_since is not None]
    since = [row.entry_resting_since for row in working if row.entry_resting_since is not None]
    if not since or uncovered == 0:
        return None
    if view.orders is not None:
        symbols = {row.symbol for row in working}
        ids = {order_id for row in working for order_id in row.entry_order_ids}
        clients = {row.entry_client_id for row in working if row.entry_client_id is not None}
        executed = sum(
            (
                order.filled
                for order in view.orders
                if order.symbol in symbols
                and (order.order_id in ids or order.client_order_id in clients)
                and order.side is not Side.closing(quantity)
            ),
            _ZERO,
        )
        if executed < uncovered:
            return None
    return min(since)
