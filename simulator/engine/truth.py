"""Everything the venue holds, each change of it logged, and what it held a while ago."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import Generic, TypeVar

from simulator.engine.clock import VenueClock
from simulator.engine.effect import AlgoChanged, Effect, Filled, OrderChanged
from simulator.engine.market import Markets
from simulator.engine.order import AlgoOrder, Order, PositionSide, Trade
from simulator.engine.position import Position

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
PositionKey = tuple[str, PositionSide]


class Shelf(Generic[Key, Value]):
    """Values by key that remember what they were."""

    def __init__(self, clock: VenueClock) -> None:
        self._clock = clock
        self._times: dict[Key, list[float]] = {}
        self._values: dict[Key, list[Value]] = {}

    def put(self, key: Key, value: Value, *, always: bool = False) -> None:
        """Set the present value of a key; with `always`, as if it had been so all along."""
        self._times.setdefault(key, []).append(float("-inf") if always else self._clock.monotonic())
        self._values.setdefault(key, []).append(value)

    def keys(self) -> tuple[Key, ...]:
        """Return every key there ever was, oldest first."""
        return tuple(self._values)

    def get(self, key: Key, lag: float = 0) -> Value | None:
        """Return the value a key had `lag` seconds ago; None when it had none yet."""
        values = self._values.get(key)
        if not values:
            return None
        if lag <= 0:
            return values[-1]
        index = bisect_right(self._times[key], self._clock.monotonic() - lag)
        return values[index - 1] if index else None


class Truth:
    """The one state of the venue. Only the engine's parts write it.

    Attributes:
        clock: The venue's clock.
        markets: The markets.
        orders: Orders by id.
        algos: Conditional orders by id.
        positions: Positions by symbol and side; absent is flat and never traded.
        trades: Trades by id.
        wallet: Wallet balance in the quote asset.
        hedge: True in hedge mode.
        hedged: The mode of single symbols that differ, on venues that have a mode for each.
        leverage: Leverage by symbol, where it was set.
        isolated: Symbols whose margin type is isolated.
        liquidations: Where the venue would close a position, by symbol, where it says so.
        log: Every effect, oldest first.
    """

    def __init__(self, markets: Markets, clock: VenueClock, *, wallet: Decimal) -> None:
        self.clock = clock
        self.markets = markets
        self.orders: Shelf[int, Order] = Shelf(clock)
        self.algos: Shelf[int, AlgoOrder] = Shelf(clock)
        self.positions: Shelf[PositionKey, Position] = Shelf(clock)
        self.trades: Shelf[int, Trade] = Shelf(clock)
        self.wallet = wallet
        self.hedge = False
        self.hedged: dict[str, bool] = {}
        self.leverage: dict[str, int] = {}
        self.isolated: set[str] = set()
        self.liquidations: dict[str, Decimal] = {}
        self.log: list[Effect] = []
        self._listeners: list[Callable[[Effect], None]] = []
        self._untold: deque[Effect] = deque()
        self._last_id = 1_000_000

    def listen(self, listener: Callable[[Effect], None]) -> None:
        """Call `listener` with every effect from now on, at once and in order."""
        self._listeners.append(listener)

    def emit(self, effect: Effect) -> None:
        """Log an effect and tell the listeners."""
        self.log.append(effect)
        self._untold.append(effect)
        if len(self._untold) > 1:
            return  # A listener caused this one: the first effect is told to all before the second to any.
        while self._untold:
            for listener in self._listeners:
                listener(self._untold[0])
            self._untold.popleft()

    def next_id(self) -> int:
        """Return an id nothing else has."""
        self._last_id += 1
        return self._last_id

    def reserve_id(self, number: int) -> None:
        """Keep a loaded id from being given out again."""
        self._last_id = max(self._last_id, number)

    def position(self, symbol: str, side: PositionSide, lag: float = 0) -> Position:
        """Return a position, flat where there is none."""
        return self.positions.get((symbol, side), lag) or Position(symbol=symbol, side=side)

    def order_changed(self, order: Order, execution: str) -> Order:
        """Store an order that changed without a fill, tell it, and return it."""
        self.orders.put(order.id, order)
        self.emit(OrderChanged(order, execution, order.updated_ms))
        return order

    def algo_changed(self, algo: AlgoOrder) -> AlgoOrder:
        """Store a conditional order that changed, tell it, and return it."""
        self.algos.put(algo.id, algo)
        self.emit(AlgoChanged(algo, algo.updated_ms))
        return algo

    def filled(self, order: Order, trade: Trade, position: Position) -> None:
        """Store a fill with all that follows from it, and tell it as one effect."""
        self.wallet += trade.realized - trade.fee
        self.orders.put(order.id, order)
        self.trades.put(trade.id, trade)
        self.positions.put((position.symbol, position.side), position)
        self.emit(Filled(order, trade, position, self.wallet, trade.at_ms))

    def is_hedge(self, symbol: str) -> bool:
        """Tell whether a symbol is in hedge mode."""
        return self.hedged.get(symbol, self.hedge)

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        """Return the resting orders now, oldest first."""
        every = (self.orders.get(key) for key in self.orders.keys())  # noqa: SIM118 - a shelf is no mapping
        return [o for o in every if o is not None and o.status.open and symbol in {None, o.symbol}]
