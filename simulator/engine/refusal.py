"""Why the engine refuses a request, in no protocol's words; each face has its venue's code for a reason."""

from enum import Enum


class Reason(Enum):
    """What was wrong with a request."""

    UNKNOWN_SYMBOL = "no such symbol"
    UNKNOWN_ORDER = "no such order"
    ORDER_NOT_OPEN = "the order is not open"
    DUPLICATE_CLIENT_ID = "the client order id is in use"
    BAD_QUANTITY = "the quantity is missing, zero or negative"
    TOO_FEW = "the quantity is below the market's smallest"
    TOO_MANY = "the quantity is above the market's largest"
    BAD_QUANTITY_STEP = "the quantity is not a whole number of lot steps"
    BAD_PRICE = "the price is zero or negative"
    BAD_PRICE_STEP = "the price is not a whole number of ticks"
    TOO_SMALL = "the notional is below the market's minimum"
    REDUCE_ONLY = "a reduce-only order has nothing to reduce"
    REDUCE_ONLY_IN_HEDGE = "reduce-only is not accepted in hedge mode"
    WRONG_POSITION_SIDE = "the position side does not match the position mode"
    WOULD_TRIGGER = "the order would trigger at once"
    WOULD_TAKE = "a post-only order would take"
    NO_MARGIN = "not enough margin"
    MODE_UNCHANGED = "the account is in that position mode already"
    MARGIN_UNCHANGED = "the symbol has that margin type already"
    HAS_OPEN_ORDERS = "not while there are open orders"
    HAS_POSITIONS = "not while there are positions"
    BAD_LEVERAGE = "the leverage is out of range"
    NO_POSITION = "there is no such position"


class Refused(Exception):
    """The engine refused a request and changed nothing.

    Attributes:
        reason: Why.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason.value}{': ' if detail else ''}{detail}")
        self.reason = reason
