"""A venue whose answers and pushes follow a script, on whatever clock the test runs."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Never

from msgspec.structs import replace

from verification.budget.purpose import Purpose, present_purpose
from verification.facts.account import AccountReading, Fill, Market, Position, PositionMode, PositionsReading
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey
from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.order_fact import OrderFact, OrderRef
from verification.facts.prices import Prices
from verification.venues.port import Access, ClockOffset, OrdersWanted
from verification.venues.reading.single_flight import SingleFlight
from verification.venues.stream_state import Listener, StreamHealth, StreamState


@dataclass(slots=True)
class Script:
    """What a source answers: the last of `answers` whose time has come, `takes` seconds after being asked.

    An answer that is an exception is raised; None hangs for ever.
    """

    takes: float = 0.01
    answers: dict[float, object] = field(default_factory=dict)
    asked_at: list[float] = field(default_factory=list)
    purposes: list[Purpose] = field(default_factory=list)

    async def ask(self, clock: Clock) -> object:
        started = clock.now().monotonic
        self.asked_at.append(started)
        self.purposes.append(present_purpose())
        await clock.sleep(self.takes)
        due = [answer for at, answer in self.answers.items() if at <= clock.now().monotonic]
        answer = due[-1] if due else None
        if answer is None:
            await asyncio.Event().wait()
        if isinstance(answer, BaseException):
            raise answer
        return answer


class ScriptedVenue:
    """Implements the port. Position lists are tuples of positions, orders are observations."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.access = Access("main", "scripted", "", "")
        self.mode = PositionMode.ONE_WAY
        self.markets: Mapping[str, Market] = {}
        self.positions = Script()
        self.order = Script()
        self.borne_out = Script(answers={0: SourceUnreachable("no trades are scripted")})
        self.offset = Script(answers={0: ClockOffset(timedelta(0), timedelta(0))})
        self.listeners: list[Listener] = []
        self.newest: dict[LegKey, Observation] = {}
        self.state = StreamState.LIVE
        self.live_since: Moment | None = None  # None: since before everything
        self.epoch = 1
        self.flight = SingleFlight(self._list)

    async def connect(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """End the position lists that nobody answered."""
        await self.flight.close()

    def listen(self, listener: Listener) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def push(self, *facts: Observation) -> None:
        """Tell the listeners something now."""
        for fact in facts:
            now = replace(
                fact.provenance,
                received=self.clock.now(),
                source=Source.WEBSOCKET,
                sent=None,
                epoch=self.epoch,
            )
            told = replace(fact, provenance=now)
            if isinstance(told, PositionSeen):
                self.newest[told.key] = told
            for listener in list(self.listeners):
                listener(told)

    def push_later(self, seconds: float, *facts: Observation) -> None:
        asyncio.get_running_loop().call_later(seconds, self.push, *facts)

    def stream_health(self) -> StreamHealth:
        now = self.clock.now()
        since = self.live_since or Moment.at(now.utc, float("-inf"))
        return StreamHealth(self.state, self.epoch, since, None, None, None, None)

    def latest(self, key: LegKey) -> Observation | None:
        return self.newest.get(key)

    async def read_positions(self) -> PositionsReading:
        return await self.flight.ask()

    async def _list(self) -> PositionsReading:
        sent = self.clock.now()
        answer = await self.positions.ask(self.clock)
        assert isinstance(answer, tuple)
        return PositionsReading(answer, sent, self.clock.now())

    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        sent = self.clock.now()
        answer = await self.order.ask(self.clock)
        provenance = Provenance(Source.ORDER, self.clock.now(), sent=sent)
        if answer == "not found":
            return SourceSilent(key, Silence.ABSENT, "order not found", complete=False, provenance=provenance)
        assert isinstance(answer, OrderSeen)
        at = answer.provenance.exchange_us
        return replace(answer, provenance=replace(provenance, exchange_us=at))

    async def read_trades_of(self, ended: OrderSeen) -> OrderSeen | SourceSilent:
        sent = self.clock.now()
        answer = await self.borne_out.ask(self.clock)
        assert isinstance(answer, OrderSeen)
        came = Provenance(Source.ORDER, self.clock.now(), sent=sent)
        return replace(answer, provenance=replace(came, exchange_us=ended.provenance.exchange_us))

    async def read_order_fact(self, ref: OrderRef) -> OrderFact | None:
        self._unscripted()

    async def read_key_rights(self) -> None:
        return None

    async def read_clock_offset(self) -> ClockOffset:
        answer = await self.offset.ask(self.clock)
        assert isinstance(answer, ClockOffset)
        return answer

    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        self._unscripted()

    async def read_some(self, symbols: frozenset[str], ordinary: frozenset[str]) -> AccountReading:
        return await self.read(symbols)

    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        return await self.read()

    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        self._unscripted()

    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        self._unscripted()

    @staticmethod
    def _unscripted() -> Never:
        raise NotImplementedError("a verification reads positions, orders and the clock, nothing else")


def held(key: LegKey, quantity: int, version: int | None) -> Position:
    """A row of a position list."""
    return Position(key, Decimal(quantity), version, None, None, None, None)


def later(moment: Moment, seconds: float) -> datetime:
    """The wall time some seconds after a moment."""
    return moment.utc + timedelta(seconds=seconds)
