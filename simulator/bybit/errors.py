"""Bybit's words for refusals: code and message, as its page of error codes lists them. The status is 200."""

from typing import Any

from simulator.engine.refusal import Reason


class ApiError(Exception):
    """A request the face itself turns down.

    Attributes:
        code: Bybit's `retCode`.
        text: Bybit's `retMsg`.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


def envelope(now_ms: int, result: dict[str, Any], code: int = 0, text: str = "OK") -> dict[str, Any]:
    """Return the body of an answer."""
    return {"retCode": code, "retMsg": text, "result": result, "retExtInfo": {}, "time": now_ms}


_REFUSALS: dict[Reason, tuple[int, str]] = {
    Reason.UNKNOWN_SYMBOL: (10001, "params error: symbol invalid"),
    Reason.UNKNOWN_ORDER: (110001, "order not exists or too late to cancel"),
    Reason.ORDER_NOT_OPEN: (110001, "order not exists or too late to cancel"),
    Reason.DUPLICATE_CLIENT_ID: (110072, "OrderLinkedID is duplicate"),
    Reason.BAD_QUANTITY: (10001, "Qty invalid"),
    Reason.TOO_FEW: (10001, "The number of contracts exceeds minimum limit allowed"),
    Reason.TOO_MANY: (10001, "The number of contracts exceeds maximum limit allowed: too large"),
    Reason.BAD_QUANTITY_STEP: (10001, "Qty invalid"),
    Reason.BAD_PRICE: (110003, "Order price exceeds the allowable range."),
    Reason.BAD_PRICE_STEP: (10001, "Price invalid"),
    Reason.TOO_SMALL: (110094, "Order does not meet minimum order value 5USDT"),
    Reason.REDUCE_ONLY: (110017, "current position is zero, cannot fix reduce-only order qty"),
    Reason.REDUCE_ONLY_IN_HEDGE: (110017, "reduce-only rule not satisfied"),
    Reason.WRONG_POSITION_SIDE: (10001, "position idx not match position mode"),
    Reason.WOULD_TRIGGER: (110093, "expect Falling, but the trigger price is above the current one"),
    Reason.WOULD_TAKE: (110079, "The order would be executed at once, as a taker"),
    Reason.NO_MARGIN: (110007, "ab not enough for new order"),
    Reason.MODE_UNCHANGED: (110025, "Position mode is not modified"),
    Reason.MARGIN_UNCHANGED: (110026, "Cross/isolated margin mode is not modified"),
    Reason.HAS_OPEN_ORDERS: (110028, "You have existing open orders, so position mode cannot be switched."),
    Reason.HAS_POSITIONS: (110024, "You have an existing position, so position mode cannot be switched."),
    Reason.BAD_LEVERAGE: (110013, "Cannot set leverage due to risk limit level."),
    Reason.NO_POSITION: (10001, "can not set tp/sl/ts for zero position"),
}


def refusal(reason: Reason) -> ApiError:
    """Return the engine's refusal in Bybit's words."""
    return ApiError(*_REFUSALS[reason])
