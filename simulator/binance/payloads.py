"""Binance's shapes for what the engine holds. Every number is a string, every time milliseconds."""

from decimal import Decimal
from typing import Any

from simulator.engine.admission import DEFAULT_LEVERAGE, margin_in_use, margin_of
from simulator.engine.figures import profit, text
from simulator.engine.order import AlgoOrder, AlgoStatus, Order, Side, Trade, Watches
from simulator.engine.position import Position
from simulator.engine.readings import Readings
from simulator.engine.truth import Truth


def _id(truth: Truth, symbol: str) -> str:
    return truth.markets.find(symbol).id


def order(truth: Truth, value: Order, *, queried: bool = True) -> dict[str, Any]:
    """Return an order. Only a query carries `time`."""
    kind = (value.origin or value.kind).value
    row = {
        "orderId": value.id,
        "symbol": _id(truth, value.symbol),
        "status": value.status.value,
        "clientOrderId": value.client_id,
        "price": text(value.price),
        "avgPrice": text(value.average),
        "origQty": text(value.quantity),
        "executedQty": text(value.executed),
        "cumQty": text(value.executed),
        "cumQuote": text(value.cost),
        "timeInForce": value.time_in_force.value,
        "type": value.kind.value,
        "reduceOnly": value.reduce_only,
        "closePosition": value.close_position,
        "side": value.side.value,
        "positionSide": value.position_side.value,
        "stopPrice": text(value.trigger_price),
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "origType": kind,
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "updateTime": value.updated_ms,
    }
    return {**row, "time": value.created_ms} if queried else row


def algo(truth: Truth, value: AlgoOrder) -> dict[str, Any]:
    """Return a conditional order."""
    started = value.status in {AlgoStatus.TRIGGERED, AlgoStatus.FINISHED}
    return {
        "algoId": value.id,
        "clientAlgoId": value.client_id,
        "algoType": "CONDITIONAL",
        "orderType": value.kind.value,
        "symbol": _id(truth, value.symbol),
        "side": value.side.value,
        "positionSide": value.position_side.value,
        "timeInForce": value.time_in_force.value,
        "quantity": text(value.quantity),
        "algoStatus": value.status.value,
        "actualOrderId": str(value.order_id) if value.order_id else "",
        "actualPrice": text(value.average),
        "actualQty": text(value.executed),
        "actualType": ("LIMIT" if value.kind.priced else "MARKET") if started else "",
        "triggerPrice": text(value.trigger_price),
        "price": text(value.price),
        "icebergQuantity": None,
        "tpTriggerPrice": "0",
        "tpPrice": "0",
        "slTriggerPrice": "0",
        "slPrice": "0",
        "tpOrderType": "",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "workingType": "CONTRACT_PRICE" if value.watches is Watches.LAST else "MARK_PRICE",
        "priceMatch": "NONE",
        "closePosition": value.close_position,
        "priceProtect": False,
        "reduceOnly": value.reduce_only,
        "createTime": value.created_ms,
        "updateTime": value.updated_ms,
        "triggerTime": value.triggered_ms,
        "goodTillDate": 0,
        **_trailing(value),
    }


def _trailing(value: AlgoOrder) -> dict[str, Any]:
    """Return how a trailing stop follows. Whether it has been activated is not told."""
    if value.trail is None:
        return {}
    activation = value.trail.activation or value.trail.best or Decimal(0)
    return {
        "triggerPrice": "",
        "activatePrice": text(activation),
        "callbackRate": text(value.trail.rate * 100),
    }


def trade(truth: Truth, value: Trade) -> dict[str, Any]:
    """Return a fill; it names no client order id, as on the venue."""
    market = truth.markets.find(value.symbol)
    return {
        "id": value.id,
        "orderId": value.order_id,
        "symbol": market.id,
        "side": value.side.value,
        "price": text(value.price),
        "qty": text(value.quantity),
        "quoteQty": text(value.price * value.quantity),
        "realizedPnl": text(value.realized),
        "marginAsset": market.quote,
        "commission": text(value.fee),
        "commissionAsset": market.quote,
        "time": value.at_ms,
        "positionSide": value.position_side.value,
        "buyer": value.side is Side.BUY,
        "maker": value.maker,
    }


def position(truth: Truth, value: Position, *, version: int) -> dict[str, Any]:
    """Return a row of `positionRisk`, in the shape of API version 2 or 3."""
    market = truth.markets.find(value.symbol)
    notional = value.amount * market.price
    margin = margin_of(truth, value.symbol, notional)
    isolated = value.symbol in truth.isolated and value.amount != 0
    row = {
        "symbol": market.id,
        "positionSide": value.side.value,
        "positionAmt": text(value.amount),
        "entryPrice": text(value.entry),
        "breakEvenPrice": text(value.entry),
        "markPrice": text(market.price),
        "unRealizedProfit": text(profit(value, market)),
        "liquidationPrice": text(truth.liquidations.get(value.symbol, Decimal(0))) if value.amount else "0",
        "isolatedMargin": text(margin) if isolated else "0",
        "notional": text(notional),
        "isolatedWallet": text(margin) if isolated else "0",
        "updateTime": value.updated_ms,
    }
    if version == 2:  # noqa: PLR2004 - the API's version number
        return {
            **row,
            "maxNotionalValue": "1000000",
            "leverage": str(truth.leverage.get(value.symbol, DEFAULT_LEVERAGE)),
            "marginType": "isolated" if value.symbol in truth.isolated else "cross",
            "isAutoAddMargin": "false",
        }
    return {
        **row,
        "marginAsset": market.quote,
        "initialMargin": text(margin),
        "maintMargin": text(abs(notional) / 100),
        "positionInitialMargin": text(margin),
        "openOrderInitialMargin": "0",
        "adl": 1,
        "bidNotional": "0",
        "askNotional": "0",
    }


def asset(readings: Readings) -> dict[str, Any]:
    """Return the balance of the quote asset, as `account` shows it."""
    truth = readings.truth
    unrealised = sum((profit(p, readings.market(p.symbol)) for p in readings.positions()), Decimal(0))
    used = margin_in_use(truth)
    margin_balance = truth.wallet + unrealised
    available = max(Decimal(0), margin_balance - used)
    return {
        "asset": "USDT",
        "walletBalance": text(truth.wallet),
        "unrealizedProfit": text(unrealised),
        "marginBalance": text(margin_balance),
        "maintMargin": "0",
        "initialMargin": text(used),
        "positionInitialMargin": text(used),
        "openOrderInitialMargin": "0",
        "crossWalletBalance": text(truth.wallet),
        "crossUnPnl": text(unrealised),
        "availableBalance": text(available),
        "maxWithdrawAmount": text(available),
        "updateTime": truth.clock.ms(),
    }
