"""Worlds in whole lots: what bots, their orders and strangers truly did, and what follows, in integers.

The oracle knows lots only, and nothing of the product's rules: no step, no tolerance, no rounding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import BelievedOrder, Direction, Expectation, OrderRole
from tests.reconciler.accounts import (
    SYMBOL,
    compared,
    fact,
    leg,
    limit,
    listed,
    market,
    merged,
    reading,
    stop,
)
from tests.reconciler.accounts import row as ledger_row
from verification.facts.account import Market, PositionMode, RestingOrder
from verification.facts.leg import Leg, Side
from verification.facts.order_fact import OrderFact

LOTS = ("10", "1", "0.1", "0.001", "0.00000001")
SIZES = ("1", "0.01", "10")


@dataclass(frozen=True)
class Order:
    """One order of a bot, lots unsigned; `known` is how it can be seen: in the book, by asking, or not."""

    role: OrderRole
    size: int
    executed: int
    booked: int
    known: str  # book, fact, no

    @property
    def toward(self) -> int:
        return 1 if self.role is OrderRole.ENTRY else -1

    @property
    def unbooked(self) -> int:
        return self.toward * (self.executed - self.booked)


@dataclass(frozen=True)
class Trade:
    """One row: lots believed (unsigned), its direction, its orders, and whether it is kept in coins."""

    believed: int
    sign: int
    orders: tuple[Order, ...]
    coins: bool

    @property
    def adding(self) -> int:
        return sum(order.size - order.booked for order in self.orders if order.role is OrderRole.ENTRY)

    @property
    def unbooked(self) -> int:
        return self.sign * sum(order.unbooked for order in self.orders)


@dataclass(frozen=True)
class World:
    """Everything on one leg; `stranger` is what nobody's order did, signed lots."""

    lot: Decimal
    size: Decimal
    mode: PositionMode
    trades: tuple[Trade, ...]
    stranger: int

    @property
    def which(self) -> Leg:
        if self.mode is PositionMode.ONE_WAY:
            return Leg.NET
        return Leg.LONG if self.way > 0 else Leg.SHORT

    @property
    def way(self) -> int:
        return self.trades[0].sign if self.trades else 1

    @property
    def believed(self) -> int:
        return sum(trade.sign * trade.believed for trade in self.trades)

    @property
    def held(self) -> int:
        return self.believed + sum(trade.unbooked for trade in self.trades) + self.stranger

    @property
    def all_known(self) -> bool:
        return all(order.known != "no" for trade in self.trades for order in trade.orders)

    @property
    def nothing_unbooked(self) -> bool:
        return all(order.unbooked == 0 for trade in self.trades for order in trade.orders)

    @property
    def reachable(self) -> range:
        """The holdings that can be explained by nobody but the bots, as far as their orders are known."""
        least = most = self.believed
        for trade in self.trades:
            low = high = trade.sign * trade.believed + sum(
                trade.sign * order.unbooked for order in trade.orders if order.known != "no"
            )
            for order in trade.orders:
                if order.known == "no":
                    ends = (0, trade.sign * order.toward * (order.size - order.booked))
                    low, high = low + min(ends), high + max(ends)
            least += low - trade.sign * trade.believed
            most += high - trade.sign * trade.believed
        return range(least, most + 1)

    def waiting_in_vain(self) -> set[OrderRole]:
        """For what a row has orders down as being at work, every one of which is shown to be over."""
        told = set()
        for role in (OrderRole.ENTRY, OrderRole.EXIT):
            of_rows = ([each.known for each in trade.orders if each.role is role] for trade in self.trades)
            told |= {role} if any(set(known) == {"fact"} for known in of_rows) else set()
        return told

    def kinds(self) -> set[str]:
        """What a difference between what is believed and what is held may be called; they differ."""
        sizes = [trade.sign * trade.believed for trade in self.trades]
        # Rows of one size may be one position that was written down twice.
        return {self._kind()} | ({"duplicate_rows"} if len(set(sizes)) < len(sizes) else set())

    def _kind(self) -> str:
        ways = {trade.sign for trade in self.trades if trade.believed + trade.adding > 0}
        if not ways:
            return "orphaned_position"
        if self.held == 0:
            return "phantom_position"
        way = self.believed or (sum(ways) if len(ways) == 1 else 0)
        return "side_mismatch" if way * self.held < 0 else "quantity_mismatch"

    def compared(self) -> Comparison:
        """What the product makes of it; without a price, so that nothing can be dust."""
        held = self.held * self.lot
        key = leg(which=self.which)
        shown = [listed(str(held), key=key, mark=None)] if held else []
        seen = [self._seen(place, number) for place, number in self._orders()]
        view = merged(
            reading(
                shown,
                orders=[each for each in seen if isinstance(each, RestingOrder) and not each.conditional],
                stops=[each for each in seen if isinstance(each, RestingOrder) and each.conditional],
                mode=self.mode,
            )
        )
        facts = [each for each in seen if isinstance(each, OrderFact)]
        rows = [self._row(number) for number in range(len(self.trades))]
        return compared(rows, view, markets=self._markets(), facts=facts)

    def _markets(self) -> Mapping[str, Market]:
        return {SYMBOL: market(size=str(self.size), step=str(self.lot))}

    def _orders(self) -> list[tuple[int, int]]:
        return [
            (place, number) for place, trade in enumerate(self.trades) for number in range(len(trade.orders))
        ]

    def _seen(self, place: int, number: int) -> RestingOrder | OrderFact | None:
        trade, order = self.trades[place], self.trades[place].orders[number]
        name, side = f"{place}.{number}", Side.BUY if trade.sign * order.toward > 0 else Side.SELL
        size, executed = str(order.size * self.lot), str(order.executed * self.lot)
        if order.known == "book" and order.role is OrderRole.STOP:
            return stop(name, side, size, filled=executed, on=self.which)
        if order.known == "book":
            return limit(name, side, size, filled=executed)
        signed = str(side.sign * order.executed * self.lot)
        conditional = order.role is OrderRole.STOP
        return fact(name, signed, conditional=conditional) if order.known == "fact" else None

    def _row(self, place: int) -> Expectation:
        trade = self.trades[place]
        return ledger_row(
            str(self._written(trade.believed, trade)),
            direction=Direction.LONG if trade.sign > 0 else Direction.SHORT,
            high=str(self._written(trade.believed + trade.adding, trade)),
            row_id=str(place),
            unit=Decimal(1) if trade.coins else None,
            step=self.lot * self.size if trade.coins else None,
            orders=tuple(
                BelievedOrder(
                    role=order.role,
                    order_id=f"{place}.{number}",
                    client_order_id=None,
                    size=self._written(order.size, trade),
                    booked=self._written(order.booked, trade),
                    resting=True,
                )
                for number, order in enumerate(trade.orders)
            ),
        )

    def _written(self, lots: int, trade: Trade) -> Decimal:
        """A quantity as the bot's database has it: exact contracts, or a float of coins."""
        exact = lots * self.lot
        return Decimal(repr(float(exact * self.size))) if trade.coins else exact


@st.composite
def _order(draw: st.DrawFn) -> Order:
    size = draw(st.integers(1, 30))
    executed = draw(st.one_of(st.just(0), st.integers(0, size)))
    return Order(
        role=draw(st.sampled_from([OrderRole.ENTRY, OrderRole.EXIT, OrderRole.STOP])),
        size=size,
        executed=executed,
        booked=draw(st.one_of(st.just(0), st.just(executed), st.integers(0, executed))),
        known=draw(st.sampled_from(["book", "fact", "fact", "book", "no"])),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """One leg: up to six rows of up to three orders, mostly without a stranger."""
    mode = draw(st.sampled_from(PositionMode))
    way = draw(st.sampled_from([1, -1]))
    trades = []
    for _ in range(draw(st.integers(0, 6))):
        orders = tuple(draw(st.lists(_order(), max_size=3)))
        leaving = sum(order.size - order.booked for order in orders if order.role is not OrderRole.ENTRY)
        trades.append(
            Trade(
                # Reduce-only orders cannot take more than there is.
                believed=leaving + draw(st.one_of(st.just(0), st.integers(0, 200))),
                sign=way if mode is PositionMode.HEDGE else draw(st.sampled_from([1, -1])),
                orders=orders,
                coins=draw(st.booleans()),
            )
        )
    stranger = draw(st.one_of(st.just(0), st.sampled_from([1, -1]), st.integers(-40, 40)))
    world = World(
        lot=Decimal(draw(st.sampled_from(LOTS))),
        size=Decimal(draw(st.sampled_from(SIZES))),
        mode=mode,
        trades=tuple(trades),
        stranger=stranger,
    )
    if mode is PositionMode.HEDGE and world.held * way < 0:
        # A leg of hedge mode has one side: nobody can trade it to the other.
        return World(world.lot, world.size, mode, world.trades, stranger - world.held)
    return world
