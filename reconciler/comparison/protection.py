"""Whether a position has the stop it should have, told from the orders that rest at the venue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec.structs import replace

from reconciler.comparison.book import Book
from reconciler.comparison.legs import Belief, Share
from reconciler.comparison.stop_judgement import Idle, Stop, Unsure, belonging, judged
from reconciler.comparison.trails import of_position
from reconciler.comparison.venue_view import LegView, VenueView
from reconciler.comparison.working_entry import working_entry
from reconciler.facts.expectation import Expectation, StopPolicy
from verification.facts.account import Part, RestingOrder
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.prices import Prices

_ZERO = Decimal(0)


class StopState(StrEnum):
    """What a screen says about the stop of a leg."""

    NONE = "none"
    IDLE = "idle"  # stops rest, and none of them would act
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
        orders: The resting orders that count: they can only make the position smaller, at a loss limit, and
            would act now.
        attached: Trigger price of a stop that belongs to the position itself and would act; None if none.
        covered: Contracts that the stops would close, unsigned, at most the position.
        perhaps: Contracts that further stops would close if they would act, which cannot be told. Unsigned.
        needed: Contracts that the bots know of and keep a stop at the venue for, unsigned.
        loose: Right-sided stops that do not count because they could open the opposite position.
        idle: Stops that rest and do not protect, and why.
        unsure: Stops of which it cannot be told whether they would act, and why.
        untold: Conditional orders that may be stops: the venue does not say what they are for.
        entry_since: When the working entry was sent that the whole uncovered part came from; None if it
            did not come from one.
    """

    state: StopState
    orders: tuple[RestingOrder, ...] = ()
    attached: Decimal | None = None
    covered: Decimal = _ZERO
    perhaps: Decimal = _ZERO
    needed: Decimal = _ZERO
    loose: tuple[RestingOrder, ...] = ()
    idle: tuple[Idle, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    untold: tuple[RestingOrder, ...] = ()
    entry_since: datetime | None = None

    @property
    def uncovered(self) -> Decimal:
        """Contracts that should have a stop and have none, unsigned. One in doubt is not called missing."""
        return max(self.needed - self.covered - self.perhaps, _ZERO)

    @property
    def doubtful(self) -> bool:
        """True when it is not known whether all that should have a stop has one."""
        return self.needed > self.covered and self.perhaps > 0

    def price(self, quantity: Decimal) -> Decimal | None:
        """Return the trigger nearest to the market for a signed `quantity`; None without a stop."""
        prices = [order.trigger_price for order in self.orders if order.trigger_price is not None]
        if self.attached is not None:
            prices.append(self.attached)
        if not prices:
            return None
        return max(prices) if quantity > 0 else min(prices)


@dataclass(slots=True)
class _Found:
    """The stops of one leg, sorted by what they are worth."""

    size: Decimal
    acting: list[RestingOrder]
    idle: list[Idle]
    unsure: list[Unsure]
    attached: Decimal | None = None
    whole: bool = False
    covered: Decimal = _ZERO
    perhaps: Decimal = _ZERO

    def add(self, verdict: Idle | Unsure | None, reach: Decimal) -> bool:
        """Count one stop that reaches so many contracts; return True if it would act."""
        if isinstance(verdict, Idle):
            self.idle.append(verdict)
            return False
        if isinstance(verdict, Unsure):
            self.unsure.append(verdict)
            self.perhaps += reach
            return False
        self.covered += reach
        return True


def keeps_stops(expectations: tuple[Expectation, ...]) -> frozenset[str]:
    """Return the ledgers whose rows show that their bot keeps stops at the venue."""
    return frozenset(
        row.ledger for row in expectations if row.stop_policy is StopPolicy.VENUE or row.stop_order_ids
    )


def protection(
    view: VenueView,
    book: Book,
    key: LegKey,
    belief: Belief,
    quantity: Decimal | None,
    *,
    stop_ledgers: frozenset[str],
) -> Protection:
    """Judge the stops of one leg.

    Args:
        view: What the venue is known to hold.
        book: The resting orders of the symbol.
        key: Which leg.
        belief: What the ledgers believe about it.
        quantity: What the venue holds, signed contracts; None if unknown.
        stop_ledgers: See `keeps_stops`.
    """
    if quantity is None:
        return Protection(StopState.UNKNOWN)
    if quantity == 0:
        return Protection(StopState.NOT_NEEDED)
    closing = tuple(_closing(book, key, quantity))
    right = tuple((part, order) for part, order in closing if order.stop_loss)
    found = _found(view, key, quantity, right)
    size = found.size
    covered = min(size, found.covered)
    perhaps = min(size - covered, found.perhaps)
    backed = tuple(share for share in belief.shares if _venue_stop(share.row, stop_ledgers))
    kept = sum((share.expected for share in backed if share.expected * quantity > 0), _ZERO)
    needed = min(_of(quantity, belief.expected, belief), _of(quantity, kept, belief))
    uncovered = max(needed - covered - perhaps, _ZERO)
    return Protection(
        state=_state(book, belief, backed, found),
        orders=tuple(found.acting),
        attached=found.attached,
        covered=covered,
        perhaps=perhaps,
        needed=needed,
        loose=tuple(order for _, order in right if not _only_reduces(order)),
        idle=tuple(found.idle),
        unsure=tuple(found.unsure),
        untold=tuple(order for _, order in closing if not order.nature_told),
        entry_since=working_entry(
            None if book.ordinary is None else tuple(book.ordinary.values()),
            tuple(share.row for share in backed),
            quantity,
            uncovered,
        ),
    )


def _of(quantity: Decimal, claimed: Decimal, belief: Belief) -> Decimal:
    """Return how much of a position is claimed, unsigned; all of it where both differ by rounding only."""
    if belief.same(quantity, claimed):
        return abs(quantity)
    return min(abs(quantity), abs(claimed)) if claimed * quantity > 0 else _ZERO


def _closing(book: Book, key: LegKey, quantity: Decimal) -> Iterator[tuple[Part, RestingOrder]]:
    """Return the conditional orders that would close a leg.

    Ordinary and conditional orders are two lists that a venue may number apart: an id names an order within
    its list only.
    """
    side = Side.closing(quantity)
    for part, orders in (
        (Part.CONDITIONAL_ORDERS, book.conditional),
        (Part.ORDERS, book.ordinary),
    ):
        # By their ids, so that the words do not change with the order in which a venue lists them.
        for _, order in sorted((orders or {}).items()):
            if order.conditional and order.leg is key.leg and order.side is side:
                yield part, order


def _found(
    view: VenueView, key: LegKey, quantity: Decimal, right: tuple[tuple[Part, RestingOrder], ...]
) -> _Found:
    leg = view.legs.get(key)
    prices = view.prices.get(key.symbol, Prices())
    found = _Found(abs(quantity), [], [], [])

    def look_at(stop: Stop) -> Idle | Unsure | None:
        return judged(
            stop,
            prices,
            liquidation=None if leg is None else leg.position.liquidation_price,
            entry=None if leg is None else leg.position.entry_price,
            liquidation_before=None if leg is None else leg.liquidation_before,
        )

    for part, order in right:
        if _only_reduces(order) and found.add(
            look_at(_followed(view, key, part, order, leg)), _reach(order, found.size)
        ):
            found.acting.append(order)
    if leg is None:
        return found
    side, listed = Side.closing(quantity), tuple(order for _, order in right)
    attached, trailing = leg.position.attached_stop, leg.position.trailing
    if attached is not None and found.add(look_at(belonging(attached, side, listed)), found.size):
        found.attached = attached
    if trailing is not None and not any(order.trailing is not None for order in listed):
        stop = view.trails.knowing(of_position(quantity, trailing), Part.POSITIONS, key.symbol, key.leg.value)
        found.add(look_at(stop), found.size)
    return found


def _followed(view: VenueView, key: LegKey, part: Part, order: RestingOrder, leg: LegView | None) -> Stop:
    """Return an order as a stop, with what is known of how it trails."""
    stop = Stop.of(order)
    if order.trailing is None:
        return stop
    if order.trailing.activation is None and leg is not None and leg.position.trailing is not None:
        # Its row need not tell from where it follows: the position that it belongs to does.
        stop = replace(stop, trailing=leg.position.trailing)
        return view.trails.knowing(stop, Part.POSITIONS, key.symbol, key.leg.value)
    return view.trails.knowing(stop, part, order.symbol, order.order_id)


def _only_reduces(order: RestingOrder) -> bool:
    # On a hedge leg an order of the closing side can do nothing else, and venues refuse the flag there.
    return order.reduce_only or order.close_position or order.leg is not Leg.NET


def _reach(order: RestingOrder, size: Decimal) -> Decimal:
    return size if order.close_position else (order.quantity or _ZERO) - order.filled


def _venue_stop(row: Expectation, stop_ledgers: frozenset[str]) -> bool:
    if row.stop_policy is StopPolicy.UNKNOWN:
        return row.ledger in stop_ledgers
    return row.stop_policy is StopPolicy.VENUE


def _state(book: Book, belief: Belief, backed: tuple[Share, ...], found: _Found) -> StopState:
    if found.covered >= found.size:
        return StopState.RESTING
    if book.conditional is None or found.unsure:
        return StopState.UNKNOWN
    if found.covered > 0:
        return StopState.PARTIAL if book.stops_read else StopState.UNKNOWN
    if belief.shares and not backed:
        software = all(share.row.stop_policy is StopPolicy.SOFTWARE for share in belief.shares)
        return StopState.SOFTWARE if software else StopState.UNKNOWN
    if not book.stops_read:
        return StopState.UNKNOWN
    return StopState.IDLE if found.idle else StopState.NONE
