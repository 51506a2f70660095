"""The simulated private stream: pushes that are lost, doubled, late and out of order; lives and snapshots."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from decimal import Decimal

from tests.simulation.faults import Fault
from tests.simulation.plan import Plan
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, OrderState, TrueOrder
from verification.facts.account import PositionsReading
from verification.facts.clock import Clock
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Provenance, Source
from verification.venues.stream_state import Listener, StreamHealth, StreamState
from verification.venues.streaming.fact_store import FactStore


def whole(_: str, lots: int) -> Decimal:
    """Return a number as it is pushed and answered where one lot is one contract."""
    return Decimal(lots)


class SimulatedStream:
    """Tells its listeners what the truth tells it, as badly as the weather is."""

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        rng: random.Random,
        trace: Trace,
        snapshot: Callable[[], Awaitable[PositionsReading]],
        *,
        versions: bool,
    ) -> None:
        self._plan = plan
        self._weather = plan.weather
        self._clock = clock
        self._rng = rng
        self._trace = trace
        self._snapshot = snapshot
        self._versions = versions
        self._task: asyncio.Task[None] | None = None
        self._since = clock.now()
        self.store = FactStore()
        self.signed = True
        self.amount: Callable[[str, int], Decimal] = whole
        self.state = StreamState.LIVE
        self.epoch = 1
        self.listeners: list[Listener] = []
        self.watchers: list[Listener] = []

    def start(self) -> None:
        self._task = asyncio.create_task(self._live(), name="stream")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def listen(self, listener: Listener) -> Callable[[], None]:
        self.listeners.append(listener)

        def forget() -> None:
            if listener in self.listeners:
                self.listeners.remove(listener)

        return forget

    def hear_too(self, watcher: Listener) -> Callable[[], None]:
        """Tell somebody of the simulation what the product's listeners are told."""
        self.watchers.append(watcher)
        return lambda: self.watchers.remove(watcher)

    def health(self) -> StreamHealth:
        return StreamHealth(self.state, self.epoch, self._since, None, None, None, None)

    def hear(self, key: LegKey, state: LegState | None, order: TrueOrder | None) -> None:
        """Send what has changed, each fact in a frame of its own, when the connection stands."""
        if self.state is not StreamState.LIVE:
            return
        if order is not None:
            self._send(self._order, order, order.now)
        if state is not None:
            self._send(self._position, key, state)
            if Fault.CROSSED_ACCOUNTS in self._plan.faults:
                other = LegState(state.at, state.version + 1, self._rng.choice([0, 43, -20]))
                self._send(self._position, LegKey("other", key.symbol, key.leg), other)

    def _send(self, deliver: Callable[..., None], *what: object) -> None:
        weather, rng = self._weather, self._rng
        if rng.random() < weather.lost:
            self._trace.note("lost", *what)
            return
        for _ in range(2 if rng.random() < weather.doubled else 1):
            delay = weather.push
            if rng.random() < weather.late:
                delay += rng.choice([0.05, 1.0, 8.0])
            asyncio.get_running_loop().call_later(delay, deliver, self.epoch, *what)

    def _position(self, epoch: int, key: LegKey, state: LegState) -> None:
        version = state.version if self._versions else None
        quantity = state.quantity if self.signed else abs(state.quantity)
        seen = PositionSeen(key, self.amount(key.symbol, quantity), version, self._came())
        if epoch == self.epoch and self.state is StreamState.LIVE:
            self.store.offer(seen)
            self._tell(seen)

    def _order(self, epoch: int, order: TrueOrder, state: OrderState) -> None:
        if epoch == self.epoch and self.state is StreamState.LIVE:
            if Fault.LYING_STATUSES in self._plan.faults and self._rng.random() < 0.2:
                traded = sum(order.filled_by(self._clock.now().monotonic - self._weather.trades))
                state = order.lie(traded, self._rng) or state
            self._tell(
                OrderSeen(
                    order.key,
                    order.order_id,
                    order.client_id,
                    self.amount(order.key.symbol, state.executed),
                    state.ended,
                    None,
                    state.status,
                    None,
                    self._came(),
                )
            )

    def _came(self) -> Provenance:
        now = self._clock.now()
        return Provenance.at(Source.WEBSOCKET, now, exchange_at=now.utc, epoch=self.epoch)

    def _tell(self, seen: Observation) -> None:
        self._trace.note("push", seen)
        for listener in (*self.watchers, *self.listeners):
            listener(seen)

    async def _live(self) -> None:
        """Go down and come back as the weather wants it; each life begins with a snapshot."""
        if self.state is StreamState.LIVE:
            await self._load()
        for down, up in self._weather.down:
            await self._clock.sleep(max(0.0, down - self._clock.now().monotonic))
            self._turn(StreamState.DOWN)
            self.store.begin()
            await self._clock.sleep(up - max(down, 0.0))
            self.epoch += 1
            self._turn(StreamState.CONNECTING)
            while not await self._load():
                await self._clock.sleep(0.5)
            self._turn(StreamState.LIVE)

    def _turn(self, state: StreamState) -> None:
        self.state, self._since = state, self._clock.now()
        self._trace.note("stream", state, self.epoch)

    async def _load(self) -> bool:
        """Take a snapshot into the store; return False if it could not be read."""
        try:
            reading = await self._snapshot()
        except SourceError:
            return False
        rows = [self._listed(row.key, row.quantity, row.version, reading) for row in reading.positions]
        for fact in self.store.take_snapshot(rows, reading.sent, reading.received, self.epoch):
            self._tell(fact)
        return True

    def _listed(
        self, key: LegKey, quantity: Decimal, version: int | None, reading: PositionsReading
    ) -> PositionSeen:
        came = Provenance(Source.REST, reading.received, reading.sent, None, self.epoch)
        return PositionSeen(key, quantity, version, came)
