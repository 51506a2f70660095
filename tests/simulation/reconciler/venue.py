"""The simulated venue as the reconciler reads it: whole accounts, part by part, each failing by itself."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeVar

from msgspec import structs
from typing_extensions import override

from tests.simulation.exchange import SimulatedVenue
from tests.simulation.plan import SYMBOLS
from tests.simulation.reconciler.life import Life
from tests.simulation.reconciler.plan import Storm, WatchedPlan
from tests.simulation.reconciler.scale import LOT_VALUE, Scale
from tests.simulation.reconciler.stop import Stop, StopKind
from tests.simulation.reconciler.stops import LIQUIDATED_AT, Stops, mirrored, stop_row
from tests.simulation.reconciler.stream import WatchedStream
from tests.simulation.reconciler.trouble import Trouble
from tests.simulation.trace import Trace
from tests.simulation.truth import LegState, TrueOrder, Truth
from tests.virtual_time import VirtualClock
from verification.facts.account import (
    AccountReading,
    Fill,
    Market,
    Part,
    Position,
    PositionsReading,
    RestingOrder,
)
from verification.facts.clock import Moment
from verification.facts.errors import SourceError, SourceMalformed, SourceRejected, SourceUnreachable
from verification.facts.leg import LegKey, Side
from verification.facts.order_scope import OrderScope
from verification.facts.prices import Prices
from verification.venues.ccxt.asker import Asker, OrderUnknown
from verification.venues.dialect import OrderStatus
from verification.venues.port import OrdersWanted

T = TypeVar("T")
Orders = tuple[RestingOrder, ...]

TIMEOUT = 10.0
"""After which the gateway gives up a request that hangs."""


class WatchedVenue(SimulatedVenue):
    """One process's connection to the account; the truth behind it is the same for each."""

    streaming: type[WatchedStream] = WatchedStream

    def __init__(
        self,
        watched: WatchedPlan,
        truth: Truth,
        clock: VirtualClock,
        *,
        stops: Stops,
        life: Life,
        rng: random.Random,
        trace: Trace,
    ) -> None:
        super().__init__(watched.venue, truth, clock, rng, trace)
        truth.hears.remove(self.stream.hear)
        luck = random.Random(rng.random())
        self.stream: WatchedStream = self.streaming(
            watched.venue, clock, luck, trace, self._list, versions=self.versions
        )
        self.stream.mute = watched.mute
        self.stream.supported = Trouble.NO_STREAM not in watched.troubles
        truth.hears.append(self.stream.hear)
        self.storms = watched.storms
        self.scales = dict(watched.scales)
        self.stops = stops
        self.life = life
        self.amount = self.stream.amount = self._contracts
        parted = Trouble.UNREAD_PARTS in watched.troubles
        self.markets = {
            symbol: _market(symbol, self.scales[symbol], part_of(symbol) if parted else "")
            for symbol in SYMBOLS
        }
        self._wall = clock
        self.weighs = watched.seed % 3 != 0

    @override
    async def close(self) -> None:
        if self.stream.hear in self.truth.hears:
            self.truth.hears.remove(self.stream.hear)
        await super().close()

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        return await self._read(symbols, OrderScope(symbols, symbols))

    @override
    async def read_some(self, symbols: frozenset[str], ordinary: frozenset[str]) -> AccountReading:
        return await self._read(symbols, OrderScope(ordinary if self.weighs else symbols, symbols))

    async def _read(self, symbols: frozenset[str] | None, scope: OrderScope) -> AccountReading:
        sent = self.clock.now()
        failed: dict[Part, SourceError] = {}
        asked = self._list if symbols is None else self.flight.ask
        listed, (orders, conditional) = await asyncio.gather(
            self._part(failed, Part.POSITIONS, asked), self._orders(failed, scope)
        )
        if listed is not None and symbols is not None:
            listed = listed.of(symbols)
        return self._reading(symbols, listed, orders, conditional, failed=failed, sent=sent, scope=scope)

    @override
    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        """Read orders symbol by symbol, as where lists weigh; in a third of the worlds all at once."""
        if not self.weighs:
            return await self.read()
        sent = self.clock.now()
        failed: dict[Part, SourceError] = {}
        listed = await self._part(failed, Part.POSITIONS, self._list)
        scope = self._askable(wanted(listed))
        orders, conditional = await self._orders(failed, scope)
        self.trace.note("asked of", _told(scope.ordinary), _told(scope.conditional))
        return self._reading(None, listed, orders, conditional, failed=failed, sent=sent, scope=scope)

    def _askable(self, wanted: OrderScope) -> OrderScope:
        """Return of which symbols orders can be asked for: of one without a name only a list of all tells."""
        both = (wanted.ordinary, wanted.conditional)
        return OrderScope(
            *(None if each is None or not each <= self.markets.keys() else each for each in both)
        )

    async def _orders(
        self, failed: dict[Part, SourceError], scope: OrderScope
    ) -> tuple[Orders | None, Orders | None]:
        return await asyncio.gather(
            self._part(failed, Part.ORDERS, partial(self._book, "orders", scope.ordinary)),
            self._part(
                failed, Part.CONDITIONAL_ORDERS, partial(self._book, "conditional_orders", scope.conditional)
            ),
        )

    def _reading(
        self,
        symbols: frozenset[str] | None,
        listed: PositionsReading | None,
        orders: Orders | None,
        conditional: Orders | None,
        *,
        failed: dict[Part, SourceError],
        sent: Moment,
        scope: OrderScope,
    ) -> AccountReading:
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
            scope=scope,
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
        """Return what rests."""
        await self._way(what)
        if what == "conditional_orders":
            rows = [
                stop_row(key, order_id, stop, self.scales[key.symbol])
                for (key, order_id), stop in self.stops.standing.items()
            ]
        else:
            rows = [self._resting(order) for order in self.truth.orders.values() if not order.now.ended]
        self.trace.note(what, *(f"{row.symbol} {row.order_id} {row.side} {row.filled}" for row in rows))
        return tuple(row for row in rows if symbols is None or row.symbol in symbols)

    @override
    async def conditional_order(self, asker: Asker, symbol: str, order_id: str) -> OrderStatus:
        for (key, name), stop in self.stops.standing.items():
            if (key.symbol, name) == (symbol, order_id):
                return self._stop_status(key, name, stop, "open", None)
        for (key, name), (stop, became) in self.stops.gone.items():
            if (key.symbol, name) == (symbol, order_id):
                status = "canceled" if became is None else "closed"
                return self._stop_status(key, name, stop, status, became)
        raise OrderUnknown(order_id)

    def _stop_status(
        self, key: LegKey, order_id: str, stop: Stop, status: str, became: str | None
    ) -> OrderStatus:
        order = self.truth.orders.get(became) if became is not None else None
        done = order.now.executed if order is not None else 0
        return OrderStatus(
            key=key,
            order_id=order_id,
            client_order_id=None,
            executed=self.amount(key.symbol, done),
            quantity=None if stop.kind is StopKind.WHOLE else self.amount(key.symbol, stop.lots),
            status=status,
            terminal=status != "open" and (order is None or order.now.ended),
            average_price=None,
            updated_at=self.clock.now().utc if order is None else self._at(order.now.at),
            kind="stop_market",
            became=became,
        )

    def _resting(self, order: TrueOrder) -> RestingOrder:
        symbol = order.key.symbol
        return RestingOrder(
            order_id=order.order_id,
            client_order_id=order.client_id,
            symbol=symbol,
            leg=order.key.leg,
            side=Side.BUY if order.sign > 0 else Side.SELL,
            kind="limit",
            conditional=False,
            stop_loss=False,
            quantity=self.amount(symbol, order.quantity),
            filled=self.amount(symbol, abs(order.now.executed)),
            price=self.scales[symbol].price,
            trigger_price=None,
            reduce_only=order.reduce_only,
            close_position=False,
            created_at=None,
        )

    @override
    async def order_fills(self, asker: Asker, symbol: str, order_id: str) -> tuple[Fill, ...]:
        known = await super().order_fills(asker, symbol, order_id)
        times = [self._at(at) for at, _ in self.truth.orders[order_id].fills]
        return tuple(replace(fill, at=at) for fill, at in zip(known, times, strict=False))

    def _at(self, seconds: float) -> datetime:
        """Return a time of the world as the venue's clock tells it, set to ours."""
        return self._wall.wall + timedelta(seconds=seconds)

    def _contracts(self, symbol: str, lots: int) -> Decimal:
        return self.scales[symbol].contracts(lots)

    @override
    async def read_prices(self, symbols: frozenset[str]) -> Mapping[str, Prices]:
        await self._way("prices")
        return {
            symbol: Prices(scale.price, scale.price, scale.price)
            for symbol, scale in self.scales.items()
            if symbol in symbols
        }

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
                at = self._at(state.at)
                if by and at >= since:
                    name = traded.get((state.at, by), f"stranger {key.leg} {number}")
                    fills.append(
                        Fill(
                            f"{key.leg} {number}",
                            name,
                            symbol,
                            self.amount(symbol, by),
                            self.scales[symbol].price,
                            at,
                            leg=key.leg,
                        )
                    )
        return tuple(sorted(fills, key=lambda fill: fill.at))

    @override
    async def _list(self) -> PositionsReading:
        sent = self.clock.now()
        self.asked["list"] += 1
        try:
            await self._way("list")
            time = self._now - self.rng.choice(self.weather.lists)
            unread = self._unread()
            rows = self._rows(
                [
                    (key, self.truth.held_at(key, time))
                    for key in self.truth.legs
                    if part_of(key.symbol) not in unread
                ]
            )
            storm = self._storm("list")
            if storm is not None and storm.how == "cut":
                rows = self._cut(rows)
        except SourceError as error:
            rows, unread = self._failed_list(error), {}
        self.trace.note("list", *(f"{row.key.symbol} {row.key.leg} {row.quantity}" for row in rows))
        parts = {symbol: market.part for symbol, market in self.markets.items() if market.part}
        unread = self._told_unread(unread)
        failed = {part: SourceUnreachable("no answer") for part in unread}
        reading = PositionsReading(rows, sent, self.clock.now(), unread, parts, failed)
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
            at = self._at(state.at) if self.versions else None
            scale = self.scales[row.key.symbol]
            value = LOT_VALUE * abs(state.quantity)
            shown = Position(key, row.quantity, row.version, scale.price, scale.price, value, at)
            if state.quantity:
                edge = scale.price * mirrored(LIQUIDATED_AT, state.quantity)
                shown = structs.replace(shown, liquidation_price=edge)
            rows.append(shown)
        return tuple(rows)

    def _shown(self, held: list[tuple[LegKey, LegState]]) -> list[LegState]:
        """Return the states that the venue makes rows of, in their order."""
        return [state for key, state in held if super(WatchedVenue, self)._rows([(key, state)])]

    @override
    async def _way(self, endpoint: str) -> None:
        await self.life.begins(endpoint)
        await self._pause()
        await self.life.ended()
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

    def _told_unread(self, unread: dict[str, str]) -> dict[str, str]:
        """Return the parts that the list says it does not cover."""
        return unread

    def _unread(self) -> dict[str, str]:
        """Return the parts that the list does not cover now."""
        storm = self._storm("part")
        if storm is None:
            return {}
        return {part_of(storm.how): f"{part_of(storm.how)} could not be read: no answer"}


def unnamed(symbol: str) -> str:
    """Return the venue's own id of a symbol."""
    return symbol.replace("/", "").split(":")[0]


def part_of(symbol: str) -> str:
    """Return the part of the account whose list shows a symbol, where there are parts."""
    return f"part of {symbol}"


def _told(symbols: frozenset[str] | None) -> str:
    """Return symbols as the trace tells them: a set itself is printed in another order in each process."""
    return "all" if symbols is None else f"[{', '.join(sorted(symbols))}]"


def _market(symbol: str, scale: Scale, part: str) -> Market:
    tick = scale.price / 1000
    return Market(symbol, unnamed(symbol), scale.size, scale.lot, tick, active=True, part=part)
