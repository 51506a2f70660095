"""One account on virtual time: a scripted venue, a real journal, a real state database, the real loops."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from msgspec.structs import replace
from typing_extensions import override

from reconciler.account.unit import AccountUnit
from reconciler.account.watch import Rules
from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import Console
from reconciler.facts.finding import Kind
from reconciler.journal.journal import Journal
from reconciler.ledgers.journal import JournalLedger
from reconciler.sight.blindness import BlindnessSettings
from reconciler.storage.database import Database
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.failure import explained
from reconciler.storage.store import Store
from reconciler.storage.writer import Writer
from reconciler.views.account import CycleView
from tests.reconciler.accounts import MARKETS, SYMBOL, limit, stop
from tests.verification.scripted_venue import ScriptedVenue
from tests.virtual_time import ThreadlessLoop, VirtualClock, run
from verification.budget.purpose import Purpose, present_purpose
from verification.facts.account import AccountReading, Fill, Part, Position, PositionsReading, RestingOrder
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import OrderSeen, PositionSeen, Provenance, Silence, Source, SourceSilent
from verification.facts.order_fact import OrderFact, OrderRef
from verification.facts.prices import Prices
from verification.race.pace import Pace
from verification.venues.stream_state import StreamHealth, StreamState

T = TypeVar("T")

KEY = LegKey("main", SYMBOL, Leg.NET)
SWEEP_SECONDS = 30.0


class ScriptedAccount(ScriptedVenue):
    """A venue that holds what it is told to hold, and fails where it is told to fail."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.markets = MARKETS
        self.held: dict[LegKey, Position] = {}
        self.stops: dict[str, RestingOrder] = {}
        self.book: dict[str, RestingOrder] = {}
        self.asked_orders: list[str] = []
        self.seen: dict[str, OrderSeen] = {}
        self.facts: dict[OrderRef, OrderFact] = {}
        self.asked_facts: list[OrderRef] = []
        self.hanging: set[OrderRef] = set()
        self.trades: list[Fill] = []
        self.asked_trades: list[tuple[str, datetime]] = []
        self.counted_trades: list[tuple[str, datetime]] = []
        self.failures: dict[Part, SourceError] = {}
        self.refuses: SourceError | None = None
        self.during: Callable[[], None] = lambda: None
        self.reads: list[tuple[float, frozenset[str] | None]] = []
        self._version = 100
        self._since = clock.now()

    def hold(self, quantity: str, *, key: LegKey = KEY, told: bool = True) -> None:
        """Hold a position from now on; the stream tells of it unless it is `told` not to."""
        self._version += 1
        now = self.clock.now().utc
        amount = Decimal(quantity)
        self.held.pop(key, None)
        if amount:
            self.held[key] = Position(
                key, amount, self._version, Decimal(10), Decimal(10), abs(amount) * 10, now
            )
        if told:
            came = Provenance.at(Source.WEBSOCKET, self.clock.now(), exchange_at=now, epoch=1)
            self.newest[key] = PositionSeen(key, amount, self._version, came)
            self.push(self.newest[key])

    def executed(self, name: str, quantity: str, *, key: LegKey = KEY, terminal: bool = True) -> None:
        """Let an order be known by its id and its client id, which are the same here."""
        came = Provenance.at(Source.ORDER, self.clock.now(), exchange_at=self.clock.now().utc)
        status = "closed" if terminal else "open"
        self.seen[name] = OrderSeen(
            key, name, name, Decimal(quantity), terminal, terminal or None, status, None, came
        )

    def waits(self, name: str, side: Side, quantity: str, *, filled: str = "0") -> None:
        """Let a limit order rest, of which so much has executed."""
        way = "" if side is Side.BUY else "-"
        self.executed(name, f"{way}{filled}", terminal=False)
        row = limit(name, side, quantity, filled=filled)
        self.book[name] = dataclasses.replace(row, client_order_id=name)

    def ended(self, name: str, executed: str, *, told: bool = True) -> None:
        """Let an order that rested end with so much executed; the stream tells of it or loses it."""
        self.book.pop(name, None)
        self.executed(name, executed)
        if told:
            now = self.clock.now()
            came = Provenance.at(Source.WEBSOCKET, now, exchange_at=now.utc, epoch=1)
            self.push(replace(self.seen[name], trades_agree=None, provenance=came))

    def rest(self, order_id: str, side: Side, quantity: str | None) -> None:
        """Let a stop rest."""
        self.stops[order_id] = stop(order_id, side, quantity)

    def stream(self, state: StreamState) -> None:
        """Let the stream live or be away from now on."""
        self.state = state
        self._since = self.clock.now()

    @override
    def stream_health(self) -> StreamHealth:
        live = self.state is StreamState.LIVE
        frame = self.clock.now() if live else None
        return StreamHealth(
            self.state, 1, self._since, frame, None, None, None if live else "connection reset"
        )

    def fail(self, *parts: Part, error: SourceError) -> None:
        """Fail these parts (all of them if none is named), orders and the position list among them."""
        self.failures = dict.fromkeys(parts or Part, error)

    def heal(self) -> None:
        self.failures = {}

    @override
    async def connect(self) -> None:
        await self.clock.sleep(0.01)
        if self.refuses is not None:
            raise self.refuses

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        sent = self.clock.now()
        self.reads.append((sent.monotonic, symbols))
        held, stops = dict(self.held), dict(self.stops)
        await self.clock.sleep(0.02)
        self.during()
        failures = dict(self.failures)
        received = self.clock.now()

        def within(symbol: str) -> bool:
            return symbols is None or symbol in symbols

        rows = tuple(row for key, row in held.items() if within(key.symbol))
        resting = tuple(order for order in stops.values() if within(order.symbol))
        waiting = tuple(order for order in self.book.values() if within(order.symbol))
        return AccountReading(
            account="main",
            venue="scripted",
            mode=self.mode,
            symbols=symbols,
            positions=None if Part.POSITIONS in failures else PositionsReading(rows, sent, received),
            orders=None if Part.ORDERS in failures else waiting,
            conditional_orders=None if Part.CONDITIONAL_ORDERS in failures else resting,
            failures=failures,
            sent=sent,
            received=received,
        )

    @override
    async def _list(self) -> PositionsReading:
        sent = self.clock.now()
        await self.clock.sleep(0.02)
        if Part.POSITIONS in self.failures:
            raise self.failures[Part.POSITIONS]
        return PositionsReading(tuple(self.held.values()), sent, self.clock.now())

    @override
    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        sent = self.clock.now()
        self.asked_orders.append(order_id or client_order_id or "")
        await self.clock.sleep(0.01)
        if Part.ORDERS in self.failures:
            raise self.failures[Part.ORDERS]
        came = Provenance(Source.ORDER, self.clock.now(), sent=sent)
        found = self.seen.get(order_id or client_order_id or "")
        if found is None:
            return SourceSilent(key, Silence.ABSENT, "order not found", complete=False, provenance=came)
        return replace(found, provenance=replace(came, exchange_us=found.provenance.exchange_us))

    @override
    async def read_order_fact(self, ref: OrderRef) -> OrderFact | None:
        self.asked_facts.append(ref)
        await self.clock.sleep(1e6 if ref in self.hanging else 0.01)
        if Part.ORDERS in self.failures:
            raise self.failures[Part.ORDERS]
        fact = self.facts.get(ref)
        return None if fact is None else dataclasses.replace(fact, seen=self.clock.now())

    @override
    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        await self.clock.sleep(0.01)
        return {symbol: Prices(Decimal(10), Decimal(10), Decimal(10)) for symbol in symbols}

    @override
    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        # What explains changes is asked beside, whatever looks want to know; it is told apart by its purpose.
        counting = present_purpose() is Purpose.MEASUREMENT
        (self.counted_trades if counting else self.asked_trades).append((symbol, since))
        await self.clock.sleep(0.01)
        if Part.ORDERS in self.failures:
            raise self.failures[Part.ORDERS]
        return tuple(fill for fill in self.trades if fill.symbol == symbol and fill.at >= since)


class InlineWriter(Writer):
    """Writes at once, in the caller's thread; can be told that the database is busy."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.busy = False
        self.trouble: StateDatabaseError | None = None
        self.refused = 0

    @override
    async def do(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        await asyncio.sleep(0.001)
        if self.trouble is not None:
            raise self.trouble
        if self.busy:
            self.refused += 1
            raise StateDatabaseError(StateTrouble.LOCKED, "state database is locked", again=True)
        with explained("state"), self._database.write() as connection:
            return work(connection)


class House:
    """The account, with everything that a test wants to touch."""

    def __init__(self, folder: Path) -> None:
        self.clock = VirtualClock()
        self.url = f"sqlite:///{folder / 'state.db'}"
        self.bot = folder / "bot.db"
        self.journal = Journal(f"sqlite:///{self.bot}", bot="mybot", clock=self.clock)
        self.ledger = JournalLedger("mine", f"sqlite:///{self.bot}", clock=self.clock)
        database = Database.open(self.url, create=True)
        self.store = Store(database)
        self.store._writer.close()
        self.writer = InlineWriter(database)
        self.store._writer = self.writer
        self.venue = ScriptedAccount(self.clock)
        self.console = Console.open(self.url, clock=self.clock)
        self.unit = self.unit_on(self.store)
        self.bugs_are_played = False
        self.bugs: list[Exception] = []
        met = self.unit._health.unexpected.met

        def noted(work: str, error: Exception, at: Moment) -> str:
            self.bugs.append(error)
            return met(work, error, at)

        self.unit._health.unexpected.met = noted  # type: ignore[method-assign]

    def unit_on(self, store: Store) -> AccountUnit:
        """Make a watch over the account that writes through `store`."""
        return AccountUnit(
            self.venue,
            [self.ledger],
            rules=Rules(),
            blindness=BlindnessSettings(),
            pace=Pace(),
            store=store,
            clock=self.clock,
        )

    def open_trade(self, quantity: str = "43", *, name: str = "e1", stop_id: str | None = "s1") -> int:
        """Let bot and venue agree on a long position with its stop."""
        amount = Decimal(quantity)
        entry = self.journal.opening(SYMBOL, Side.BUY, amount, client_order_id=name)
        self.journal.ordered(entry, name)
        self.venue.executed(name, quantity)
        self.venue.hold(quantity)
        self.journal.opened(entry, amount)
        if stop_id is not None:
            self.venue.rest(stop_id, Side.SELL, None)
            self.journal.stop_placed(entry, stop_id, Decimal(9))
        return entry

    def alerts(self, *, fired: bool = True) -> dict[Kind, Alert]:
        """The open alerts by kind; only those that people were told of, or pending ones too.

        Without the word on our clock, which stories set to come to a later time: see `clock_alert`.
        """
        every = self.console.queries.alerts(
            states=[state for state in AlertState if state.open and (state is not AlertState.PENDING)]
            if fired
            else [state for state in AlertState if state.open]
        )
        return {alert.key.kind: alert for alert in every if alert.key.kind is not Kind.CLOCK_SKEW}

    def clock_alert(self) -> Alert | None:
        """The open alert on our clock; None where there is none."""
        every = self.console.queries.alerts(kinds=[Kind.CLOCK_SKEW])
        return next((alert for alert in every if alert.state.open), None)

    def cycle(self) -> CycleView:
        (cycle,) = self.console.queries.now().cycles
        return cycle

    async def until(self, condition: Callable[[], Any], *, within: float, what: str = "") -> float:
        """Wait until it holds, and return how long that took; at most `within` seconds."""
        started = self.clock.now().monotonic
        while not condition():
            took = self.clock.now().monotonic - started
            assert took <= within, f"{what or 'it'} did not come within {within} s: {sorted(self.alerts())}"
            await self.clock.sleep(0.2)
        return self.clock.now().monotonic - started

    async def quiet(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    def expect_no_bugs(self) -> None:
        """Raise what the account met unexpectedly and went on after, unless that is what is played."""
        if self.bugs and not self.bugs_are_played:
            raise self.bugs[0]

    @contextmanager
    def _open(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.console.close()
            self.journal.close()
            self.writer.close()
            self.store._database.close()


Story = Callable[[House], Awaitable[None]]


async def live(house: House, story: Story, *, sweeps: bool = True) -> None:
    """Run the account's unit beside a story; sweeps and health checks come as the schedule has them."""

    async def every(seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await job()
            except StateDatabaseError as error:
                assert error.again  # noqa: PT017 - the schedule tolerates these and no others
            await house.clock.sleep(seconds)

    unit = house.unit
    jobs = [unit.run(), every(2, unit.check_health)]
    if sweeps:
        jobs.append(every(SWEEP_SECONDS, unit.sweep))
    tasks: list[asyncio.Task[Any]] = [asyncio.ensure_future(job) for job in jobs]
    told = asyncio.ensure_future(story(house))
    try:
        await asyncio.wait([told, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (told, *tasks):
            if not task.done():
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await unit.close()
    for task in tasks:
        if task.done() and not task.cancelled() and task.exception() is not None:
            await task
    await told
    house.expect_no_bugs()


def play(
    folder: Path, story: Story, *, sweeps: bool = True, prepare: Callable[[House], object] = lambda _: None
) -> None:
    """Run one story in the house of a folder; played there again, it is a new process with its databases."""

    async def whole() -> None:
        house = House(folder)
        prepare(house)
        with house._open():
            await live(house, story, sweeps=sweeps)

    run(whole(), ThreadlessLoop())
