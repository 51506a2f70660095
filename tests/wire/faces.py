"""The venues that are simulated, and what a test must know of each."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.bybit.ids import order_id
from simulator.order import Order


@dataclass(frozen=True, slots=True)
class Face:
    """What differs between the venues that are simulated.

    Attributes:
        name: The face of the simulated venue.
        positions: Path of the position list.
        trades: Path of the account's trades.
        position_push: What a push about a position is called.
        wire_id: Returns an order's id as it goes over the wire.
    """

    name: str
    positions: str
    trades: str
    position_push: str
    wire_id: Callable[[Order], str]


BINANCE = Face(
    "binance", "/fapi/v3/positionRisk", "/fapi/v1/userTrades", "ACCOUNT_UPDATE", lambda order: str(order.id)
)
BYBIT = Face("bybit", "/v5/position/list", "/v5/execution/list", "position", order_id)
