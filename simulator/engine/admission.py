"""Whether an order is let in: every check the venue makes before it accepts one."""

from dataclasses import replace
from decimal import Decimal

from simulator.engine.market import Market
from simulator.engine.matching import closes, crosses, room
from simulator.engine.order import Kind, Order, PositionSide, Side, Ticket, TimeInForce, Watches
from simulator.engine.refusal import Reason, Refused
from simulator.engine.truth import Truth

DEFAULT_LEVERAGE = 20


def admit(truth: Truth, ticket: Ticket) -> Ticket:
    """Return the ticket as it is accepted: a unified symbol, and a reducing quantity cut to the position.

    Raises:
        Refused: The venue does not take it.
    """
    market = truth.markets.find(ticket.symbol)
    ticket = replace(ticket, symbol=market.symbol)
    _check_side(truth, ticket)
    _check_client_id(truth, ticket)
    _check_figures(ticket, market)
    if ticket.kind.conditional:
        _check_trigger(ticket, market)
        return ticket
    if closes(ticket.side, ticket.position_side, reduce_only=ticket.reduce_only):
        return _cut(truth, ticket)
    _check_margin(truth, ticket, market)
    return ticket


def _check_side(truth: Truth, ticket: Ticket) -> None:
    hedge = truth.is_hedge(ticket.symbol)
    if (ticket.position_side is PositionSide.BOTH) == hedge:
        raise Refused(Reason.WRONG_POSITION_SIDE)
    if hedge and ticket.reduce_only:
        raise Refused(Reason.REDUCE_ONLY_IN_HEDGE)


def _check_client_id(truth: Truth, ticket: Ticket) -> None:
    if ticket.client_id is None:
        return
    open_ids = {order.client_id for order in truth.open_orders()}
    for key in truth.algos.keys():  # noqa: SIM118 - a shelf is no mapping
        algo = truth.algos.get(key)
        if ticket.kind.conditional and algo is not None and algo.status == "NEW":
            open_ids.add(algo.client_id)
    if ticket.client_id in open_ids:
        raise Refused(Reason.DUPLICATE_CLIENT_ID)


def _check_figures(ticket: Ticket, market: Market) -> None:
    _check_quantity(ticket, market)
    _check_prices(ticket, market)
    reducing = ticket.close_position or closes(
        ticket.side, ticket.position_side, reduce_only=ticket.reduce_only
    )
    if ticket.quantity is not None and not reducing:
        notional = ticket.quantity * (ticket.price or market.price)
        if notional < market.min_notional:
            raise Refused(Reason.TOO_SMALL, f"{notional} < {market.min_notional}")


def _check_quantity(ticket: Ticket, market: Market) -> None:
    quantity = ticket.quantity
    if quantity is None:
        if not ticket.close_position:
            raise Refused(Reason.BAD_QUANTITY, "missing")
        return
    if quantity <= 0:
        raise Refused(Reason.BAD_QUANTITY, str(quantity))
    if quantity < market.least:
        raise Refused(Reason.TOO_FEW, f"{quantity} < {market.least}")
    if quantity > market.max_quantity:
        raise Refused(Reason.TOO_MANY, f"{quantity} > {market.max_quantity}")
    if quantity % market.step:
        raise Refused(Reason.BAD_QUANTITY_STEP, str(quantity))


def _check_prices(ticket: Ticket, market: Market) -> None:
    for price, needed in (
        (ticket.price, ticket.kind.priced),
        (ticket.trigger_price, ticket.kind.conditional and ticket.trail is None),
    ):
        if needed and (price is None or price <= 0):
            raise Refused(Reason.BAD_PRICE, str(price))
        if needed and price is not None and price % market.tick:
            raise Refused(Reason.BAD_PRICE_STEP, str(price))


def _check_trigger(ticket: Ticket, market: Market) -> None:
    price = market.watched(last=ticket.watches is Watches.LAST)
    if ticket.trigger_price is not None and triggered(ticket.kind, ticket.side, ticket.trigger_price, price):
        raise Refused(Reason.WOULD_TRIGGER)


def triggered(kind: Kind, side: Side, trigger_price: Decimal, price: Decimal) -> bool:
    """Tell whether a conditional order wakes at the price that it watches."""
    rising = kind.stops == (side is Side.BUY)
    return price >= trigger_price if rising else price <= trigger_price


def _cut(truth: Truth, ticket: Ticket) -> Ticket:
    available = room(truth, ticket.symbol, ticket.side, ticket.position_side)
    if available == 0 or ticket.quantity is None:
        raise Refused(Reason.REDUCE_ONLY)
    return replace(ticket, quantity=min(ticket.quantity, available))


def margin_of(truth: Truth, symbol: str, notional: Decimal) -> Decimal:
    """Return the initial margin of a notional, quote asset."""
    return abs(notional) / truth.leverage.get(symbol, DEFAULT_LEVERAGE)


def margin_in_use(truth: Truth) -> Decimal:
    """Return the initial margin of all positions and resting orders, quote asset."""
    used = Decimal(0)
    for key in truth.positions.keys():  # noqa: SIM118 - a shelf is no mapping
        amount = truth.position(*key).amount
        used += margin_of(truth, key[0], amount * truth.markets.find(key[0]).price)
    for order in truth.open_orders():
        if not order.reduce_only:
            used += margin_of(truth, order.symbol, order.remaining * order.price)
    return used


def _check_margin(truth: Truth, ticket: Ticket, market: Market) -> None:
    if ticket.quantity is None:
        return
    opening = ticket.quantity
    if ticket.position_side is PositionSide.BOTH:
        opening -= min(opening, room(truth, ticket.symbol, ticket.side, ticket.position_side))
    needed = margin_of(truth, ticket.symbol, opening * (ticket.price or market.price))
    if needed > truth.wallet - margin_in_use(truth):
        raise Refused(Reason.NO_MARGIN)


def check_post_only(order: Order, market: Market) -> None:
    """Refuse a post-only order that would take.

    Raises:
        Refused: It would.
    """
    if order.time_in_force is TimeInForce.GTX and crosses(order, market):
        raise Refused(Reason.WOULD_TAKE)
