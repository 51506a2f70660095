"""The table of Bybit's REST endpoints, and which of them are signed."""

from simulator.bybit import account, margin, market_data, trading
from simulator.bybit.context import Context, Handler
from simulator.bybit.errors import ApiError, envelope, refusal
from simulator.bybit.signing import check_signed
from simulator.engine.refusal import Refused
from simulator.wire import Answer, Call

_PUBLIC: dict[str, Handler] = {
    "GET /v5/market/time": market_data.time,
    "GET /v5/market/instruments-info": market_data.instruments,
    "GET /v5/market/tickers": market_data.tickers,
    "GET /v5/market/orderbook": market_data.book,
    "GET /v5/market/kline": market_data.candles,
    "GET /v5/market/mark-price-kline": market_data.candles,
    "GET /v5/market/risk-limit": margin.tiers,
    "GET /v5/market/funding/history": margin.funding_history,
}
_SIGNED: dict[str, Handler] = {
    "GET /v5/asset/coin/query-info": account.coins,
    "GET /v5/user/query-api": account.key_info,
    "GET /v5/account/info": account.info,
    "GET /v5/account/wallet-balance": account.wallet,
    "POST /v5/account/set-margin-mode": margin.set_mode,
    "GET /v5/position/list": account.positions,
    "POST /v5/position/switch-mode": account.switch_mode,
    "POST /v5/position/set-leverage": account.set_leverage,
    "POST /v5/position/trading-stop": account.trading_stop,
    "POST /v5/order/create": trading.place,
    "POST /v5/order/cancel": trading.cancel,
    "POST /v5/order/cancel-all": trading.cancel_all,
    "GET /v5/order/realtime": trading.realtime,
    "GET /v5/order/history": trading.history,
    "GET /v5/execution/list": trading.executions,
}


class BybitFace:
    """Answers Bybit's REST calls."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def refuse(self, status: int, code: int, message: str) -> Answer:
        """Return an error with any code."""
        return Answer(status, envelope(self._context.exchange.clock.ms(), {}, code, message))

    def answer(self, call: Call) -> Answer:
        """Check a request, apply it, and return the answer. A refusal is an answer too."""
        route = f"{call.method} {call.path}"
        handler = _PUBLIC.get(route) or _SIGNED.get(route)
        if handler is None:
            return Answer(404, {})
        try:
            if route in _SIGNED:
                check_signed(call, self._context.credentials, self._context.exchange.clock.ms())
            result = handler(self._context, call.params)
        except ApiError as error:
            return self.refuse(200, error.code, error.text)
        except Refused as refused:
            said = refusal(refused.reason)
            return self.refuse(200, said.code, said.text)
        return Answer(200, envelope(self._context.exchange.clock.ms(), result))
