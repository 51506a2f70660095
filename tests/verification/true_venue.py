"""A small truthful venue that trades: what it shows may be late or hidden, and is never invented."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from tests.verification.faulty_steps import LOST, Crash, Fault, Steps
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock
from verification.facts.account import (
    AccountReading,
    Fill,
    Market,
    Part,
    Position,
    PositionMode,
    PositionsReading,
    RestingOrder,
)
from verification.facts.clock import Moment
from verification.facts.errors import AnswerLost, SourceRejected, SourceUnreachable
from verification.facts.leg import Leg, LegKey, Side
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
from verification.venues.stream_state import Listener, StreamHealth, StreamState
from verification.venues.trading import NoSuchOrder, OrderRefused

AVL = "AVL/USDT:USDT"
KEY = LegKey("main", AVL, Leg.NET)
MARKET = Market(AVL, "AVLUSDT", Decimal(1), Decimal(1), Decimal("0.0001"), active=True)


@dataclass(slots=True)
class Sent:
    """An order that the venue has."""

    order_id: str
    name: str
    side: Side
    quantity: Decimal
    executed: Decimal
    ended: bool
    at: float


class TrueVenue:
    """Implements `Venue` and `Trader`."""

    def __init__(self, clock: VirtualClock, weather: Weather, steps: Steps) -> None:
        self.clock, self.weather, self.steps = clock, weather, steps
        self.access = Access("main", "true", "", "")
        self.mode = PositionMode.ONE_WAY
        self.markets: Mapping[str, Market] = MappingProxyType({AVL: MARKET})
        self.orders: dict[str, Sent] = {}
        self.stops: dict[str, RestingOrder] = {}
        self.history: list[tuple[float, int, Decimal]] = [(-1.0, 1, Decimal(weather.held_before))]
        self.sent_names: list[str] = []
        self.left: list[tuple[Side, int, int]] = []  # exits: side, quantity, leg then
        self.listeners: list[Listener] = []
        self.pushed: PositionSeen | None = None

    @property
    def held(self) -> Decimal:
        return self.history[-1][2]

    def move(self, by: Decimal) -> None:
        at = self.clock.now().monotonic
        self.history.append((at, self.history[-1][1] + 1, self.held + by))
        if not self.weather.silent_stream:
            asyncio.get_running_loop().call_later(0.008, self._push, self.history[-1])

    def by_hand(self, quantity: int) -> None:
        """Let somebody trade the leg by an order of his own: signed contracts."""
        side = Side.BUY if quantity > 0 else Side.SELL
        size = Decimal(quantity)
        self._execute(f"hand{len(self.orders)}", side, abs(size), size, ended=True)

    def fires(self, name: str) -> None:
        """Let a stop that rests trigger and execute, reduce-only."""
        stop = self.stops.pop(name)
        assert stop.quantity is not None
        executed = stop.side.sign * min(stop.quantity, abs(self.held))
        self._execute(name, stop.side, stop.quantity, executed, ended=True)

    def _wall(self, at: float) -> datetime:
        now = self.clock.now()
        return now.utc + timedelta(seconds=at - now.monotonic)

    def _push(self, fact: tuple[float, int, Decimal]) -> None:
        came = Provenance.at(Source.WEBSOCKET, self.clock.now(), exchange_at=self._wall(fact[0]))
        seen = PositionSeen(KEY, fact[2], fact[1], came)
        self.pushed = seen
        for listener in list(self.listeners):
            listener(seen)

    def _execute(self, name: str, side: Side, sent: Decimal, executed: Decimal, *, ended: bool) -> str:
        order_id = str(1000 + len(self.orders))
        at = self.clock.now().monotonic
        self.orders[name] = Sent(order_id, name, side, sent, executed, ended, at)
        if executed:
            self.move(executed)
        return order_id

    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        def effect() -> str:
            way = side.opposite if self.weather.wrong_way else side
            executed = way.sign * min(quantity, Decimal(self.weather.fills))
            return self._execute(client_order_id, side, quantity, executed, ended=self.weather.entry_ends)

        return await self._step("enter", client_order_id, effect)

    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        def effect() -> str:
            self.left.append((side, int(quantity), int(self.held)))
            room = -self.held * side.sign
            if room <= 0:
                raise OrderRefused("a reduce-only order has nothing to reduce")
            most = quantity if self.weather.exit_fills is None else Decimal(self.weather.exit_fills)
            executed = side.sign * min(quantity, room, most)
            return self._execute(client_order_id, side, quantity, executed, ended=True)

        return await self._step("leave", client_order_id, effect)

    async def place_stop(
        self, key: LegKey, side: Side, quantity: Decimal, trigger_price: Decimal, client_order_id: str
    ) -> str:
        def effect() -> str:
            if self.weather.refuses_stops:
                raise OrderRefused("stops are refused here")
            number = f"s{len(self.stops)}"
            stop = RestingOrder(
                number,
                client_order_id,
                AVL,
                Leg.NET,
                side,
                "stop_market",
                conditional=True,
                stop_loss=True,
                quantity=quantity,
                filled=Decimal(0),
                price=None,
                trigger_price=trigger_price,
                reduce_only=True,
                close_position=False,
                created_at=None,
            )
            if self.weather.stop_fires:
                executed = side.sign * min(quantity, abs(self.held))
                self._execute(client_order_id, side, quantity, executed, ended=True)
                return number
            self.stops[client_order_id] = self.weather.bends_stop(stop) if self.weather.bends_stop else stop
            return number

        return await self._step("stop", client_order_id, effect)

    async def withdraw_stop(self, key: LegKey, client_order_id: str) -> bool:
        later = self.weather.cancels_after

        def taken_in() -> str:
            if client_order_id not in self.stops:
                raise NoSuchOrder("no such stop")
            if later is not None:
                asyncio.get_running_loop().call_later(later, _unless_refused, effect)
            return "" if later is not None else effect()

        def effect() -> str:
            stop = self.stops.pop(client_order_id, None)
            if stop is None:
                raise NoSuchOrder("no such stop")
            sent, nothing, at = stop.quantity or Decimal(0), Decimal(0), self.clock.now().monotonic
            ended = Sent(stop.order_id, client_order_id, stop.side, sent, nothing, ended=True, at=at)
            self.orders[client_order_id] = ended
            return ""

        await self._step("withdraw", None, taken_in)
        return later is None

    async def _step(self, what: str, name: str | None, effect: Callable[[], str]) -> str:
        fault = self.steps.fault(what)
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        if name is not None:
            self.sent_names.append(name)
        await self.clock.sleep(0.02)
        if fault is Fault.REFUSED:
            raise OrderRefused(f"{what} is refused")
        seconds = _DELAYS.get(fault) if fault is not None else None
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, _unless_refused, effect)
        answer = "" if seconds is not None or fault is Fault.LOST_BEFORE else effect()
        if fault in LOST:
            raise AnswerLost(f"the answer to {what} was lost")
        if fault in {Fault.CRASH_AFTER, Fault.CRASH_LATE}:
            raise Crash
        return answer

    async def connect(self) -> None:
        """Nothing to do."""

    async def close(self) -> None:
        """Nothing to do."""

    def listen(self, listener: Listener) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def stream_health(self) -> StreamHealth:
        return StreamHealth(StreamState.LIVE, 1, self.clock.now(), None, None, None, None)

    def latest(self, key: LegKey) -> Observation | None:
        return self.pushed

    async def _asked(self) -> Moment:
        sent = self.clock.now()
        await self.clock.sleep(0.01)
        if self.weather.unreadable and self.sent_names:
            raise SourceUnreachable("nothing can be read")
        return sent

    async def read_positions(self) -> PositionsReading:
        sent = await self._asked()
        then = sent.monotonic - self.weather.list_lag
        at, version, held = [fact for fact in self.history if fact[0] <= then or fact[1] == 1][-1]
        row = Position(KEY, held, version, None, None, None, self._wall(at))
        return PositionsReading((row,) if held else (), sent, self.clock.now())

    async def read_order(
        self, key: LegKey, *, order_id: str | None, client_order_id: str | None
    ) -> OrderSeen | SourceSilent:
        sent = await self._asked()
        came = Provenance(Source.ORDER, self.clock.now(), sent=sent)
        visible = sent.monotonic - self.weather.orders_hidden
        known = next((o for o in self.orders.values() if o.order_id == order_id and o.at <= visible), None)
        if order_id is None and client_order_id is not None:
            known = self.orders.get(client_order_id)
            known = known if known is not None and known.at <= visible else None
            stop = self.stops.get(client_order_id)
            if stop is not None:
                return OrderSeen(
                    KEY,
                    stop.order_id,
                    client_order_id,
                    Decimal(0),
                    terminal=False,
                    trades_agree=None,
                    status="open",
                    average_price=None,
                    provenance=came,
                )
        if known is None:
            return SourceSilent(KEY, Silence.ABSENT, "no such order", complete=False, provenance=came)
        came = Provenance.at(Source.ORDER, came.received, came.sent, exchange_at=self._wall(known.at))
        return OrderSeen(
            KEY,
            known.order_id,
            known.name,
            known.executed,
            terminal=known.ended,
            trades_agree=True if known.ended else None,
            status="closed" if known.ended else "open",
            average_price=Decimal("0.2"),
            provenance=came,
        )

    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        sent = await self._asked()
        now = self.clock.now()
        blind = self.weather.blind_to_stops
        seen = None if blind else tuple(self.stops.values())
        failures = {Part.CONDITIONAL_ORDERS: _BLIND} if blind else {}
        return AccountReading("main", "true", self.mode, symbols, None, (), seen, failures, sent, now)

    async def read_trades_of(self, ended: OrderSeen) -> OrderSeen | SourceSilent:
        raise NotImplementedError("its stream tells of positions alone")

    async def read_some(self, symbols: frozenset[str], ordinary: frozenset[str]) -> AccountReading:
        return await self.read(symbols)

    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        return await self.read()

    async def read_order_fact(self, ref: OrderRef) -> OrderFact | None:
        raise NotImplementedError("an opening asks for its own orders, by their names")

    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        raise NotImplementedError("an opening asks for no prices")

    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        visible = (await self._asked()).monotonic - self.weather.trades_lag
        fills = [
            Fill(each.order_id, each.order_id, AVL, each.executed, Decimal("0.2"), self._wall(each.at))
            for each in self.orders.values()
            if each.executed and each.at <= visible
        ]
        return tuple(each for each in fills if each.at >= since)

    async def read_key_rights(self) -> None:
        return None

    async def read_clock_offset(self) -> ClockOffset:
        return ClockOffset(timedelta(0), timedelta(0))


_BLIND = SourceRejected("stops cannot be listed here")
_DELAYS = {Fault.LATE: 4, Fault.TOO_LATE: 15, Fault.CRASH_LATE: 4}


def _unless_refused(effect: Callable[[], str]) -> None:
    try:
        effect()
    except OrderRefused:
        return
