"""Orders over REST: place, query, cancel, list; ordinary ones and conditional (algo) ones; trades."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from simulator.binance import payloads
from simulator.binance.context import Context, Request
from simulator.binance.errors import ApiError, body, refusal
from simulator.binance.params import Params, flag, integer, needed, number, word
from simulator.engine.order import (
    AlgoOrder,
    Kind,
    Order,
    PositionSide,
    Side,
    Status,
    Ticket,
    TimeInForce,
    Trail,
    Watches,
)
from simulator.engine.refusal import Reason
from simulator.faults.faults import Source

DEFAULT_LIMIT = 500
_WATCHES = {"CONTRACT_PRICE": Watches.LAST, "MARK_PRICE": Watches.MARK}


def _ticket(params: Params, kind: Kind, client_id: str | None) -> Ticket:
    if params.get("timeInForce") is None and kind is Kind.LIMIT:
        needed(params, "timeInForce")
    closes = flag(params, "closePosition")
    if closes and (params.get("quantity") or params.get("reduceOnly")):
        raise ApiError(-4136, "Target strategy invalid for orderType and closePosition")
    return Ticket(
        symbol=needed(params, "symbol"),
        side=word(Side, params, "side"),
        quantity=None if closes else Decimal(number(params, "quantity") or needed(params, "quantity")),
        kind=kind,
        price=Decimal(number(params, "price") or needed(params, "price")) if kind.priced else None,
        trigger_price=number(params, "triggerPrice"),
        position_side=word(PositionSide, params, "positionSide", PositionSide.BOTH),
        reduce_only=flag(params, "reduceOnly"),
        close_position=closes,
        time_in_force=word(TimeInForce, params, "timeInForce", TimeInForce.GTC),
        client_id=client_id or None,
        watches=_WATCHES.get(params.get("workingType", "")),
        trail=_trail(params) if kind is Kind.TRAILING_STOP_MARKET else None,
    )


def _trail(params: Params) -> Trail:
    percent = Decimal(number(params, "callbackRate") or needed(params, "callbackRate"))
    activation = number(params, "activatePrice") or number(params, "activationPrice")
    return Trail(activation=activation, rate=percent / 100)


def place(context: Context, request: Request) -> dict[str, Any]:
    """Place a market or limit order; conditional ones belong to the algo endpoint since December 2025."""
    params = request.params
    kind = word(Kind, params, "type")
    if kind.conditional:
        raise ApiError(
            -4120,
            "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
        )
    order = context.exchange.place(_ticket(params, kind, params.get("newClientOrderId")))
    if params.get("newOrderRespType", "ACK").upper() != "RESULT":
        order = replace(order, status=Status.NEW, executed=Decimal(0), cost=Decimal(0))
    return payloads.order(context.truth, order, queried=False)


def place_conditional(context: Context, request: Request) -> dict[str, Any]:
    """Place a conditional order."""
    params = request.params
    if needed(params, "algoType") != "CONDITIONAL":
        raise ApiError(-1116, "Invalid algoType.")
    kind = word(Kind, params, "type")
    if not kind.conditional:
        raise ApiError(-1116, "Invalid orderType.")
    if kind is not Kind.TRAILING_STOP_MARKET:
        needed(params, "triggerPrice")
    algo = context.exchange.place_conditional(_ticket(params, kind, params.get("clientAlgoId")))
    return payloads.algo(context.truth, algo)


def _named(context: Context, params: Params, source: Source | None) -> Order | None:
    lag = context.lag(source) if source else (lambda _symbol: 0.0)
    number_, client_id = integer(params, "orderId"), params.get("origClientOrderId")
    if number_ is None and not client_id:
        raise ApiError(
            -1102, "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        )
    symbol = context.truth.markets.symbol(needed(params, "symbol"))
    if number_ is not None:
        order = context.exchange.order(number_, lag)
    else:
        order = context.exchange.order_of_client(client_id or "", lag)
    return order if order is not None and order.symbol == symbol else None


def _named_algo(context: Context, params: Params, source: Source | None) -> AlgoOrder | None:
    lag = context.lag(source) if source else (lambda _symbol: 0.0)
    number_, client_id = integer(params, "algoId"), params.get("clientAlgoId")
    if number_ is None and not client_id:
        raise ApiError(-1102, "Param 'clientAlgoId' or 'algoId' must be sent, but both were empty/null!")
    if number_ is not None:
        return context.exchange.algo(number_, lag)
    return context.exchange.algo_of_client(client_id or "", lag)


def query(context: Context, request: Request) -> dict[str, Any]:
    """Return one order by either id."""
    order = _named(context, request.params, Source.ORDER)
    if order is None:
        raise refusal(Reason.UNKNOWN_ORDER)
    return payloads.order(context.truth, order)


def query_conditional(context: Context, request: Request) -> dict[str, Any]:
    """Return one conditional order by either id."""
    algo = _named_algo(context, request.params, Source.ORDER)
    if algo is None:
        raise refusal(Reason.UNKNOWN_ORDER)
    return payloads.algo(context.truth, algo)


def cancel(context: Context, request: Request) -> dict[str, Any]:
    """Cancel one order; what is unknown and what is over get the same answer."""
    order = _named(context, request.params, None)
    if order is None:
        raise refusal(Reason.ORDER_NOT_OPEN)
    return payloads.order(context.truth, context.exchange.cancel(order.id), queried=False)


def cancel_conditional(context: Context, request: Request) -> dict[str, Any]:
    """Cancel one conditional order."""
    algo = _named_algo(context, request.params, None)
    if algo is None:
        raise refusal(Reason.ORDER_NOT_OPEN)
    context.exchange.cancel_conditional(algo.id)
    return {"algoId": algo.id, "clientAlgoId": algo.client_id, "code": "200", "msg": "success"}


def cancel_all(context: Context, request: Request) -> dict[str, Any]:
    """Cancel every resting order of a symbol."""
    needed(request.params, "symbol")
    for order in context.exchange.open_orders(context.symbol(request.params)):
        context.exchange.cancel(order.id)
    return body(200, "The operation of cancel all open order is done.")


def cancel_all_conditional(context: Context, request: Request) -> dict[str, Any]:
    """Cancel every conditional order of a symbol."""
    needed(request.params, "symbol")
    for algo in context.exchange.open_algos(context.symbol(request.params)):
        context.exchange.cancel_conditional(algo.id)
    return body(200, "The operation of cancel all open order is done.")


def open_orders(context: Context, request: Request) -> list[dict[str, Any]]:
    """List the resting orders of a symbol, or of all."""
    orders = context.exchange.open_orders(context.symbol(request.params), context.lag(Source.OPEN_ORDERS))
    return [payloads.order(context.truth, order) for order in orders]


def open_conditional(context: Context, request: Request) -> list[dict[str, Any]]:
    """List the waiting conditional orders of a symbol, or of all."""
    algos = context.exchange.open_algos(context.symbol(request.params), context.lag(Source.OPEN_ORDERS))
    return [payloads.algo(context.truth, algo) for algo in algos]


def _window(
    rows: Iterable[dict[str, Any]], params: Params, time: Callable[[dict[str, Any]], int]
) -> list[dict[str, Any]]:
    """Cut rows to the times asked for: the oldest `limit` from a start, else the newest."""
    start, end = integer(params, "startTime"), integer(params, "endTime")
    limit = min(integer(params, "limit") or DEFAULT_LIMIT, 1000)
    kept = [row for row in rows if (start or 0) <= time(row) and (end is None or time(row) <= end)]
    return kept[:limit] if start is not None else kept[-limit:]


def all_orders(context: Context, request: Request) -> list[dict[str, Any]]:
    """List the orders of a symbol, over or not; with `orderId`, from that one on."""
    needed(request.params, "symbol")
    first = integer(request.params, "orderId") or 0
    orders = context.exchange.orders(context.symbol(request.params), context.lag(Source.ORDER))
    rows = [payloads.order(context.truth, order) for order in orders if order.id >= first]
    return _window(rows, request.params, lambda row: int(row["time"]))


def all_conditional(context: Context, request: Request) -> list[dict[str, Any]]:
    """List the conditional orders of a symbol, over or not."""
    needed(request.params, "symbol")
    algos = context.exchange.algos(context.symbol(request.params), context.lag(Source.ORDER))
    rows = [payloads.algo(context.truth, algo) for algo in algos]
    return _window(rows, request.params, lambda row: int(row["createTime"]))


def user_trades(context: Context, request: Request) -> list[dict[str, Any]]:
    """List the account's trades of a symbol."""
    params = request.params
    needed(params, "symbol")
    order_id, first = integer(params, "orderId"), integer(params, "fromId") or 0
    trades = context.exchange.trades(context.symbol(params), context.lag(Source.TRADES))
    rows = [
        payloads.trade(context.truth, trade)
        for trade in trades
        if trade.id >= first and order_id in {None, trade.order_id}
    ]
    return _window(rows, params, lambda row: int(row["time"]))


def force_orders(context: Context, request: Request) -> list[dict[str, Any]]:
    """List the orders the venue itself placed: liquidations and deleveraging."""
    orders = context.exchange.orders(context.symbol(request.params))
    rows = [payloads.order(context.truth, order) for order in orders if order.owner == "venue"]
    return _window(rows, request.params, lambda row: int(row["time"]))
