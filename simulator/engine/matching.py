"""Turning orders into fills: against the price that is, and against one that moves."""

from dataclasses import replace
from decimal import Decimal

from simulator.engine.market import Market
from simulator.engine.order import Kind, Order, PositionSide, Side, Status, TimeInForce, Trade
from simulator.engine.truth import Truth

TAKER_FEE = Decimal("0.0004")
MAKER_FEE = Decimal("0.0002")


def closes(order_side: Side, position_side: PositionSide, *, reduce_only: bool) -> bool:
    """Tell whether an order may only make a position smaller."""
    if position_side is PositionSide.LONG:
        return order_side is Side.SELL
    if position_side is PositionSide.SHORT:
        return order_side is Side.BUY
    return reduce_only


def room(truth: Truth, symbol: str, side: Side, position_side: PositionSide) -> Decimal:
    """Return how many contracts an order on that side can close."""
    amount = truth.position(symbol, position_side).amount
    return max(Decimal(0), -amount * side.sign)


def crosses(order: Order, market: Market) -> bool:
    """Tell whether an order takes what the book offers."""
    if order.kind is Kind.MARKET:
        return True
    return order.price >= market.ask if order.side is Side.BUY else order.price <= market.bid


class Matching:
    """Fills orders. Everything that follows from a fill happens here."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def take(self, order: Order) -> Order:
        """Match an accepted order against the book as far as it goes, and return what became of it."""
        market = self._truth.markets.find(order.symbol)
        if market.held:
            return order
        if crosses(order, market):
            offered = order.remaining if market.liquidity is None else min(market.liquidity, order.remaining)
            if order.time_in_force is TimeInForce.FOK and offered < order.remaining:
                offered = Decimal(0)
            price = market.ask if order.side is Side.BUY else market.bid
            order = self._fill_in_clips(order, offered, price, market.clip)
        fleeting = order.kind is Kind.MARKET or order.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}
        if order.status.open and fleeting:
            return self.expire(order)
        return order

    def _fill_in_clips(self, order: Order, offered: Decimal, price: Decimal, clip: Decimal | None) -> Order:
        sequence = self._truth.next_id()
        while offered > 0 and order.status.open:
            quantity = offered if clip is None else min(clip, offered)
            order = self.fill(order, quantity, price, maker=False, sequence=sequence)
            offered -= quantity
        return order

    def rest(self, symbol: str) -> None:
        """Fill the resting orders a price has reached, at their own prices, oldest first."""
        market = self._truth.markets.find(symbol)
        if market.held:
            return
        for order in self._truth.open_orders(symbol):
            current = self._truth.orders.get(order.id)
            if current is None or not current.status.open or current.kind is not Kind.LIMIT:
                continue
            reached = (
                market.price <= current.price if current.side is Side.BUY else market.price >= current.price
            )
            if reached:
                self.fill(current, current.remaining, current.price, maker=True)

    def fill(
        self,
        order: Order,
        quantity: Decimal,
        price: Decimal,
        *,
        maker: bool,
        forced: bool = False,
        sequence: int | None = None,
    ) -> Order:
        """Execute up to `quantity` of an open order, and return what became of it.

        An order that may only reduce is executed no further than the position reaches; one with nothing left
        to reduce expires.
        """
        truth = self._truth
        quantity = min(quantity, order.remaining)
        if closes(order.side, order.position_side, reduce_only=order.reduce_only):
            quantity = min(quantity, room(truth, order.symbol, order.side, order.position_side))
            if quantity == 0:
                return self.expire(order)
        now = truth.clock.ms()
        before = truth.position(order.symbol, order.position_side)
        number = truth.next_id()
        trade = Trade(
            id=number,
            order_id=order.id,
            symbol=order.symbol,
            side=order.side,
            position_side=order.position_side,
            quantity=quantity,
            price=price,
            realized=before.profit_of(quantity * order.side.sign, price),
            fee=quantity * price * (MAKER_FEE if maker else TAKER_FEE),
            maker=maker,
            at_ms=now,
            forced=forced,
            sequence=sequence or number,
            closed=before.closed_by(quantity * order.side.sign),
        )
        executed = order.executed + quantity
        order = replace(
            order,
            executed=executed,
            cost=order.cost + quantity * price,
            status=Status.FILLED if executed == order.quantity else Status.PARTIALLY_FILLED,
            updated_ms=now,
        )
        truth.filled(order, trade, before.after(trade))
        self._expire_what_cannot_reduce(order)
        only_closes = closes(order.side, order.position_side, reduce_only=order.reduce_only)
        if (
            order.status.open
            and only_closes
            and not room(truth, order.symbol, order.side, order.position_side)
        ):
            return self.expire(order)
        return order

    def expire(self, order: Order) -> Order:
        """End an open order that can do no more, and return it."""
        return self._truth.order_changed(
            replace(order, status=Status.EXPIRED, updated_ms=self._truth.clock.ms()), "EXPIRED"
        )

    def _expire_what_cannot_reduce(self, filled: Order) -> None:
        """End resting orders that may only reduce a position which is gone, as the venue does."""
        for other in self._truth.open_orders(filled.symbol):
            if other.id == filled.id or other.position_side is not filled.position_side:
                continue
            only_closes = closes(other.side, other.position_side, reduce_only=other.reduce_only)
            if only_closes and not room(self._truth, other.symbol, other.side, other.position_side):
                self.expire(other)
