"""One account on one venue through ccxt: the `Venue` port."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import AccountReading, Fill, Market, Position, PositionMode, PositionsReading
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.key_rights import KeyRights
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Observation, OrderSeen, SourceSilent
from verification.facts.order_fact import OrderFact, OrderRef
from verification.facts.order_scope import OrderScope
from verification.facts.prices import Prices
from verification.facts.row_index import PositionIndex
from verification.facts.slices import GLANCED
from verification.facts.spell import Spell
from verification.venues.capabilities import Capabilities
from verification.venues.ccxt import connections
from verification.venues.ccxt.asker import Asker
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.ccxt.failures import Translator, secrets_of
from verification.venues.ccxt.likeness import likeness_of
from verification.venues.ccxt.outgoing import OF_PROCESS, GovernorRegistry
from verification.venues.dialects import dialects_of
from verification.venues.gateway.account_kind import tell_generation
from verification.venues.gateway.account_parts import AccountParts
from verification.venues.gateway.clock_offset import read_clock_offset
from verification.venues.gateway.key_rights import read_key_rights
from verification.venues.gateway.told_mode import told_mode
from verification.venues.port import Access, ClockOffset, OrdersWanted
from verification.venues.reading.market_list import MarketList
from verification.venues.reading.markets import Markets
from verification.venues.reading.order_reading import read_fact, read_order, read_trades_of
from verification.venues.reading.single_flight import SingleFlight
from verification.venues.registry import capabilities_of
from verification.venues.stream_state import Listener, StreamHealth, StreamState
from verification.venues.streaming.private_stream import PrivateStream

_log = logging.getLogger(__name__)
_MODE_AGE = 600.0  # seconds after which a full reading also reads the position mode again


class CcxtVenue:
    """Implements `venues.port.Venue` with three ccxt exchanges: to stream, to ask at once, to sweep."""

    def __init__(
        self,
        access: Access,
        clock: Clock,
        capabilities: Capabilities | None = None,
        governors: GovernorRegistry = OF_PROCESS,
    ) -> None:
        """Prepare; nothing is sent before `connect`. `governors` count what all of them send together.

        Raises:
            SourceRejected: ccxt knows no such venue.
        """
        self._access = access
        self._clock = clock
        known = capabilities if capabilities is not None else capabilities_of(access.venue)
        self._capabilities = known
        self._markets = Markets(known.part_of, known.rows)
        self._mode: PositionMode | None = None
        self._mode_read: Moment | None = None
        self._mode_unread = Spell()
        self._rows = PositionIndex[Position](())  # of the last list
        self._flight = SingleFlight(self._read_positions)
        self._dialect, pushed = dialects_of(known, access.account, self._markets)
        self._stream: PrivateStream | None = None
        if pushed is not None and known.stream is not None:
            self._stream = PrivateStream(pushed, self._flight.ask, known.stream, clock)
        secrets = (access.api_key, access.secret, access.password)
        translate = Translator(access.venue, known, secrets_of(secrets))
        build = partial(build_exchange, access, known, governors, connections.OF_PROCESS)
        self._askers = tuple(Asker(build(), translate, clock) for _ in range(3))
        self._urgent, self._streaming, self._sweeping = self._askers
        self._list = MarketList(self._markets, self._askers, likeness_of(access, known), clock)
        self._unsupported_since = clock.now()
        self._parts = AccountParts(access, clock, known.rates, self._markets, self._dialect)
        self._closed = False

    @property
    def access(self) -> Access:
        """Whose account this is."""
        return self._access

    @property
    def mode(self) -> PositionMode:
        """One-way or hedge, as last read from the venue."""
        assert self._mode is not None, "connect() reads the mode"
        return self._mode

    @property
    def markets(self) -> Mapping[str, Market]:
        """Market facts by symbol."""
        return self._markets.by_symbol

    async def connect(self) -> None:
        """Load markets and position mode and start the stream in the background.

        Raises:
            SourceError: Markets or mode could not be read.
        """
        with asked_for(Purpose.LOOK):
            await tell_generation(self._capabilities, self._askers)
            await self._list.load()
            await self._learn_mode()
        if self._stream is not None:
            self._stream.start(self._streaming)

    async def close(self) -> None:
        """Stop the stream and close every connection. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._list.leave()
        try:
            if self._stream is not None:
                await self._stream.stop()
            await self._flight.close()
        finally:
            await asyncio.gather(*(asker.exchange.close() for asker in self._askers))

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with each pushed observation; return the function that stops it."""
        if self._stream is None:
            return lambda: None
        return self._stream.listen(listener)

    def stream_health(self) -> StreamHealth:
        """Return what is known about the stream now."""
        if self._stream is not None:
            return self._stream.health()
        reason = f"the stream of {self._access.venue} is not read yet: positions come from requests only"
        return StreamHealth(StreamState.UNSUPPORTED, 0, self._unsupported_since, None, None, None, reason)

    def latest(self, key: LegKey) -> Observation | None:
        """Return the newest fact the stream showed of a leg in its present epoch; None if none."""
        return self._stream.latest(key) if self._stream is not None else None

    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        """Read positions and orders, all or of some symbols. Parts fail separately, inside the reading.

        A symbol that the venue does not list is not asked about: it would fail the others.
        """
        return await self._read(symbols, None)

    async def read_some(self, symbols: frozenset[str], ordinary: frozenset[str]) -> AccountReading:
        """Read some symbols, and the ordinary orders of `ordinary` alone where lists weigh."""
        return await self._read(symbols, lambda _: OrderScope(ordinary, symbols))

    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        """Read all positions, and then the orders of some symbols, or all where that costs no more."""
        return await self._read(None, wanted)

    async def _read(self, symbols: frozenset[str] | None, wanted: OrdersWanted | None) -> AccountReading:
        wanted = wanted if self._capabilities.rates.at_once_from else None
        # Where all orders weigh so much that they are left out at rest, who asks for them has a reason.
        usual = symbols is None and (wanted is not None or not self._capabilities.rates.at_once_from)
        with asked_for(Purpose.SWEEP if usual else Purpose.LOOK):
            await self._learn(symbols or (), hourly=symbols is None)
            reading = await self._read_once(symbols, wanted)
            if await self._learn():
                reading = await self._read_once(symbols, wanted)
            if symbols is None:
                await self._keep_mode(reading)
                reading = replace(reading, mode=self.mode)
            return reading

    async def read_positions(self) -> PositionsReading:
        """Read the position list now. Concurrent callers share one request sent after they asked.

        Raises:
            SourceError: It could not be read in full.
        """
        return await self._flight.ask()

    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        """Ask what became of an order, and its trades. Not found is `SourceSilent(ABSENT)`.

        Raises:
            SourceError: The venue could not be asked.
            ValueError: Neither id is given.
        """
        if order_id is None and client_order_id is None:
            raise ValueError("an order is asked for by one of its ids")
        return await read_order(self._dialect, self._urgent, key, order_id, client_order_id)

    async def read_trades_of(self, ended: OrderSeen) -> OrderSeen | SourceSilent:
        """Ask for the trades of an order whose end was pushed. Raises `SourceError`."""
        return await read_trades_of(self._dialect, self._urgent, ended)

    async def read_order_fact(self, ref: OrderRef) -> OrderFact | None:
        """Ask what became of an order of either kind; None where there is none such. Raises `SourceError`."""
        return await read_fact(self._dialect, self._urgent, self._access.account, ref)

    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Read the account's trades of a symbol since a time, oldest first.

        Raises:
            SourceError: They could not be read in full.
        """
        return await self._dialect.fills(self._urgent, symbol, since)

    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        """Read the prices of some contracts now; those not told are left out. Raises `SourceError`."""
        return await self._dialect.prices(self._urgent, symbols) if symbols else {}

    async def read_key_rights(self) -> KeyRights | None:
        """Ask what the key may do; None where no question about it is known. Raises `SourceError`."""
        return await read_key_rights(self._capabilities.key_rights, self._urgent)

    async def read_clock_offset(self) -> ClockOffset:
        """Measure the venue's clock against ours. Raises `SourceError`."""
        return await read_clock_offset(self._dialect, self._urgent)

    async def _read_positions(self, asker: Asker | None = None) -> PositionsReading:
        """Read the list; if it holds contracts younger than our market list, learn those and read again."""
        reading = await self._list_positions(asker or self._urgent)
        if await self._learn():
            reading = await self._list_positions(asker or self._urgent)
        if self._stream is not None:
            self._stream.compare(reading)
        if len(reading.positions) > GLANCED:
            await self._clock.sleep(0)  # whoever goes on with a long list does so in a turn of its own
        return reading

    async def _list_positions(self, asker: Asker) -> PositionsReading:
        sent = self._clock.now()
        listed = await self._dialect.positions(asker)
        received = self._clock.now()
        if len(listed.positions) > GLANCED:
            await self._clock.sleep(0)
        reading = PositionsReading(
            listed.positions,
            sent,
            received,
            unread=listed.unread,
            # A contract that is unread by itself is a part of its own.
            parts={
                **self._markets.parts,
                **{name: name for name in listed.unread if name in self._markets.parts},
            },
            failed=listed.failed,
            index=self._rows,
        )
        self._rows = reading.index
        return reading

    async def _read_once(self, symbols: frozenset[str] | None, wanted: OrdersWanted | None) -> AccountReading:
        asker = self._sweeping if symbols is None else self._urgent
        listed = partial(self._read_positions, asker) if symbols is None else self._flight.ask
        reading = await self._parts.read(asker, listed, self.mode, symbols, wanted)
        return replace(reading, remarks=self._list.remarks())

    async def _keep_mode(self, reading: AccountReading) -> None:
        """Read the position mode again when it is old, or when a leg contradicts it."""
        assert self._mode_read is not None, "connect() reads the mode"
        rows = reading.positions.positions if reading.positions is not None else ()
        legs = {row.key.leg for row in rows if row.quantity != 0}
        odd = (Leg.NET in legs) if self._mode is PositionMode.HEDGE else bool(legs - {Leg.NET})
        if legs and not odd and self._capabilities.rows_tell_mode:
            self._mode_read = reading.sent
        if not odd and self._clock.now().monotonic - self._mode_read.monotonic < _MODE_AGE:
            return
        try:
            await self._read_mode(self._sweeping)
        except SourceError as error:
            if self._mode_unread.met(self._clock.now()):  # it stays "as last read", as documented
                _log.warning("%s", error)

    async def _learn_mode(self) -> None:
        told = None
        if self._capabilities.rows_tell_mode:
            told = await told_mode(partial(self._list_positions, self._urgent))
        if told is None:
            await self._read_mode(self._urgent)
        else:
            self._mode, self._mode_read = told, self._clock.now()

    async def _read_mode(self, asker: Asker) -> None:
        self._mode = await self._dialect.mode(asker)
        self._mode_read = self._clock.now()

    async def _learn(self, wanted: Iterable[str] = (), *, hourly: bool = False) -> bool:
        """Read the market list again if there is a reason to; return True if that named something."""
        before = dict(self._markets.renamed)
        if not await self._list.refresh(wanted, hourly=hourly):
            return False
        if self._stream is not None:
            self._stream.rename()
        return self._markets.renamed != before
