"""Whether a stop that rests would act now: it has not triggered, does not sleep, and lies where it can act.

A stop rests on the right side of its price, for a venue lets go one that does not. So the side is doubted
only where a price says otherwise, and it is judged by the price that the stop itself watches.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from verification.facts.account import RestingOrder
from verification.facts.leg import Side
from verification.facts.prices import PriceKind, Prices, Trailing


class Fault(StrEnum):
    """Why a stop that rests does not protect."""

    TRIGGERED = "triggered"  # it has let its order go, which may rest unfilled for ever
    DORMANT = "dormant"  # a trailing stop that has not been activated
    BEYOND_LIQUIDATION = "beyond_liquidation"  # the venue closes the position first
    WRONG_SIDE = "wrong_side"  # the price is past it already, and it has not acted


class Doubt(StrEnum):
    """Why it cannot be told whether a stop would act."""

    PRICE_UNREAD = "price_unread"  # another price says that it is on the wrong side
    MAY_TRAIL = "may_trail"  # the price lies where a trailing stop may or may not have been activated
    MAY_BE_BEYOND = "may_be_beyond"  # it lay beyond the liquidation price of a size that has changed


class Stop(Struct, frozen=True, gc=False):
    """One stop as it is judged, an order or a part of the position itself.

    Attributes:
        order_id: The venue's id; None for one that belongs to the position.
        side: What it would do.
        trigger: Quote per base; None for a trailing stop whose venue does not tell it.
        limit: The limit price of what it becomes; None for market.
        watches: The price that its trigger is compared with; None if not told.
        trailing: How it follows; None if it does not.
        triggered: True when its trigger has been hit already.
        dormant: True when it is known not to have been activated.
        following: True when it is known to have been activated.
    """

    order_id: str | None
    side: Side
    trigger: Decimal | None
    limit: Decimal | None = None
    watches: PriceKind | None = None
    trailing: Trailing | None = None
    triggered: bool = False
    dormant: bool = False
    following: bool = False

    @classmethod
    def of(cls, order: RestingOrder) -> "Stop":
        """Return a resting order as a stop."""
        return cls(
            order_id=order.order_id,
            side=order.side,
            trigger=order.trigger_price,
            limit=order.price,
            watches=order.watches,
            trailing=order.trailing,
            triggered=order.triggered,
            dormant=order.dormant,
        )


@dataclass(frozen=True, slots=True)
class Idle:
    """A stop that rests and does not protect.

    Attributes:
        stop: Which.
        fault: Why.
        against: What it was judged by, quote per base: the price it watches, the liquidation price, the
            activation price, the limit of what it became; None if there is none.
        price: Which price that is, for one on the wrong side; None if the stop does not tell what it watches.
    """

    stop: Stop
    fault: Fault
    against: Decimal | None = None
    price: PriceKind | None = None


@dataclass(frozen=True, slots=True)
class Unsure:
    """A stop that rests, and of which it cannot be told whether it would act."""

    stop: Stop
    doubt: Doubt


def judged(
    stop: Stop,
    prices: Prices,
    *,
    liquidation: Decimal | None,
    entry: Decimal | None,
    liquidation_before: Decimal | None = None,
) -> Idle | Unsure | None:
    """Judge one stop of the side that closes its position.

    Args:
        stop: The stop.
        prices: The prices of its contract, read together with it.
        liquidation: Where the venue would close the position; None where it does not say.
        entry: The entry price of the position, which stands for the mark where there is none.
        liquidation_before: Where it would have closed it before its size changed, while that is all there is.

    Returns:
        None for a stop that would act.
    """
    if stop.triggered:
        return Idle(stop, Fault.TRIGGERED, stop.limit)
    asleep = _asleep(stop)
    if asleep is not None:
        return asleep
    if stop.trigger is None:
        return None
    if _beyond(stop, liquidation, prices.mark or entry):
        return Idle(stop, Fault.BEYOND_LIQUIDATION, liquidation)
    aside = _sided(stop, stop.trigger, prices)
    if aside is None and _beyond(stop, liquidation_before, prices.mark or entry):
        return Unsure(stop, Doubt.MAY_BE_BEYOND)
    return aside


def _asleep(stop: Stop) -> Idle | Unsure | None:
    activation = None if stop.trailing is None else stop.trailing.activation
    if stop.dormant:
        return Idle(stop, Fault.DORMANT, activation or stop.trigger)
    known = activation is None or stop.following
    return None if known else Unsure(stop, Doubt.MAY_TRAIL)


def activity(stop: Stop, prices: Prices) -> bool | None:
    """Tell from the prices alone whether a trailing stop has been activated; None where they do not tell.

    One that has been activated has its trigger at least as far as where it lay then, so a price beyond that
    shows that it never was: it would have acted.
    """
    if stop.trailing is None or stop.trailing.activation is None:
        return None
    seen = _watched(stop, prices)
    if not seen:
        return None
    activation, first = stop.trailing.activation, stop.trailing.first_trigger(stop.side)
    if not any(_past(stop.side, activation, price) for price in seen):
        return True
    if first is not None and all(_past(stop.side, first, price) for price in seen):
        return False
    return None


def _watched(stop: Stop, prices: Prices) -> list[Decimal]:
    """Return the prices to judge a stop by: the one it watches; where that is not told, those known."""
    told = [stop.watches] if stop.watches is not None else [PriceKind.MARK, PriceKind.LAST]
    return [price for kind in told if (price := prices.of(kind)) is not None]


def _past(side: Side, level: Decimal, price: Decimal) -> bool:
    """True when a price lies on the losing side of a level for the position that `side` closes."""
    return price < level if side is Side.SELL else price > level


def _hit(side: Side, level: Decimal, price: Decimal) -> bool:
    return price == level or _past(side, level, price)


def _beyond(stop: Stop, liquidation: Decimal | None, reference: Decimal | None) -> bool:
    if liquidation is None or stop.trigger is None or reference is None:
        return False
    if not _past(stop.side, reference, liquidation):
        # Of two hedged legs the venue gives one price for both: it is on the losing side of one of them.
        return False
    return _hit(stop.side, liquidation, stop.trigger)


def _sided(stop: Stop, trigger: Decimal, prices: Prices) -> Idle | Unsure | None:
    watched = _watched(stop, prices)
    if not watched:
        others = [price for price in (prices.mark, prices.last, prices.index) if price is not None]
        doubted = bool(others) and all(_hit(stop.side, trigger, price) for price in others)
        return Unsure(stop, Doubt.PRICE_UNREAD) if doubted else None
    if not all(_hit(stop.side, trigger, price) for price in watched):
        return None
    kind = stop.watches
    if kind is None and prices.mark is not None:
        kind = PriceKind.MARK
    return Idle(stop, Fault.WRONG_SIDE, watched[0], kind)


NEAR = Decimal("0.02")
"""How far from the price that a stop watches the mark may lie, as a share of it: far beyond what is usual."""


def wants_prices(stop: Stop, prices: Prices) -> bool:
    """True when the prices that are known do not suffice to judge a stop."""
    if stop.triggered or stop.dormant:
        return False
    if stop.watches is not None and prices.of(stop.watches) is not None:
        return False
    mark = prices.mark
    if stop.trailing is not None and stop.trailing.activation is not None and not stop.following:
        return True
    return stop.trigger is not None and is_near_or_past(stop.side, stop.trigger, mark)


def is_near_or_past(side: Side, trigger: Decimal, mark: Decimal | None) -> bool:
    """True where a mark price, if there is one, does not show that a trigger lies far from its price."""
    return mark is None or _hit(side, trigger, mark) or abs(mark - trigger) <= mark * NEAR


def belonging(price: Decimal, side: Side, orders: tuple[RestingOrder, ...]) -> Stop:
    """Return the stop loss of a position itself. Its order, if the venue lists that too, tells more of it."""
    row = next((each for each in orders if each.trigger_price == price), None)
    stop = Stop(None, side, price)
    return (
        stop if row is None else replace(stop, watches=row.watches, triggered=row.triggered, limit=row.price)
    )
