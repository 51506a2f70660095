"""The simulated venue: implements the port on the truth, through late, lossy, failing answers and pushes.

What the gateway decides is not done again here: trades overrule statuses by its `read_order`, the stream's
facts are kept in its `FactStore`, position lists are shared by its `SingleFlight`.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Never, cast

from tests.simulation.faults import Fault
from tests.simulation.plan import Plan
from tests.simulation.stream import SimulatedStream, whole
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, OrderState, TrueOrder, Truth
from verification.facts.account import AccountReading, Fill, Market, Position, PositionMode, PositionsReading
from verification.facts.clock import Clock
from verification.facts.errors import SourceError, SourceMalformed, SourceRejected, SourceUnreachable
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen, SourceSilent
from verification.facts.order_fact import OrderFact, OrderRef
from verification.facts.prices import Prices
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.dialect import Dialect, OrderStatus
from verification.venues.port import Access, ClockOffset, OrdersWanted
from verification.venues.reading.order_reading import read_fact, read_order, read_trades_of
from verification.venues.reading.single_flight import SingleFlight
from verification.venues.stream_state import Listener, StreamHealth

ERRORS: dict[str, type[SourceError]] = {
    Fault.UNREACHABLE: SourceUnreachable,
    Fault.MALFORMED: SourceMalformed,
}


class SimulatedVenue:
    """One account. Its methods beginning with `_` are what mutants replace."""

    def __init__(self, plan: Plan, truth: Truth, clock: Clock, rng: random.Random, trace: Trace) -> None:
        self.plan = plan
        self.weather = plan.weather
        self.truth = truth
        self.clock = clock
        self.rng = rng
        self.trace = trace
        self.access = Access("main", "simulated", "", "")
        self.mode = PositionMode.HEDGE if Fault.HEDGE_MODE in plan.faults else PositionMode.ONE_WAY
        self.markets: Mapping[str, Market] = {}
        self.amount: Callable[[str, int], Decimal] = whole
        self.versions = Fault.NO_VERSIONS not in plan.faults
        self.asked = {"list": 0, "order": 0}
        # What each list truly should have shown, by the time it was sent; None where it could not be read.
        self.listed: dict[float, frozenset[LegKey] | None] = {}
        self.flight = SingleFlight(self._list)
        self.asker = Asker(None, cast("Any", None), clock)
        luck = random.Random(plan.seed + 1)
        self.stream = SimulatedStream(plan, clock, luck, trace, self._list, versions=self.versions)
        truth.hears.append(self.stream.hear)

    async def connect(self) -> None:
        self.stream.start()

    async def close(self) -> None:
        await self.stream.stop()
        await self.flight.close()

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self.stream.listen(listener)

    def stream_health(self) -> StreamHealth:
        return self.stream.health()

    def latest(self, key: LegKey) -> Observation | None:
        return self.stream.store.latest(key)

    async def read_positions(self) -> PositionsReading:
        return await self.flight.ask()

    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        self.asked["order"] += 1
        await self._way("order")
        seen = await read_order(cast("Dialect", self), self.asker, key, order_id, client_order_id)
        self.trace.note("order", key.symbol, seen)
        return seen

    async def read_trades_of(self, ended: OrderSeen) -> OrderSeen | SourceSilent:
        seen = await read_trades_of(cast("Dialect", self), self.asker, ended)
        self.trace.note("trades", ended.key.symbol, seen)
        return seen

    async def read_order_fact(self, ref: OrderRef) -> OrderFact | None:
        self.asked["order"] += 1
        await self._way("order")
        fact = await read_fact(cast("Dialect", self), self.asker, self.access.account, ref)
        self.trace.note("order fact", ref.symbol, fact)
        return fact

    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        """What the gateway's reading asks its dialect: nobody keeps a stop in these worlds."""
        raise OrderUnknown(order_id)

    async def origin(self, asker: Asker, answer: OrderStatus) -> OrderStatus:
        return answer

    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        """What the gateway's reading asks its dialect: the status."""
        time = self._now - self.rng.choice(self.weather.orders)
        order = self._find(order_id, client_order_id)
        state = order.at(time) if order is not None else None
        if order is None or state is None:
            raise OrderUnknown(order_id or client_order_id or "")
        if Fault.LYING_STATUSES in self.plan.faults and self.rng.random() < 0.4:
            traded = sum(order.filled_by(self._now - self.weather.trades))
            state = order.lie(traded, self.rng) or state
        await self.clock.sleep(0)
        return self._status(order, state)

    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        """What the gateway's reading asks its dialect: the trades."""
        await self._way("order")
        traded = self.truth.orders[order_id].filled_by(self._now - self.weather.trades)
        at = self.clock.now().utc
        fills = tuple(
            Fill(f"{order_id}.{number}", order_id, symbol, self.amount(symbol, by), Decimal(1), at)
            for number, by in enumerate(traded)
        )
        # Where statuses lie, pages repeat their last trade too, as pages that overlap do.
        return (*fills, *fills[-1:]) if Fault.LYING_STATUSES in self.plan.faults else fills

    async def read_key_rights(self) -> None:
        return None

    async def read_clock_offset(self) -> ClockOffset:
        await self._way("clock")
        return ClockOffset(timedelta(0), timedelta(0))

    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        self._unasked()

    async def read_some(self, symbols: frozenset[str], ordinary: frozenset[str]) -> AccountReading:
        return await self.read(symbols)

    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        return await self.read()

    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        self._unasked()

    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        self._unasked()

    @property
    def _now(self) -> float:
        return self.clock.now().monotonic

    async def _list(self) -> PositionsReading:
        sent = self.clock.now()
        self.asked["list"] += 1
        self.listed[sent.monotonic] = None
        try:
            await self._way("list")
            time = self._now - self.rng.choice(self.weather.lists)
            held = [(key, self.truth.held_at(key, time)) for key in self.truth.legs]
            self.listed[sent.monotonic] = frozenset(key for key, state in held if state.quantity)
            rows = self._rows(held)
            await self._pause()
            if Fault.CUT_PAGES in self.weather.failures and self.rng.random() < 0.5:
                rows = self._cut(rows)
        except SourceError as error:
            rows = self._failed_list(error)
        self.trace.note("list", rows)
        return PositionsReading(rows, sent, self.clock.now())

    def _rows(self, held: list[tuple[LegKey, LegState]]) -> tuple[Position, ...]:
        """Make rows of what is held; a symbol that cannot be told stands for itself, as in the gateway."""
        rows = []
        for key, state in held:
            if state.quantity or (Fault.EXPLICIT_ZEROS in self.plan.faults and state.version):
                version = state.version if self.versions else None
                alias = Fault.ALIASES in self.plan.faults and self.rng.random() < 0.7
                name = key.symbol.replace("/", "").split(":")[0] if alias else key.symbol
                named = LegKey(key.account, name, key.leg)
                quantity = self.amount(key.symbol, state.quantity)
                rows.append(Position(named, quantity, version, None, None, None, None))
        return tuple(rows)

    def _cut(self, rows: tuple[Position, ...]) -> tuple[Position, ...]:
        raise SourceMalformed("the list is longer than one answer")

    def _failed_list(self, error: SourceError) -> tuple[Position, ...]:
        raise error

    def _status(self, order: TrueOrder, state: OrderState) -> OrderStatus:
        return OrderStatus(
            order.key,
            order.order_id,
            order.client_id,
            self.amount(order.key.symbol, state.executed),
            self.amount(order.key.symbol, order.quantity),
            state.status,
            state.ended,
            None,
            self.clock.now().utc,
        )

    def _find(self, order_id: str | None, client_id: str | None) -> TrueOrder | None:
        if order_id is not None:
            return self.truth.orders.get(order_id)
        # The venue shows the youngest order of that name.
        named = [order for order in self.truth.orders.values() if order.client_id == client_id]
        return named[-1] if named else None

    async def _pause(self) -> None:
        await self.clock.sleep(self.weather.answer * self.rng.uniform(0.2, 1.0))

    async def _way(self, endpoint: str) -> None:
        """Take the time that a request takes, and meet what it may meet."""
        await self._pause()
        refused = self.weather.refused
        if refused is not None and endpoint == refused[0] and self._now >= refused[1]:
            raise SourceRejected("wrong key")
        kinds = [kind for kind in self.weather.failures if kind != Fault.CUT_PAGES]
        if kinds and self.rng.random() < self.weather.failing:
            kind = self.rng.choice(kinds)
            self.trace.note(kind, endpoint)
            if kind == Fault.HANGING:
                await self.clock.sleep(1e6)
            raise ERRORS[kind](kind)

    @staticmethod
    def _unasked() -> Never:
        raise NotImplementedError("a verification reads positions, orders and the clock, nothing else")
