"""A connected gateway without a wire: unmodified ccxt signs and judges; bodies stand where the socket was."""

import asyncio
import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.verification.venues.bybit_samples import answer, execution_row, order_row, position_row
from tests.verification.venues.samples import listed_algo, listed_order, listed_position
from tests.wire.scripted import EXCHANGE_INFO
from verification.budget.rates import Limit
from verification.facts.clock import SystemClock
from verification.venues.capabilities import Capabilities
from verification.venues.gateway.account import CcxtVenue
from verification.venues.port import Access
from verification.venues.registry import capabilities_of

NOW = 1_700_000_000_000

TRADE: dict[str, Any] = {
    "id": 31,
    "orderId": 8886774,
    "symbol": "AVLUSDT",
    "side": "BUY",
    "positionSide": "BOTH",
    "qty": "43",
    "price": "0.1357",
    "time": NOW,
}
ORDER = listed_order(side="BUY", status="CANCELED", origQty="43", executedQty="40", avgPrice="0.1357")
INSTRUMENT: dict[str, Any] = {
    "symbol": "AVLUSDT",
    "contractType": "LinearPerpetual",
    "status": "Trading",
    "baseCoin": "AVL",
    "quoteCoin": "USDT",
    "settleCoin": "USDT",
    "launchTime": "1585526400000",
    "deliveryTime": "0",
    "priceScale": "4",
    "leverageFilter": {"minLeverage": "1", "maxLeverage": "50", "leverageStep": "0.01"},
    "priceFilter": {"minPrice": "0.0001", "maxPrice": "999", "tickSize": "0.0001"},
    "lotSizeFilter": {"maxOrderQty": "10000", "minOrderQty": "1", "qtyStep": "1"},
}

BINANCE: Mapping[str, Any] = {
    "GET /fapi/v1/exchangeInfo": EXCHANGE_INFO,
    "GET /fapi/v1/time": {"serverTime": NOW},
    "GET /fapi/v1/positionSide/dual": {"dualSidePosition": False},
    "GET /fapi/v3/positionRisk": [listed_position()],
    "GET /fapi/v1/openOrders": [listed_order()],
    "GET /fapi/v1/openAlgoOrders": [listed_algo()],
    "GET /fapi/v1/order": ORDER,
    "GET /fapi/v1/algoOrder": listed_algo(algoStatus="CANCELED"),
    "GET /fapi/v1/userTrades": [TRADE],
    "GET /fapi/v1/premiumIndex": {
        "symbol": "AVLUSDT",
        "markPrice": "0.2",
        "indexPrice": "0.21",
        "lastFundingRate": "0.0001",
        "time": NOW,
    },
    "GET /fapi/v2/ticker/price": {"symbol": "AVLUSDT", "price": "0.22", "time": NOW},
    "GET /sapi/v1/account/apiRestrictions": {
        "ipRestrict": True,
        "createTime": NOW,
        "enableReading": True,
        "enableFutures": True,
        "enableWithdrawals": True,
        "enableSpotAndMarginTrading": True,
    },
}
BYBIT: Mapping[str, Any] = {
    "GET /v5/market/instruments-info": answer(INSTRUMENT),
    "GET /v5/market/time": {"retCode": 0, "retMsg": "OK", "result": {}, "time": NOW},
    "GET /v5/position/list": answer(position_row()),
    "GET /v5/order/realtime": answer(
        order_row(orderId="rests", orderStatus="New", orderType="Limit", cumExecQty="3", side="Sell"),
        order_row(
            orderId="stop",
            orderStatus="Untriggered",
            side="Sell",
            cumExecQty="0",
            triggerPrice="0.12",
            stopOrderType="StopLoss",
            reduceOnly=True,
            triggerDirection=2,
            price="0",
            avgPrice="",
        ),
    ),
    "GET /v5/order/history": answer(order_row(orderStatus="Cancelled", cumExecQty="40")),
    "GET /v5/execution/list": answer(execution_row()),
    "GET /v5/market/tickers": answer(
        {"symbol": "AVLUSDT", "lastPrice": "0.22", "markPrice": "0.2", "indexPrice": "0.21"}
    ),
    "GET /v5/user/query-api": {
        "retCode": 0,
        "retMsg": "",
        "result": {
            "readOnly": 0,
            "permissions": {"ContractTrade": ["Order", "Position"], "Wallet": ["Withdraw"]},
        },
        "time": NOW,
    },
}


def unspared(known: Capabilities) -> Capabilities:
    """Return a venue that takes any number of requests: nothing is sent, so that nothing is to be spared."""
    unlimited = Limit(1e12, ours=1.0)
    return replace(known, rates=replace(known.rates, address=unlimited, user=None))


class Wireless:
    """One account whose venue's answers are bodies; a body may be a function of the request's parameters."""

    def __init__(self, venue: str, bodies: Mapping[str, Any]) -> None:
        self.bodies: dict[str, Any] = dict(bodies)
        known = replace(unspared(capabilities_of(venue)), stream=None)
        self.venue = CcxtVenue(Access("main", venue, "the-key", "the-secret"), SystemClock(), known)
        self.venue._list.longest = 1.0
        for asker in (self.venue._urgent, self.venue._sweeping, self.venue._streaming):
            asker.exchange.enableRateLimit = False
            asker.exchange.fetch = self._fetch(asker.exchange)

    def _fetch(self, exchange: Any) -> Callable[..., Any]:
        async def fetch(url: str, method: str = "GET", headers: Any = None, body: Any = None) -> Any:
            await asyncio.sleep(0)  # whoever waits with a limit must come to its end
            parts = urlsplit(url)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            told = self.bodies[f"{method} {parts.path}"]
            told = told(asked) if callable(told) else told
            text = told if isinstance(told, str) else json.dumps(told)
            parsed = exchange.parse_json(text)
            exchange.handle_errors(200, "OK", url, method, {}, text, parsed, headers, body)
            return text if parsed is None else parsed

        return fetch

    async def connected(self) -> "Wireless":
        await self.venue.connect()
        return self

    def answers(self, request: str, body: object) -> None:
        """Let one request be answered so from now on; of Bybit's lists by coin only the first coin's is.

        Whoever connects after this reads the market list, however young the one before is.
        """
        self.venue._list.leave()
        if request in {"GET /v5/position/list", "GET /v5/order/realtime"}:
            empty = answer()
            self.bodies[request] = lambda asked: empty if asked.get("settleCoin") == "USDC" else body
        else:
            self.bodies[request] = body

    async def close(self) -> None:
        await self.venue.close()


def bodies_of(venue: str) -> dict[str, Any]:
    return copy.deepcopy(dict(BINANCE if venue == "binanceusdm" else BYBIT))
