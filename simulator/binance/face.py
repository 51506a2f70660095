"""The table of Binance's REST endpoints, and who may call each."""

from collections.abc import Callable
from enum import Enum
from typing import Any

from simulator.binance import account, market_data, trading
from simulator.binance.context import Context, Request
from simulator.binance.errors import ApiError, body, refusal
from simulator.binance.signing import check_key, check_signed
from simulator.engine.refusal import Refused
from simulator.wire import Answer, Call

HTTP_ERROR = 400
Handler = Callable[[Context, Request], Any]


class Security(Enum):
    """What a call must carry."""

    NONE = "nothing"
    KEY = "the API key"
    SIGNED = "key, timestamp and signature"


_PUBLIC: dict[str, Handler] = {
    "GET /fapi/v1/ping": market_data.empty,
    "GET /fapi/v1/time": market_data.time,
    "GET /fapi/v1/exchangeInfo": market_data.exchange_info,
    "GET /fapi/v1/depth": market_data.depth,
    "GET /fapi/v1/klines": market_data.klines,
    "GET /fapi/v1/markPriceKlines": market_data.klines,
    "GET /fapi/v1/ticker/24hr": market_data.ticker_24h,
    "GET /fapi/v1/ticker/price": market_data.ticker_price,
    "GET /fapi/v2/ticker/price": market_data.ticker_price,
    "GET /fapi/v1/ticker/bookTicker": market_data.book_ticker,
    "GET /fapi/v1/premiumIndex": market_data.premium_index,
    "GET /fapi/v1/fundingRate": market_data.nothing,
    "GET /fapi/v1/fundingInfo": market_data.nothing,
    "GET /api/v3/exchangeInfo": market_data.nothing_listed,
    "GET /dapi/v1/exchangeInfo": market_data.nothing_listed,
    "GET /eapi/v1/exchangeInfo": market_data.nothing_listed,
}
_KEYED: dict[str, Handler] = {
    "POST /fapi/v1/listenKey": account.issue_listen_key,
    "PUT /fapi/v1/listenKey": account.extend_listen_key,
    "DELETE /fapi/v1/listenKey": account.close_listen_key,
    "GET /sapi/v1/margin/allPairs": market_data.nothing,
    "GET /sapi/v1/margin/isolated/allPairs": market_data.nothing,
}
_SIGNED: dict[str, Handler] = {
    "GET /sapi/v1/capital/config/getall": market_data.nothing,
    "GET /sapi/v1/account/apiRestrictions": account.restrictions,
    "GET /fapi/v1/leverageBracket": market_data.leverage_bracket,
    "GET /fapi/v1/positionSide/dual": account.position_mode,
    "POST /fapi/v1/positionSide/dual": account.set_position_mode,
    "GET /fapi/v1/multiAssetsMargin": account.multi_assets,
    "POST /fapi/v1/leverage": account.set_leverage,
    "POST /fapi/v1/marginType": account.set_margin_type,
    "GET /fapi/v2/account": account.account,
    "GET /fapi/v3/account": account.account,
    "GET /fapi/v2/balance": account.balance,
    "GET /fapi/v3/balance": account.balance,
    "GET /fapi/v2/positionRisk": account.positions_v2,
    "GET /fapi/v3/positionRisk": account.positions_v3,
    "GET /fapi/v1/income": account.income,
    "GET /fapi/v1/commissionRate": account.commission_rate,
    "POST /fapi/v1/order": trading.place,
    "GET /fapi/v1/order": trading.query,
    "DELETE /fapi/v1/order": trading.cancel,
    "DELETE /fapi/v1/allOpenOrders": trading.cancel_all,
    "GET /fapi/v1/openOrders": trading.open_orders,
    "GET /fapi/v1/allOrders": trading.all_orders,
    "POST /fapi/v1/algoOrder": trading.place_conditional,
    "GET /fapi/v1/algoOrder": trading.query_conditional,
    "DELETE /fapi/v1/algoOrder": trading.cancel_conditional,
    "DELETE /fapi/v1/algoOpenOrders": trading.cancel_all_conditional,
    "GET /fapi/v1/openAlgoOrders": trading.open_conditional,
    "GET /fapi/v1/allAlgoOrders": trading.all_conditional,
    "GET /fapi/v1/userTrades": trading.user_trades,
    "GET /fapi/v1/forceOrders": trading.force_orders,
}
_ROUTES: dict[str, tuple[Security, Handler]] = {
    **{route: (Security.NONE, handler) for route, handler in _PUBLIC.items()},
    **{route: (Security.KEY, handler) for route, handler in _KEYED.items()},
    **{route: (Security.SIGNED, handler) for route, handler in _SIGNED.items()},
}


class BinanceFace:
    """Answers Binance's REST calls."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def refuse(self, status: int, code: int, message: str) -> Answer:
        """Return an error with any code. Binance's errors never come with a status of success."""
        return Answer(status if status >= HTTP_ERROR else 503, body(code, message))

    def answer(self, call: Call) -> Answer:
        """Check a request, apply it, and return the answer. A refusal is an answer too."""
        security, handler = _ROUTES.get(f"{call.method} {call.path}", (Security.NONE, None))
        if handler is None:
            return Answer(404, {"code": -5000, "msg": f"Path {call.path}, Method {call.method} is invalid"})
        try:
            api_key = ""
            if security is Security.SIGNED:
                check_signed(call, self._context.credentials, self._context.exchange.clock.ms())
            elif security is Security.KEY:
                api_key = check_key(call, self._context.credentials)
            return Answer(200, handler(self._context, Request(call.params, api_key)))
        except ApiError as error:
            return error.answer
        except Refused as refused:
            return refusal(refused.reason).answer
