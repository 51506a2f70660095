"""Orders, conditional (algo) orders and trades, as values: a change is a new value."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    """What an order does."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """Return 1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """Return the other side."""
        return Side.SELL if self is Side.BUY else Side.BUY


class PositionSide(StrEnum):
    """Which position an order concerns: BOTH in one-way mode, LONG or SHORT in hedge mode."""

    BOTH = "BOTH"
    LONG = "LONG"
    SHORT = "SHORT"


class Kind(StrEnum):
    """What sort of order; the last five are conditional."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    STOP_MARKET = "STOP_MARKET"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_MARKET = "TAKE_PROFIT_MARKET"
    TRAILING_STOP_MARKET = "TRAILING_STOP_MARKET"

    @property
    def conditional(self) -> bool:
        """Return True for an order that waits for a trigger price."""
        return self in _CONDITIONAL

    @property
    def stops(self) -> bool:
        """Return True where the trigger lies on the losing side of the price."""
        return self in {Kind.STOP, Kind.STOP_MARKET, Kind.TRAILING_STOP_MARKET}

    @property
    def priced(self) -> bool:
        """Return True for an order with a limit price."""
        return self in {Kind.LIMIT, Kind.STOP, Kind.TAKE_PROFIT}


_CONDITIONAL = frozenset(
    {
        Kind.STOP,
        Kind.STOP_MARKET,
        Kind.TAKE_PROFIT,
        Kind.TAKE_PROFIT_MARKET,
        Kind.TRAILING_STOP_MARKET,
    }
)


class Watches(StrEnum):
    """Which price a conditional order waits for."""

    MARK = "MARK"
    LAST = "LAST"


@dataclass(frozen=True, slots=True)
class Trail:
    """How a trailing stop follows.

    Attributes:
        activation: The price from which it follows; None: from the start.
        rate: How far behind the best price it acts, as a share of it; zero where `behind` says it.
        behind: The same in the quote asset.
        best: The best price since it was activated; None before.
    """

    activation: Decimal | None = None
    rate: Decimal = Decimal(0)
    behind: Decimal = Decimal(0)
    best: Decimal | None = None

    def distance(self, price: Decimal) -> Decimal:
        """Return how far behind a price it acts."""
        return self.behind or price * self.rate


class Status(StrEnum):
    """Where an order's life stands."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"

    @property
    def open(self) -> bool:
        """Return True while more can happen."""
        return self in {Status.NEW, Status.PARTIALLY_FILLED}


class AlgoStatus(StrEnum):
    """Where a conditional order's life stands."""

    NEW = "NEW"
    TRIGGERING = "TRIGGERING"
    TRIGGERED = "TRIGGERED"
    FINISHED = "FINISHED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class TimeInForce(StrEnum):
    """How long an order waits."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What somebody asks for.

    Attributes:
        symbol: Unified symbol, or the venue's id.
        side: Buy or sell.
        quantity: Contracts, unsigned. None only for a conditional order that closes the whole position.
        kind: What sort of order.
        price: Limit price where the kind has one.
        trigger_price: Price at which a conditional order wakes; None for a trailing stop.
        position_side: BOTH in one-way mode; LONG or SHORT in hedge mode.
        reduce_only: True when the order must never add or flip (one-way mode only).
        close_position: True when a conditional order closes whatever is there.
        time_in_force: How long it waits.
        client_id: The client's own id; None lets the venue invent one.
        owner: `api` for the account's own requests; `hand` for an outside hand.
        number: The id it was promised; None for the next one.
        watches: Which price a conditional order waits for; None: the mark price, called as the venue does.
        trail: How a trailing stop follows; None for every other order.
    """

    symbol: str
    side: Side
    quantity: Decimal | None
    kind: Kind = Kind.MARKET
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    position_side: PositionSide = PositionSide.BOTH
    reduce_only: bool = False
    close_position: bool = False
    time_in_force: TimeInForce = TimeInForce.GTC
    client_id: str | None = None
    owner: str = "api"
    number: int | None = None
    watches: Watches | None = None
    trail: Trail | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One order at one moment. Quantities are contracts, unsigned; times venue milliseconds."""

    id: int
    client_id: str
    symbol: str
    side: Side
    kind: Kind
    position_side: PositionSide
    quantity: Decimal
    price: Decimal
    time_in_force: TimeInForce
    reduce_only: bool
    created_ms: int
    updated_ms: int
    status: Status = Status.NEW
    executed: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    origin: Kind | None = None
    trigger_price: Decimal = Decimal(0)
    close_position: bool = False
    algo_id: int | None = None
    owner: str = "api"

    @property
    def remaining(self) -> Decimal:
        """Return the contracts still to be executed."""
        return self.quantity - self.executed

    @property
    def average(self) -> Decimal:
        """Return the average price of what was executed; zero when nothing was."""
        return self.cost / self.executed if self.executed else Decimal(0)


@dataclass(frozen=True, slots=True)
class AlgoOrder:
    """One conditional order at one moment; `order_id` is the order it became, in another number space."""

    id: int
    client_id: str
    symbol: str
    side: Side
    kind: Kind
    position_side: PositionSide
    quantity: Decimal
    price: Decimal
    trigger_price: Decimal
    time_in_force: TimeInForce
    reduce_only: bool
    close_position: bool
    created_ms: int
    updated_ms: int
    status: AlgoStatus = AlgoStatus.NEW
    triggered_ms: int = 0
    order_id: int | None = None
    average: Decimal = Decimal(0)
    executed: Decimal = Decimal(0)
    failure: str = ""
    owner: str = "api"
    watches: Watches | None = None
    trail: Trail | None = None


@dataclass(frozen=True, slots=True)
class Trade:
    """One fill. `realized` and `fee` are in the quote asset; a fee is positive when paid.

    `closed` is the part of the quantity that made the position smaller, `sequence` the number of
    the match: an order that takes several at once has several trades of one sequence.
    """

    id: int
    order_id: int
    symbol: str
    side: Side
    position_side: PositionSide
    quantity: Decimal
    price: Decimal
    realized: Decimal
    fee: Decimal
    maker: bool
    at_ms: int
    forced: bool = False
    closed: Decimal = Decimal(0)
    sequence: int = 0

    @property
    def signed(self) -> Decimal:
        """Return the change of the position in contracts, long positive."""
        return self.quantity * self.side.sign


def order_of(ticket: Ticket, number: int, now_ms: int, algo: AlgoOrder | None = None) -> Order:
    """Return the order that a ticket asks for, or that a conditional order becomes."""
    assert ticket.quantity is not None, "only a conditional order has no quantity"
    return Order(
        id=number,
        client_id=ticket.client_id or f"web_{number}",
        symbol=ticket.symbol,
        side=ticket.side,
        kind=Kind.LIMIT if ticket.kind.priced else Kind.MARKET,
        position_side=ticket.position_side,
        quantity=ticket.quantity,
        price=ticket.price or Decimal(0),
        time_in_force=ticket.time_in_force,
        reduce_only=ticket.reduce_only,
        created_ms=now_ms,
        updated_ms=now_ms,
        origin=algo.kind if algo else None,
        trigger_price=algo.trigger_price if algo else Decimal(0),
        close_position=algo.close_position if algo else False,
        algo_id=algo.id if algo else None,
        owner=ticket.owner,
    )
