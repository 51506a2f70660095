"""Binance's words for refusals: HTTP status, code and message, as its error code page lists them."""

from typing import Any

from simulator.engine.refusal import Reason
from simulator.wire import Answer


class ApiError(Exception):
    """A request the face itself turns down.

    Attributes:
        status: HTTP status.
        code: Binance's error code.
        text: Binance's message.
    """

    def __init__(self, code: int, text: str, status: int = 400) -> None:
        super().__init__(f"{code} {text}")
        self.status = status
        self.code = code
        self.text = text

    @property
    def answer(self) -> Answer:
        """Return it as an answer."""
        return Answer(self.status, body(self.code, self.text))


def body(code: int, text: str) -> dict[str, Any]:
    """Return the body of an error."""
    return {"code": code, "msg": text}


_REFUSALS: dict[Reason, tuple[int, str]] = {
    Reason.UNKNOWN_SYMBOL: (-1121, "Invalid symbol."),
    Reason.UNKNOWN_ORDER: (-2013, "Order does not exist."),
    Reason.ORDER_NOT_OPEN: (-2011, "Unknown order sent."),
    Reason.DUPLICATE_CLIENT_ID: (-4116, "ClientOrderId is duplicated."),
    Reason.BAD_QUANTITY: (-4003, "Quantity less than or equal to zero."),
    Reason.TOO_FEW: (-4004, "Quantity less than min quantity."),
    Reason.TOO_MANY: (-4005, "Quantity greater than max quantity."),
    Reason.BAD_QUANTITY_STEP: (-1111, "Precision is over the maximum defined for this asset."),
    Reason.BAD_PRICE: (-4001, "Price less than 0."),
    Reason.BAD_PRICE_STEP: (-4014, "Price not increased by tick size."),
    Reason.TOO_SMALL: (
        -4164,
        "Order's notional must be no smaller than 5 (unless you choose reduce only).",
    ),
    Reason.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
    Reason.REDUCE_ONLY_IN_HEDGE: (-1106, "Parameter 'reduceonly' sent when not required."),
    Reason.WRONG_POSITION_SIDE: (-4061, "Order's position side does not match user's setting."),
    Reason.WOULD_TRIGGER: (-2021, "Order would immediately trigger."),
    Reason.WOULD_TAKE: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected.",
    ),
    Reason.NO_MARGIN: (-2019, "Margin is insufficient."),
    Reason.MODE_UNCHANGED: (-4059, "No need to change position side."),
    Reason.MARGIN_UNCHANGED: (-4046, "No need to change margin type."),
    Reason.HAS_OPEN_ORDERS: (-4067, "Position side cannot be changed if there exists open orders."),
    Reason.HAS_POSITIONS: (-4068, "Position side cannot be changed if there exists position."),
    Reason.BAD_LEVERAGE: (-4028, "Leverage is not valid."),
    Reason.NO_POSITION: (-4068, "No such position."),
}


def refusal(reason: Reason) -> ApiError:
    """Return the engine's refusal in Binance's words."""
    return ApiError(*_REFUSALS[reason])
