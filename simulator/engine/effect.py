"""What happened on the venue, in no protocol's words; a face turns effects into pushes."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from simulator.engine.order import AlgoOrder, Order, Trade
from simulator.engine.position import Position


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """An order was accepted, cancelled or expired without a fill. `execution` is NEW, CANCELED or EXPIRED."""

    order: Order
    execution: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Filled:
    """An order was executed in part or whole: the order, the trade and the position after it, as one fact."""

    order: Order
    trade: Trade
    position: Position
    wallet: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class AlgoChanged:
    """A conditional order changed its status."""

    algo: AlgoOrder
    at_ms: int


@dataclass(frozen=True, slots=True)
class FundingPaid:
    """The wallet changed without a trade."""

    symbol: str
    amount: Decimal
    wallet: Decimal
    at_ms: int


@dataclass(frozen=True, slots=True)
class LeverageChanged:
    """The leverage of a symbol changed."""

    symbol: str
    leverage: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class SettingChanged:
    """A setting that no push announces changed: the position mode, a margin type."""

    name: str
    value: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class PriceChanged:
    """A mark price moved. It is the market's doing and no account's."""

    symbol: str
    price: Decimal
    at_ms: int


Effect: TypeAlias = (
    OrderChanged | Filled | AlgoChanged | FundingPaid | LeverageChanged | SettingChanged | PriceChanged
)
