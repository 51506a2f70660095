"""The port between the account and a venue's way of answering."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from verification.facts.account import Fill, FillCause, Position, PositionMode, RestingOrder
from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.facts.prices import Prices
from verification.venues.ccxt.asker import Asker
from verification.venues.frame import Frame


@dataclass(frozen=True, slots=True)
class OrderStatus:
    """What a venue answered about one order.

    Attributes:
        key: Its leg.
        order_id: The venue's id.
        client_order_id: The sender's id; None if there is none.
        executed: Signed contracts, buys positive.
        quantity: Contracts asked for, positive; None if not told.
        status: In ccxt's words.
        terminal: True when it can never execute again.
        average_price: Mean price; None if nothing executed.
        updated_at: The venue's time of the last change, aware UTC; None if not told.
        kind: Its type in the venue's words; empty if not told.
        cause: Who sent it where nobody of the account did; None where the venue says no more.
        became: The id under which the trades of a triggered conditional order stand; None if none is told.
        target: True when the venue calls it a take-profit.
        by_hand: True when the venue says that it came from its own web page or app.
        hand: From which of them; empty where that is not told.
    """

    key: LegKey
    order_id: str
    client_order_id: str | None
    executed: Decimal
    quantity: Decimal | None
    status: str
    terminal: bool
    average_price: Decimal | None
    updated_at: datetime | None
    kind: str = ""
    cause: FillCause | None = None
    became: str | None = None
    target: bool = False
    by_hand: bool = False
    hand: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A position list, as far as it was read.

    Attributes:
        positions: Its rows.
        unread: Parts of the account that it does not cover (see `PositionsReading.unread`).
        failed: What went wrong with those of them that were asked for, in the order in which it did.
    """

    positions: tuple[Position, ...]
    unread: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, SourceError] = field(default_factory=dict)


class Dialect(Protocol):
    """Reads one venue. Every method raises a `SourceError` or answers in full."""

    async def positions(self, asker: Asker) -> Listed:
        """Read the whole position list. It raises only where nothing of it could be read."""

    async def orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting ordinary orders, of one symbol or of all."""

    async def conditional_orders(self, asker: Asker, symbol: str | None) -> tuple[RestingOrder, ...]:
        """Read the resting conditional orders, of one symbol or of all."""

    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        """Ask what became of an order, by the venue's id or else by the sender's.

        Raises:
            OrderUnknown: The venue knows no such order.
        """

    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        """Ask what became of a conditional order, by its own id: executed is what it became that executed.

        Raises:
            OrderUnknown: The venue knows no such order, or not yet the order that it became.
        """

    async def origin(self, asker: Asker, answer: OrderStatus) -> OrderStatus:
        """Return an ordinary order with what made it, where it came of a conditional one and does not say."""

    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        """Read the trades of one order."""

    async def fills(self, asker: Asker, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Read the account's trades of a symbol since a time, oldest first."""

    async def prices(self, asker: Asker, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Read the prices of some contracts: of one by itself, of several in as few requests as there are."""

    async def mode(self, asker: Asker) -> PositionMode:
        """Read how the venue keeps positions."""

    async def server_time(self, asker: Asker) -> datetime:
        """Read the venue's clock, aware UTC."""


class StreamDialect(Protocol):
    """The private stream of one venue."""

    @property
    def ping(self) -> Mapping[str, Any] | None:
        """What the venue wants to hear now and then, or it hangs up; None where the protocol's pings do."""

    async def open_stream(self, asker: Asker) -> str:
        """Get what the stream needs (a key, a signature) and return the address to connect to."""

    async def introduction(self, asker: Asker) -> tuple[Mapping[str, Any], ...]:
        """Return what to say on a fresh connection, each to be answered before the next is said."""

    async def refresh_stream(self, asker: Asker) -> None:
        """Renew what the stream lives by."""

    def read_frame(self, text: str, received: Moment, epoch: int) -> Frame:
        """Read one frame as it came.

        Raises:
            SourceMalformed: It cannot be read in full.
            ValueError: It is not JSON.
        """

    def name_now(self, symbol: str) -> str:
        """Return the unified symbol of a contract that was unknown when a frame named it."""

    def ends_stream(self, frame: Frame) -> bool:
        """Return True for a frame by which the venue says that the stream is over."""


class OwnDialect(Dialect, StreamDialect, Protocol):
    """A venue's own dialect, in one: it reads answers, and frames of the private stream."""
