"""Orders over REST: placed and cancelled asynchronously, looked for, listed; and the account's trades."""

from dataclasses import replace
from functools import partial
from typing import Any

from simulator.bybit import payloads
from simulator.bybit.attached import attach
from simulator.bybit.context import Context, Params
from simulator.bybit.errors import ApiError, refusal
from simulator.bybit.ids import SIDES, order_id, uuid_of
from simulator.bybit.pages import Last, page
from simulator.bybit.params import chosen, integer, needed, number, wrong
from simulator.engine.admission import admit
from simulator.engine.matching import closes
from simulator.engine.order import (
    AlgoOrder,
    AlgoStatus,
    Kind,
    Order,
    PositionSide,
    Side,
    Ticket,
    TimeInForce,
    Watches,
)
from simulator.engine.readings import Lag, no_lag
from simulator.engine.refusal import Reason, Refused
from simulator.faults.faults import Source

WEEK_MS = 7 * 86_400_000
LONGEST_LINK = 36  # characters of a sender's own id
_SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
_KINDS = {"Market": Kind.MARKET, "Limit": Kind.LIMIT}
_TIMES = {"GTC": TimeInForce.GTC, "IOC": TimeInForce.IOC, "FOK": TimeInForce.FOK, "PostOnly": TimeInForce.GTX}
_CONDITIONAL = {
    (Kind.MARKET, True): Kind.STOP_MARKET,
    (Kind.MARKET, False): Kind.TAKE_PROFIT_MARKET,
    (Kind.LIMIT, True): Kind.STOP,
    (Kind.LIMIT, False): Kind.TAKE_PROFIT,
}
_WATCHES = {"LastPrice": Watches.LAST, "MarkPrice": Watches.MARK}
Either = Order | AlgoOrder


def _kind(params: Params, side: Side) -> Kind:
    plain = chosen(_KINDS, params, "orderType")
    if not params.get("triggerPrice"):
        return plain
    direction = needed(params, "triggerDirection")
    if direction not in {"1", "2"}:
        raise wrong("triggerDirection")
    return _CONDITIONAL[plain, (direction == "1") == (side is Side.BUY)]


def _ticket(context: Context, params: Params) -> Ticket:
    side = chosen(_SIDES, params, "side")
    position = chosen(SIDES, params, "positionIdx", "0")
    reduce = params.get("reduceOnly") == "true"
    hedged = position is not PositionSide.BOTH
    if hedged and reduce and not closes(side, position, reduce_only=False):
        raise refusal(Reason.REDUCE_ONLY_IN_HEDGE)
    kind = _kind(params, side)
    if len(params.get("orderLinkId", "")) > LONGEST_LINK:
        raise wrong("orderLinkId")
    return Ticket(
        symbol=context.truth.markets.symbol(needed(params, "symbol")),
        side=side,
        quantity=number(params, "qty") or number({"qty": needed(params, "qty")}, "qty"),
        kind=kind,
        price=number(params, "price") if kind.priced else None,
        trigger_price=number(params, "triggerPrice"),
        position_side=position,
        reduce_only=reduce and not hedged,
        time_in_force=chosen(_TIMES, params, "timeInForce", "GTC"),
        client_id=params.get("orderLinkId") or None,
        watches=_WATCHES.get(params.get("triggerBy", "")),
    )


def _admitted(context: Context, params: Params) -> Ticket:
    """Return the order that is asked for, if it is let in."""
    ticket = _ticket(context, params)
    if ticket.client_id in context.links:
        raise refusal(Reason.DUPLICATE_CLIENT_ID)
    try:
        return admit(context.truth, ticket)
    except Refused as refused:
        if refused.reason is not Reason.WOULD_TRIGGER:
            raise
        rises = params["triggerDirection"] == "1"
        trigger, price = ticket.trigger_price, context.exchange.market(ticket.symbol).price
        if rises:
            raise ApiError(
                110092, f"expect Rising, but trigger_price[{trigger}] <= current[{price}]"
            ) from None
        raise ApiError(110093, f"expect Falling, but trigger_price[{trigger}] >= current[{price}]") from None


def place(context: Context, params: Params) -> dict[str, Any]:
    """Take an order in. The answer holds its ids and comes before it is matched."""
    stop = number(params, "stopLoss")
    ticket = _admitted(context, params)
    if stop is not None and ticket.kind is not Kind.MARKET:
        raise ApiError(10001, "the simulated venue takes stopLoss with market orders only; use trading-stop")
    ticket = replace(ticket, number=context.truth.next_id())
    if ticket.client_id is not None:
        context.links.add(ticket.client_id)

    def carry_out() -> None:
        try:
            if ticket.kind.conditional:
                context.exchange.place_conditional(ticket)
            else:
                context.exchange.place(ticket)
        except (
            Refused
        ):  # What could be filled when it was acknowledged cannot any more: it ends with nothing.
            context.exchange.decline(ticket)
            return
        if stop is not None and context.exchange.position(ticket.symbol, ticket.position_side).amount:
            attach(context.exchange, ticket.symbol, ticket.position_side, Kind.STOP_MARKET, stop)

    context.acceptance.carry_out(carry_out)
    return {"orderId": uuid_of(ticket.number or 0), "orderLinkId": params.get("orderLinkId", "")}


def _every(context: Context, symbol: str | None, lag: Lag = no_lag) -> list[Either]:
    """Return every order as the venue counts them, oldest first: what a conditional one became is itself."""
    exchange = context.exchange
    found: list[Either] = [order for order in exchange.orders(symbol, lag) if order.algo_id is None]
    for algo in exchange.algos(symbol, lag):
        became = exchange.order(algo.order_id, lag) if algo.order_id is not None else None
        found.append(became or algo)
    return sorted(found, key=lambda each: (each.created_ms, order_id(each)))


def _is_open(value: Either) -> bool:
    if isinstance(value, Order):
        return value.status.open
    return value.status in {AlgoStatus.NEW, AlgoStatus.TRIGGERING, AlgoStatus.TRIGGERED}


def _row(context: Context, value: Either) -> dict[str, Any]:
    if isinstance(value, Order):
        return payloads.order(context.exchange, value)
    return payloads.waiting(context.exchange, value)


def _named(params: Params, values: list[Either]) -> list[Either]:
    """Cut orders to the one that a request names by an id, if it names any."""
    wanted, link = params.get("orderId"), params.get("orderLinkId")
    if wanted:
        return [value for value in values if order_id(value) == wanted]
    return [value for value in values if value.client_id == link] if link else values


def _scope(context: Context, params: Params) -> str | None:
    if needed(params, "category") != "linear":
        raise wrong("category")
    symbol = context.symbol(params)
    if symbol is None and not (params.get("settleCoin") or params.get("baseCoin")):
        raise ApiError(
            10001, "Missing some parameters that must be filled in, symbol or settleCoin or baseCoin"
        )
    return symbol


def _in_coin(context: Context, params: Params, values: list[Either]) -> list[Either]:
    coin = params.get("settleCoin")
    if not coin or params.get("symbol"):
        return values
    return [value for value in values if context.exchange.market(value.symbol).quote == coin]


def _of_filter(params: Params, values: list[Either]) -> list[Either]:
    wanted = params.get("orderFilter")
    if not wanted:
        return values
    conditional = wanted == "StopOrder"
    return [value for value in values if isinstance(value, AlgoOrder) == conditional]


def forget_ended(context: Context) -> None:
    """Leave what has ended to the order history, as a restart of the venue does."""
    context.forgotten.update(order_id(value) for value in _every(context, None) if not _is_open(value))


def realtime(context: Context, params: Params) -> dict[str, Any]:
    """List the open orders, conditional ones too, newest first. By an id, one that has just ended as well."""
    symbol = _scope(context, params)
    if params.get("orderId") or params.get("orderLinkId"):
        named = _named(params, _every(context, symbol, context.lag(Source.ORDER)))
        found = [value for value in named if order_id(value) not in context.forgotten]
    else:
        every = _every(context, symbol, context.lag(Source.OPEN_ORDERS))
        found = _of_filter(params, [value for value in every if _is_open(value)])
    rows = [_row(context, value) for value in reversed(_in_coin(context, params, found))]
    return page(rows, params, usual=20, most=50, last=Last.ONWARD)


def history(context: Context, params: Params) -> dict[str, Any]:
    """List the orders that have ended, newest first."""
    symbol = context.symbol(params)
    every = _every(context, symbol, context.lag(Source.ORDER))
    ended = _in_coin(context, params, [value for value in _named(params, every) if not _is_open(value)])
    start, end = _window(context, params)
    rows = [_row(context, value) for value in reversed(ended) if start <= value.created_ms <= end]
    return page(rows, params, usual=20, most=50, last=Last.BACK)


def _window(context: Context, params: Params) -> tuple[int, int]:
    """Return the first and last ms asked for: a week at most, the last one when nothing is said."""
    start, end = integer(params, "startTime", 0), integer(params, "endTime", 0)
    if start and end and end - start > WEEK_MS:
        raise ApiError(10001, "The time range between startTime and endTime cannot exceed 7 days")
    if not start:
        end = end or context.exchange.clock.ms() + WEEK_MS
        start = end - WEEK_MS if params.get("endTime") else end - 2 * WEEK_MS
    return start, end or start + WEEK_MS


def executions(context: Context, params: Params) -> dict[str, Any]:
    """List the account's trades, newest first. Of an order that is named, all, whatever times are said."""
    if needed(params, "category") != "linear":
        raise wrong("category")
    named = params.get("orderId") or params.get("orderLinkId")
    start, end = (0, context.exchange.clock.ms()) if named else _window(context, params)
    shown: list[dict[str, Any]] = []
    for trade in context.exchange.trades(context.symbol(params), context.lag(Source.TRADES)):
        order = context.exchange.order(trade.order_id)
        if order is not None and start <= trade.at_ms <= end:
            shown.append(payloads.trade(context.exchange, trade, order))
    for name in ("orderId", "orderLinkId", "execType"):
        if params.get(name):
            shown = [row for row in shown if row[name] == params[name]]
    return page(shown[::-1], params, usual=50, most=100, last=Last.ONWARD)


def cancel(context: Context, params: Params) -> dict[str, Any]:
    """Take a cancellation in. The answer comes before it is carried out."""
    symbol = context.truth.markets.symbol(needed(params, "symbol"))
    if not (params.get("orderId") or params.get("orderLinkId")):
        raise wrong("orderId")
    found = [value for value in _named(params, _every(context, symbol)) if _is_open(value)]
    if not found:
        raise refusal(Reason.UNKNOWN_ORDER)
    context.acceptance.carry_out(partial(_cancel, context, found[-1]))
    return {"orderId": order_id(found[-1]), "orderLinkId": params.get("orderLinkId", "")}


def _cancel(context: Context, value: Either) -> None:
    try:
        if isinstance(value, Order):
            context.exchange.cancel(value.id)
        else:
            context.exchange.cancel_conditional(value.id)
    except Refused:
        return  # It was filled meanwhile: too late to cancel, which nobody is told.


def cancel_all(context: Context, params: Params) -> dict[str, Any]:
    """Take the cancellation of every open order of a symbol, or of all, in."""
    found = [value for value in _every(context, _scope(context, params)) if _is_open(value)]
    for value in found:
        context.acceptance.carry_out(partial(_cancel, context, value))
    return {"list": [{"orderId": order_id(value), "orderLinkId": ""} for value in found], "success": "1"}
