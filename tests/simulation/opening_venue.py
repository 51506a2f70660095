"""The simulated venue that also trades: orders reach the truth, or not, and their answers the bot, or not."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from typing_extensions import override

from tests.simulation.exchange import SimulatedVenue
from tests.simulation.faults import Fault as WorldFault
from tests.simulation.opening_plan import Fate, OpeningPlan, Wish
from tests.simulation.plan import SYMBOLS
from tests.simulation.trace import Trace
from tests.simulation.truth import TrueOrder, Truth
from tests.verification.faulty_steps import CRASHES, LOST, Crash, Fault, Steps
from verification.facts.account import AccountReading, Fill, Market, Part, RestingOrder
from verification.facts.clock import Clock
from verification.facts.errors import AnswerLost, SourceError
from verification.facts.leg import LegKey, Side
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.dialect import OrderStatus
from verification.venues.port import Access
from verification.venues.trading import NoSuchOrder, OrderRefused

HIDDEN = 15.0
"""Seconds for which a stop is not listed where stops are hidden."""

LATE = {Fault.LATE: 4.0, Fault.TOO_LATE: 15.0, Fault.CRASH_LATE: 4.0}


@dataclass(slots=True)
class Life(Steps):
    """The steps of the process; once it is dead, no step has an effect."""

    dead: bool = False
    struck: set[Fault] = field(default_factory=set)

    @override
    def fault(self, name: str) -> Fault | None:
        if self.dead:
            return Fault.CRASH_BEFORE
        met = Steps.fault(self, name)
        if name.startswith("journal.") and met not in {None, Fault.UNWRITTEN, Fault.CRASH_BEFORE}:
            met = Fault.CRASH_AFTER if met in {Fault.CRASH_AFTER, Fault.CRASH_LATE} else None
        elif met is Fault.UNWRITTEN:
            met = None
        if met is not None:
            self.struck.add(met)
            self.dead = met in CRASHES
        return met


class TradedVenue(SimulatedVenue):
    """One account that can be traded. Implements `Venue` and `Trader`."""

    def __init__(
        self, plan: OpeningPlan, truth: Truth, clock: Clock, rng: random.Random, trace: Trace
    ) -> None:
        super().__init__(plan.world, truth, clock, rng, trace)
        self.opening = plan
        self.life = Life()
        exclusive = WorldFault.OTHERS_TRADE not in plan.world.faults
        self.access = Access("main", "simulated", "", "", exclusive=exclusive)
        step = Decimal("0.0001")
        self.markets = MappingProxyType(
            {each: Market(each, each[:3], Decimal(1), Decimal(1), step, active=True) for each in SYMBOLS}
        )
        self.wishes: dict[LegKey, list[Wish]] = {}
        for wish in plan.wishes:
            self.wishes.setdefault(wish.key, []).append(wish)
        self.sent: list[str] = []
        self.exits: list[tuple[str, Side, int]] = []
        self.prices: dict[str, Decimal] = {}
        self.reduce_only = True

    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        def effect() -> str:
            wishes = self.wishes[key]
            fate = wishes[min(len(self._named(key)), len(wishes) - 1)].fate
            order = self._taken(key, client_order_id, side.sign * fate.sign, quantity)
            return self._befall(order, fate)

        return await self._send("enter", client_order_id, effect)

    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        def effect() -> str:
            self.exits.append((client_order_id, side, self.truth.held(key).quantity))
            if self.reduce_only and self.opening.refuses_empty:
                self._refuse_empty(key, side)
            exits = self.opening.exits
            fate = exits[min(int(client_order_id[-1]), len(exits)) - 1]
            order = self._taken(key, client_order_id, side.sign, quantity, reduce_only=self.reduce_only)
            return self._befall(order, fate)

        return await self._send("leave", client_order_id, effect)

    async def place_stop(
        self, key: LegKey, side: Side, quantity: Decimal, trigger_price: Decimal, client_order_id: str
    ) -> str:
        def effect() -> str:
            if self.opening.stop is None:
                raise OrderRefused("stops are refused")
            self.prices[client_order_id] = trigger_price
            order = self._taken(key, client_order_id, side.sign, quantity, reduce_only=True)
            return self._befall(order, self.opening.stop)

        return await self._send("stop", client_order_id, effect)

    async def withdraw_stop(self, key: LegKey, client_order_id: str) -> bool:
        def effect() -> str:
            order = self._find(None, client_order_id)
            if order is None or order.now.ended:
                raise NoSuchOrder("no such stop")
            self.truth.end(order, "canceled", self._now)
            return ""

        await self._send("withdraw", None, effect)
        return True

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        sent = self.clock.now()
        stops: tuple[RestingOrder, ...] | None = None
        failures: dict[Part, SourceError] = {}
        try:
            await self._way("orders")
            hidden = HIDDEN if "stops_hidden" in self.opening.troubles else 0.0
            stops = self._resting(self._now - self.rng.choice(self.weather.orders) - hidden)
        except SourceError as error:
            failures[Part.CONDITIONAL_ORDERS] = error
        now = self.clock.now()
        return AccountReading("main", "simulated", self.mode, symbols, None, (), stops, failures, sent, now)

    @override
    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        await self._way("order")
        now, seen = self.clock.now(), self._now - self.weather.trades
        fills = [
            Fill(
                f"{order.order_id}.{number}",
                order.order_id,
                symbol,
                Decimal(by),
                Decimal(1),
                now.utc - timedelta(seconds=now.monotonic - at),
            )
            for order in self.truth.orders.values()
            if order.key.symbol == symbol and order.key.account == self.access.account
            for number, (at, by) in enumerate(order.fills)
            if at <= seen
        ]
        return tuple(sorted((each for each in fills if each.at >= since), key=lambda each: each.at))

    @override
    async def order(
        self, asker: Asker, key: LegKey, order_id: str | None, client_order_id: str | None
    ) -> OrderStatus:
        if client_order_id in self.prices and "stops_hidden" in self.opening.troubles:
            raise OrderUnknown(client_order_id)
        return await super().order(asker, key, order_id, client_order_id)

    def _resting(self, time: float) -> tuple[RestingOrder, ...]:
        rows = []
        for name, price in self.prices.items():
            order = self._find(None, name)
            state = order.at(time) if order is not None else None
            if order is not None and state is not None and not state.ended:
                rows.append(self._stop_row(order, price))
        return tuple(rows)

    @staticmethod
    def _stop_row(order: TrueOrder, price: Decimal) -> RestingOrder:
        named: dict[str, Any] = {"price": None, "trigger_price": price, "created_at": None}
        return RestingOrder(
            order.order_id,
            order.client_id,
            order.key.symbol,
            order.key.leg,
            Side.BUY if order.sign > 0 else Side.SELL,
            "stop_market",
            conditional=True,
            stop_loss=True,
            quantity=Decimal(order.quantity),
            filled=Decimal(0),
            reduce_only=True,
            close_position=False,
            **named,
        )

    def _named(self, key: LegKey) -> list[TrueOrder]:
        """Return the entries on a leg so far."""
        orders = self.truth.orders.values()
        return [order for order in orders if order.key == key and "-" not in order.client_id]

    def _taken(
        self, key: LegKey, name: str, sign: int, quantity: Decimal, *, reduce_only: bool = False
    ) -> TrueOrder:
        order_id = str(1000 + len(self.truth.orders))
        order = TrueOrder(key, order_id, name, sign, int(quantity), reduce_only)
        self.truth.submit(order, self._now)
        return order

    def _befall(self, order: TrueOrder, fate: Fate) -> str:
        loop = asyncio.get_running_loop()
        for later, size in fate.fills:
            loop.call_later(later, self._fill, order, size)
        if fate.ends is not None:
            later, status = fate.ends
            loop.call_later(later, self._finish, order, status)
        return order.order_id

    def _fill(self, order: TrueOrder, size: int) -> None:
        self.truth.fill(order, size, self._now)

    def _finish(self, order: TrueOrder, status: str) -> None:
        self.truth.end(order, status, self._now)

    def _refuse_empty(self, key: LegKey, side: Side) -> None:
        if self.truth.held(key).quantity * side.sign >= 0:
            raise OrderRefused("a reduce-only order has nothing to reduce")

    async def _send(self, what: str, name: str | None, effect: Callable[[], str]) -> str:
        """Send an order; whether it arrives, and whether the answer does, is the step's fault."""
        fault = self.life.fault(what)
        self.trace.note("send", what, name, fault)
        if fault is Fault.CRASH_BEFORE:
            raise Crash
        if name is not None:
            self.sent.append(name)
        await self.clock.sleep(self.weather.answer / 2)
        if fault is Fault.REFUSED:
            raise OrderRefused(f"{what} is refused")
        answer = ""
        if fault in LATE:
            asyncio.get_running_loop().call_later(LATE[fault], _unless_refused, effect)
        elif fault is not Fault.LOST_BEFORE:
            answer = effect()
        await self.clock.sleep(self.weather.answer / 2)
        if fault in LOST:
            raise AnswerLost(f"the answer to {what} was lost")
        if self.life.dead or fault in {Fault.CRASH_AFTER, Fault.CRASH_LATE}:
            raise Crash
        return answer


def _unless_refused(effect: Callable[[], str]) -> None:
    try:
        effect()
    except OrderRefused:
        return
