"""The port through which everything else reads a venue. `gateway` implements it with ccxt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from verification.facts.account import AccountReading, Fill, Market, PositionMode, PositionsReading
from verification.facts.key_rights import KeyRights
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen, SourceSilent
from verification.facts.order_fact import OrderFact, OrderRef
from verification.facts.order_scope import OrderScope
from verification.facts.prices import Prices
from verification.venues.stream_state import Listener, StreamHealth


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach one account.

    Attributes:
        account: Its name in the settings.
        venue: ccxt exchange id.
        api_key: Never logged, stored or shown.
        secret: Never logged, stored or shown.
        password: The passphrase some venues want; None elsewhere.
        exclusive: True when nobody but the bots of this account's ledgers trades it.
        ccxt: Merged into the ccxt constructor (urls, options, proxies).
        egress: The name of the address that its requests leave by; empty: told by its proxies.
    """

    account: str
    venue: str
    api_key: str = field(repr=False)
    secret: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    exclusive: bool = True
    ccxt: Mapping[str, Any] = field(default_factory=dict)
    egress: str = ""


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far the venue's clock is ahead of ours.

    Attributes:
        offset: Venue minus local.
        error: Half the round trip: the offset is known to within this.
    """

    offset: timedelta
    error: timedelta


OrdersWanted = Callable[[PositionsReading | None], OrderScope]
"""Says of which symbols the orders are wanted, given the position list; None where that is not read (yet)."""


class Venue(Protocol):
    """One account on one venue.

    Every read raises a `SourceError` or returns a complete answer: never an empty one in place of a failure.
    """

    @property
    def access(self) -> Access:
        """Whose account this is."""

    @property
    def mode(self) -> PositionMode:
        """One-way or hedge, as last read from the venue."""

    @property
    def markets(self) -> Mapping[str, Market]:
        """Market facts by symbol."""

    async def connect(self) -> None:
        """Load markets and position mode and start the stream in the background.

        Raises:
            SourceError: Markets or mode could not be read.
        """

    async def close(self) -> None:
        """Stop the stream and close every connection. Safe to call twice."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each pushed observation; return the function that stops it."""

    def stream_health(self) -> StreamHealth:
        """Return what is known about the stream now."""

    def latest(self, key: LegKey) -> Observation | None:
        """Return the newest fact the stream showed of a leg in its present epoch; None if none."""

    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        """Read positions and orders, all or of some symbols. Parts fail separately, inside the reading."""

    async def read_some(self, symbols: frozenset[str], ordinary: frozenset[str]) -> AccountReading:
        """Read some symbols, but ordinary orders of `ordinary` alone, or of all where that costs no more.

        The reading says of which orders were asked for in the end.
        """

    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        """Read all positions, and then of the orders those of some symbols, or all where that costs no more.

        Args:
            wanted: Is asked for the symbols once the list has come, and before, for what that will weigh.
                The reading says of which orders were asked for in the end.
        """

    async def read_positions(self) -> PositionsReading:
        """Read the position list now. Concurrent callers share one request sent after they asked.

        Raises:
            SourceError: It could not be read in full.
        """

    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        """Ask what became of an order, and its trades. Not found is `SourceSilent(ABSENT)`.

        Raises:
            SourceError: The venue could not be asked.
        """

    async def read_trades_of(self, ended: OrderSeen) -> OrderSeen | SourceSilent:
        """Ask for the trades of an order whose end was pushed, and say what the two tell together.

        Returns:
            `SourceSilent(ABSENT)` where the trades show less than was pushed.

        Raises:
            SourceError: The venue could not be asked.
        """

    async def read_order_fact(self, ref: OrderRef) -> OrderFact | None:
        """Ask what became of an ordinary or a conditional order, what it became, and who sent it.

        Returns:
            None where the venue shows no such order: that proves nothing, not even that it never executed.

        Raises:
            SourceError: The venue could not be asked, or its answer does not tell.
        """

    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Read the account's trades of a symbol since a time, oldest first.

        Raises:
            SourceError: They could not be read in full.
        """

    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Read the prices of some contracts now. What the venue does not tell is left out.

        Raises:
            SourceError: They could not be read.
        """

    async def read_key_rights(self) -> KeyRights | None:
        """Ask what the key may do; None where no question about it is known for the venue.

        Raises:
            SourceError: The venue could not be asked, would not say, or its answer is not understood.
        """

    async def read_clock_offset(self) -> ClockOffset:
        """Measure the venue's clock against ours.

        Raises:
            SourceError: The venue could not be asked.
        """
