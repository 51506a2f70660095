"""Frames and rows as Binance USD-M sends them, and the markets they speak of."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import ccxt

from verification.facts.clock import Moment
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import PositionSeen, Provenance, Source
from verification.venues.parts import one_list
from verification.venues.reading.markets import Markets
from verification.venues.registry import capabilities_of

AVL = "AVL/USDT:USDT"
NET = LegKey("main", AVL, Leg.NET)
START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def moment(seconds: float = 0.0) -> Moment:
    return Moment.at(START + timedelta(seconds=seconds), 1000.0 + seconds)


class LoadedExchange:
    """What `Markets.fill` reads of a ccxt exchange."""

    def __init__(self, *ids: str) -> None:
        self.id = "binanceusdm"
        self.precisionMode = ccxt.TICK_SIZE
        self.markets = {f"{each[:-4]}/USDT:USDT": market_row(each) for each in ids}


def market_row(market_id: str) -> dict[str, Any]:
    return {
        "id": market_id,
        "symbol": f"{market_id[:-4]}/USDT:USDT",
        "contract": True,
        "option": False,
        "active": True,
        "contractSize": Decimal(1),
        "precision": {"amount": Decimal(1), "price": Decimal("0.01")},
        "info": {
            "filters": [
                {"filterType": "PRICE_FILTER", "tickSize": "0.00010"},
                {"filterType": "LOT_SIZE", "stepSize": "0.1"},
            ]
        },
    }


def listed(*ids: str) -> Markets:
    markets = Markets(one_list, capabilities_of("binanceusdm").rows)
    markets.fill(LoadedExchange(*(ids or ("AVLUSDT", "BTCUSDT"))))
    return markets


def account_update(*rows: dict[str, Any], at: int = 1_700_000_000_000) -> dict[str, Any]:
    return {"e": "ACCOUNT_UPDATE", "E": at + 3, "T": at, "a": {"m": "ORDER", "B": [], "P": list(rows)}}


def pushed_position(amount: str, leg: str = "BOTH", symbol: str = "AVLUSDT") -> dict[str, Any]:
    return {"s": symbol, "pa": amount, "ep": "0.1", "cr": "0", "up": "0", "mt": "cross", "iw": "0", "ps": leg}


def order_update(**changes: Any) -> dict[str, Any]:
    order = {
        "s": "AVLUSDT",
        "c": "client-1",
        "S": "BUY",
        "o": "MARKET",
        "q": "43",
        "ap": "0.1357",
        "x": "TRADE",
        "X": "FILLED",
        "i": 8886774,
        "z": "43",
        "ps": "BOTH",
    } | changes
    return {"e": "ORDER_TRADE_UPDATE", "E": 1_700_000_000_003, "T": 1_700_000_000_000, "o": order}


def algo_update(**changes: Any) -> dict[str, Any]:
    order = {
        "aid": 3358,
        "caid": "stop-1",
        "s": "AVLUSDT",
        "S": "SELL",
        "ps": "BOTH",
        "X": "NEW",
        "ai": "",
        "ap": "0",
        "aq": "0",
    } | changes
    return {"e": "ALGO_UPDATE", "E": 1_700_000_000_003, "T": 1_700_000_000_000, "o": order}


def listed_position(**changes: Any) -> dict[str, Any]:
    return {
        "symbol": "AVLUSDT",
        "positionSide": "BOTH",
        "positionAmt": "43",
        "entryPrice": "0.1357",
        "markPrice": "0.14",
        "notional": "6.02",
        "updateTime": 1_700_000_000_000,
    } | changes


def listed_order(**changes: Any) -> dict[str, Any]:
    return {
        "orderId": 8886774,
        "clientOrderId": "client-1",
        "symbol": "AVLUSDT",
        "side": "SELL",
        "positionSide": "BOTH",
        "status": "NEW",
        "type": "LIMIT",
        "price": "0.2",
        "stopPrice": "0",
        "origQty": "43",
        "executedQty": "3",
        "reduceOnly": False,
        "closePosition": False,
        "time": 1_700_000_000_000,
        "updateTime": 1_700_000_000_000,
    } | changes


def listed_algo(**changes: Any) -> dict[str, Any]:
    return {
        "algoId": 3358,
        "clientAlgoId": "stop-1",
        "orderType": "STOP_MARKET",
        "symbol": "AVLUSDT",
        "side": "SELL",
        "positionSide": "BOTH",
        "quantity": "43",
        "algoStatus": "NEW",
        "triggerPrice": "0.12",
        "price": "0",
        "closePosition": False,
        "reduceOnly": True,
        "createTime": 1_700_000_000_000,
        "updateTime": 1_700_000_000_000,
    } | changes


def seen(
    quantity: str,
    version: int | None,
    *,
    source: Source = Source.WEBSOCKET,
    seconds: float = 0.0,
    key: LegKey = NET,
) -> PositionSeen:
    return PositionSeen(key, Decimal(quantity), version, Provenance(source, moment(seconds), epoch=1))
