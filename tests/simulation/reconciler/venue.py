"""The simulated venue as the reconciler reads it: whole accounts, part by part, each failing by itself."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

from typing_extensions import override

from tests.simulation.exchange import SimulatedVenue
from tests.simulation.plan import SYMBOLS
from tests.simulation.reconciler.plan import Storm, WatchedPlan
from tests.simulation.reconciler.stream import WatchedStream
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, Truth
from tests.virtual_time import VirtualClock
from verification.account import AccountReading, Fill, Market, Part, Position, PositionsReading, RestingOrder
from verification.errors import SourceError, SourceMalformed, SourceRejected, SourceUnreachable
from verification.leg import LegKey, Side

T = TypeVar("T")

PRICE = Decimal(10)
"""Of everything, all the time."""

TIMEOUT = 10.0
"""After which the gateway gives up a request that hangs."""


class WatchedVenue(SimulatedVenue):
    """One process's connection to the account; the truth behind it is the same for each."""

    def __init__(
        self, watched: WatchedPlan, truth: Truth, clock: VirtualClock, chance: random.Random, trace: Trace
    ) -> None:
        super().__init__(watched.venue, truth, clock, chance, trace)
        truth.hears.remove(self.stream.hear)
        luck = random.Random(chance.random())
        self.stream: WatchedStream = WatchedStream(
            watched.venue, clock, luck, trace, self._list, versions=self.versions
        )
        self.stream.mute = watched.mute
        self.stream.supported = Trouble.NO_STREAM not in watched.troubles
        truth.hears.append(self.stream.hear)
        self.storms = watched.storms
        self.markets = {symbol: _market(symbol) for symbol in SYMBOLS}
        self._wall = clock

    @override
    async def close(self) -> None:
        if self.stream.hear in self.truth.hears:
            self.truth.hears.remove(self.stream.hear)
        await super().close()

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        sent = self.clock.now()
        failed: dict[Part, SourceError] = {}
        asked = self._list if symbols is None else self.flight.ask
        listed, orders, conditional = await asyncio.gather(
            self._part(failed, Part.POSITIONS, asked),
            self._part(failed, Part.ORDERS, partial(self._book, "orders", symbols)),
            self._part(failed, Part.CONDITIONAL_ORDERS, partial(self._book, "conditional_orders", symbols)),
        )
        if listed is not None and symbols is not None:
            rows = tuple(row for row in listed.positions if row.key.symbol in symbols or not row.key.named)
            listed = PositionsReading(rows, listed.sent, listed.received)
        return AccountReading(
            account=self.access.account,
            venue=self.access.venue,
            mode=self.mode,
            symbols=symbols,
            positions=listed,
            orders=orders,
            conditional_orders=conditional,
            failures=failed,
            sent=sent,
            received=self.clock.now(),
        )

    async def _part(
        self, failed: dict[Part, SourceError], part: Part, read: Callable[[], Awaitable[T]]
    ) -> T | None:
        try:
            return await read()
        except SourceError as error:
            failed[part] = error
            self.trace.note("failed", part, error)
            return None

    async def _book(self, what: str, symbols: frozenset[str] | None) -> tuple[RestingOrder, ...]:
        """Return what rests; the bot of this world keeps no stops at the venue."""
        await self._way(what)
        if what == "conditional_orders":
            return ()
        orders = (order for order in self.truth.orders.values() if not order.now.ended)
        return tuple(
            RestingOrder(
                order_id=order.order_id,
                client_order_id=order.client_id,
                symbol=order.key.symbol,
                leg=order.key.leg,
                side=Side.BUY if order.sign > 0 else Side.SELL,
                kind="market",
                conditional=False,
                stop_loss=False,
                quantity=Decimal(order.quantity),
                filled=Decimal(abs(order.now.executed)),
                price=None,
                trigger_price=None,
                reduce_only=order.reduce_only,
                close_position=False,
                created_at=None,
            )
            for order in orders
            if symbols is None or order.key.symbol in symbols
        )

    @override
    async def read_fills(self, symbol: str, since: datetime) -> tuple[Fill, ...]:
        """Return what truly traded: the bot's orders, and whoever changed the leg without one of them."""
        await self._way("orders")
        fills: list[Fill] = []
        for key, states in self.truth.legs.items():
            if key.symbol != symbol:
                continue
            traded = {
                (at, by): order.order_id
                for order in self.truth.orders.values()
                if order.key == key
                for at, by in order.fills
            }
            held = 0
            for number, state in enumerate(states):
                by, held = state.quantity - held, state.quantity
                at = self._wall.wall + timedelta(seconds=state.at)
                if by and at >= since:
                    name = traded.get((state.at, by), f"stranger {key.leg} {number}")
                    fills.append(
                        Fill(f"{key.leg} {number}", name, symbol, Decimal(by), PRICE, at, leg=key.leg)
                    )
        return tuple(sorted(fills, key=lambda fill: fill.at))

    @override
    async def _list(self) -> PositionsReading:
        sent = self.clock.now()
        self.asked["list"] += 1
        try:
            await self._way("list")
            time = self._now - self.chance.choice(self.weather.lists)
            rows = self._rows([(key, self.truth.held_at(key, time)) for key in self.truth.legs])
            storm = self._storm("list")
            if storm is not None and storm.how == "cut":
                rows = self._cut(rows)
        except SourceError as error:
            rows = self._failed_list(error)
        self.trace.note("list", *(f"{row.key.symbol} {row.key.leg} {row.quantity}" for row in rows))
        reading = PositionsReading(rows, sent, self.clock.now())
        self.stream.compare(reading)
        return reading

    @override
    def _rows(self, held: list[tuple[LegKey, LegState]]) -> tuple[Position, ...]:
        nameless = self._storm("names")
        rows = []
        for row, state in zip(super()._rows(held), self._shown(held), strict=True):
            key = row.key
            if nameless is not None and key.symbol == nameless.how:
                key = LegKey(key.account, unnamed(key.symbol), key.leg)
            at = self._wall.wall + timedelta(seconds=state.at) if self.versions else None
            rows.append(Position(key, row.quantity, row.version, PRICE, PRICE, abs(row.quantity) * PRICE, at))
        return tuple(rows)

    def _shown(self, held: list[tuple[LegKey, LegState]]) -> list[LegState]:
        """Return the states that the venue makes rows of, in their order."""
        return [state for key, state in held if super(WatchedVenue, self)._rows([(key, state)])]

    @override
    async def _way(self, endpoint: str) -> None:
        await self._pause()
        storm = self._storm(endpoint)
        if storm is None or storm.how == "cut":
            return
        if storm.how == "rejected":
            raise SourceRejected("wrong key")
        if storm.how == "malformed":
            raise SourceMalformed("not what was asked for")
        if storm.how == "late":
            await self.clock.sleep(TIMEOUT)
        raise SourceUnreachable("no answer")

    def _storm(self, what: str) -> Storm | None:
        now = self._now
        return next((storm for storm in self.storms if storm.what == what and storm.rages(now)), None)


def unnamed(symbol: str) -> str:
    """Return the venue's own id of a symbol."""
    return symbol.replace("/", "").split(":")[0]


def _market(symbol: str) -> Market:
    return Market(symbol, unnamed(symbol), Decimal(1), Decimal(1), Decimal("0.0001"), active=True)
