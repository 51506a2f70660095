"""Bybit's shapes for what the engine holds. Numbers are strings, times strings of milliseconds."""

from decimal import Decimal
from typing import Any

from simulator.bybit.attached import attached_to
from simulator.bybit.ids import INDEX, link_id, order_id, uuid_of
from simulator.engine.admission import DEFAULT_LEVERAGE, margin_of
from simulator.engine.exchange import Exchange
from simulator.engine.figures import profit, text
from simulator.engine.matching import closes
from simulator.engine.order import AlgoOrder, AlgoStatus, Kind, Order, Status, TimeInForce, Trade, Watches
from simulator.engine.position import Position
from simulator.engine.trailing import trigger_of

NEVER_TRADED = -1
FIRST_HELD_MS = 1_676_538_056_258  # a leg was created when its contract was first held, years ago
SINCE_BEFORE = 1  # the sequence of what was held before the first trade that is known
_STATUSES = {
    Status.NEW: "New",
    Status.PARTIALLY_FILLED: "PartiallyFilled",
    Status.FILLED: "Filled",
    Status.CANCELED: "Cancelled",
    Status.EXPIRED: "Cancelled",
}
_WAITING = {
    AlgoStatus.NEW: "Untriggered",
    AlgoStatus.TRIGGERING: "Triggered",
    AlgoStatus.TRIGGERED: "Triggered",
    AlgoStatus.FINISHED: "Triggered",
    AlgoStatus.CANCELED: "Deactivated",
    AlgoStatus.EXPIRED: "Cancelled",
}
_VENUES_OWN = (
    ("autoclose-", "CreateByTakeOver_PassThrough"),
    ("adl_autoclose", "CreateByAdl_PassThrough"),
    ("settlement_autoclose-", "CreateBySettle"),
)
_TIMES = {TimeInForce.GTX: "PostOnly"}


def _word(of: str) -> str:
    return of.capitalize()


def order(exchange: Exchange, value: Order) -> dict[str, Any]:
    """Return an order; one that a conditional order became keeps that one's trigger."""
    kind = value.origin or value.kind
    return _row(exchange, value, kind) | {
        "orderStatus": _STATUSES[value.status],
        "avgPrice": text(value.average) if value.executed else "",
        "qty": text(value.quantity),
        "cumExecQty": text(value.executed),
        "cumExecValue": text(value.cost),
        "leavesQty": text(value.remaining) if value.status.open else "0",
        "cancelType": "UNKNOWN",
        "rejectReason": "EC_NoError" if value.status is not Status.EXPIRED else "EC_NoImmediateQtyToFill",
    }


def waiting(exchange: Exchange, value: AlgoOrder) -> dict[str, Any]:
    """Return a conditional order that has not become an order."""
    held = exchange.truth.position(value.symbol, value.position_side).amount
    quantity = abs(held) if value.close_position else value.quantity
    return _row(exchange, value, value.kind) | {
        "orderStatus": _WAITING[value.status],
        "avgPrice": "",
        "qty": text(quantity),
        "cumExecQty": "0",
        "cumExecValue": "0",
        "leavesQty": text(quantity) if value.status is AlgoStatus.NEW else "0",
        "cancelType": "UNKNOWN",
        "rejectReason": "EC_ReduceOnly" if value.failure else "EC_NoError",
        **_trailing(value),
    }


def _trailing(value: AlgoOrder) -> dict[str, Any]:
    """Return where a trailing stop acts now, which moves with the price."""
    if value.trail is None:
        return {}
    at = trigger_of(value.trail, value.side)
    return {"triggerPrice": "" if at is None else text(at)}


def _row(exchange: Exchange, value: Order | AlgoOrder, kind: Kind) -> dict[str, Any]:
    stops = kind.stops
    rises = stops == (value.side == "BUY")
    attached = value.close_position
    reduces = closes(value.side, value.position_side, reduce_only=value.reduce_only or attached)
    return {
        "symbol": exchange.market(value.symbol).id,
        "orderId": order_id(value),
        "orderLinkId": link_id(value),
        "side": _word(value.side.value),
        "orderType": "Limit" if kind.priced else "Market",
        "price": text(value.price),
        "timeInForce": "IOC"
        if not kind.priced
        else _TIMES.get(value.time_in_force, value.time_in_force.value),
        "positionIdx": INDEX[value.position_side],
        "reduceOnly": reduces,
        "closeOnTrigger": attached,
        "stopOrderType": _stop_type(kind, attached=attached),
        "createType": _created_by(value),
        "triggerPrice": text(value.trigger_price) if kind.conditional else "",
        "triggerDirection": (1 if rises else 2) if kind.conditional else 0,
        "triggerBy": _trigger_by(value) if kind.conditional else "",
        "tpslMode": "Full" if attached else "",
        "takeProfit": "",
        "stopLoss": "",
        "tpTriggerBy": "",
        "slTriggerBy": "",
        "tpLimitPrice": "0",
        "slLimitPrice": "0",
        "cumExecFee": "0",
        "isLeverage": "",
        "orderIv": "",
        "blockTradeId": "",
        "placeType": "",
        "smpType": "None",
        "smpGroup": 0,
        "smpOrderId": "",
        "lastPriceOnCreated": "",
        "leavesValue": "0",
        "createdTime": str(value.created_ms),
        "updatedTime": str(value.updated_ms),
    }


def _trigger_by(value: Order | AlgoOrder) -> str:
    marked = isinstance(value, AlgoOrder) and value.watches is Watches.MARK
    return "MarkPrice" if marked else "LastPrice"


def _stop_type(kind: Kind, *, attached: bool) -> str:
    if not kind.conditional:
        return ""
    if kind is Kind.TRAILING_STOP_MARKET:
        return "TrailingStop"
    if not attached:
        return "Stop"
    return "StopLoss" if kind.stops else "TakeProfit"


def _created_by(value: Order | AlgoOrder) -> str:
    """Return who or what made an order: the account's own request, its page, a trigger, the venue itself."""
    venues_own = next((word for start, word in _VENUES_OWN if value.client_id.startswith(start)), None)
    if venues_own is not None:
        return venues_own
    if isinstance(value, Order) and value.origin is not None:
        attached = _stop_type(value.origin, attached=value.close_position)
        return "CreateByStopOrder" if attached == "Stop" else f"CreateBy{attached}"
    return "CreateByClosing" if value.owner == "hand" and value.reduce_only else "CreateByUser"


def trade(exchange: Exchange, value: Trade, of: Order) -> dict[str, Any]:
    """Return a fill. It names no position index: only `closedSize` tells what it did to which leg."""
    market = exchange.market(value.symbol)
    before = sum(
        (t.quantity for t in exchange.trades(value.symbol) if t.order_id == of.id and t.id <= value.id),
        Decimal(0),
    )
    return {
        "symbol": market.id,
        "orderId": order_id(of),
        "orderLinkId": link_id(of),
        "side": _word(value.side.value),
        "orderType": "Limit" if of.kind.priced else "Market",
        "orderQty": text(of.quantity),
        "orderPrice": text(of.price),
        "leavesQty": text(of.quantity - before),
        "stopOrderType": _stop_type(of.origin or of.kind, attached=of.close_position) or "UNKNOWN",
        "createType": _created_by(of),
        "execId": uuid_of(value.id),
        "execQty": text(value.quantity),
        "execPrice": text(value.price),
        "execValue": text(value.price * value.quantity),
        "execFee": text(value.fee),
        "feeRate": "0.0004",
        "feeCurrency": market.quote,
        "execType": _execution(value, of),
        "execTime": str(value.at_ms),
        "isMaker": value.maker,
        "closedSize": text(value.closed),
        "markPrice": text(market.price),
        "markIv": "",
        "tradeIv": "",
        "indexPrice": "",
        "underlyingPrice": "",
        "blockTradeId": "",
        "extraFees": "",
        "seq": value.sequence,
    }


def _execution(value: Trade, of: Order) -> str:
    if not value.forced:
        return "Trade"
    if of.client_id.startswith("settlement_autoclose-"):
        return "Delivery"
    return "AdlTrade" if of.client_id == "adl_autoclose" else "BustTrade"


def position(exchange: Exchange, value: Position, *, pushed: bool = False) -> dict[str, Any]:
    """Return a row of the position list, or of the stream, which has another name for the entry price."""
    market, truth = exchange.market(value.symbol), exchange.truth
    flat = value.amount == 0
    notional = abs(value.amount * market.price)
    margin = text(margin_of(truth, value.symbol, notional))
    stop = attached_to(exchange, value.symbol, value.side, Kind.STOP_MARKET)
    trailing = attached_to(exchange, value.symbol, value.side, Kind.TRAILING_STOP_MARKET)
    trail = None if trailing is None else trailing.trail
    take = attached_to(exchange, value.symbol, value.side, Kind.TAKE_PROFIT_MARKET)
    nothing = "0" if pushed else ""
    return {
        "positionIdx": INDEX[value.side],
        "symbol": market.id,
        "side": "" if flat else "Buy" if value.amount > 0 else "Sell",
        "size": text(abs(value.amount)),
        "entryPrice" if pushed else "avgPrice": text(value.entry),
        "positionValue": "" if flat else text(abs(value.amount * value.entry)),
        "markPrice": text(market.price),
        "leverage": str(truth.leverage.get(value.symbol, DEFAULT_LEVERAGE)),
        "riskId": 1,
        "riskLimitValue": "1000000",
        "tradeMode": 0,
        "autoAddMargin": 0,
        "positionStatus": "Normal",
        "adlRankIndicator": 0 if flat else 2,
        "positionBalance": "0" if flat else margin,
        "positionIM": "" if flat else margin,
        "positionMM": "" if flat else text(notional / 100),
        "liqPrice": text(truth.liquidations[value.symbol]) if value.symbol in truth.liquidations else "",
        "bustPrice": "",
        "tpslMode": "Full",
        "takeProfit": nothing if take is None else text(take.trigger_price),
        "stopLoss": nothing if stop is None else text(stop.trigger_price),
        "trailingStop": "0" if trail is None else text(trail.behind),
        "activePrice": "0" if trail is None or trail.activation is None else text(trail.activation),
        "unrealisedPnl": "" if flat else text(profit(value, market)),
        "curRealisedPnl": text(value.realized),
        "cumRealisedPnl": text(value.realized),
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "sessionAvgPrice": "",
        "createdTime": str(FIRST_HELD_MS),
        "updatedTime": str(value.updated_ms),
        "seq": value.sequence or (SINCE_BEFORE if value.version else NEVER_TRADED),
    }
