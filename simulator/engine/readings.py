"""Reading the venue: now, or as it was a while ago."""

from collections.abc import Callable

from simulator.engine.market import Market
from simulator.engine.order import AlgoOrder, AlgoStatus, Order, PositionSide, Trade
from simulator.engine.position import Position
from simulator.engine.truth import Truth

Lag = Callable[[str], float]


def no_lag(_symbol: str) -> float:
    """Return no lag for any symbol."""
    return 0.0


class Readings:
    """Every read. A `lag` is a function from a unified symbol to seconds: the answer is what was true then.

    Attributes:
        truth: The state, for assertions.
    """

    def __init__(self, truth: Truth) -> None:
        self.truth = truth

    def market(self, symbol: str) -> Market:
        """Return a market.

        Raises:
            Refused: There is no such market.
        """
        return self.truth.markets.find(symbol)

    def position(self, symbol: str, side: PositionSide = PositionSide.BOTH) -> Position:
        """Return a position, flat where there is none.

        Raises:
            Refused: There is no such market.
        """
        return self.truth.position(self.truth.markets.symbol(symbol), side)

    def positions(self, lag: Lag = no_lag) -> list[Position]:
        """Return every position the account ever had, the flat ones too."""
        shelf = self.truth.positions
        found = [shelf.get(key, lag(key[0])) for key in shelf.keys()]  # noqa: SIM118 - a shelf is no mapping
        return [position for position in found if position is not None]

    def order(self, order_id: int, lag: Lag = no_lag) -> Order | None:
        """Return an order; None when there is (or was then) none of that id."""
        order = self.truth.orders.get(order_id)
        return order and self.truth.orders.get(order_id, lag(order.symbol))

    def orders(self, symbol: str | None = None, lag: Lag = no_lag) -> list[Order]:
        """Return every order of a symbol, or of all, oldest first."""
        keys = self.truth.orders.keys()
        found = [order for key in keys if (order := self.order(key, lag)) is not None]
        return [order for order in found if symbol in {None, order.symbol}]

    def open_orders(self, symbol: str | None = None, lag: Lag = no_lag) -> list[Order]:
        """Return the resting orders of a symbol, or of all, oldest first."""
        return [order for order in self.orders(symbol, lag) if order.status.open]

    def order_of_client(self, client_id: str, lag: Lag = no_lag) -> Order | None:
        """Return the newest order with a client's id; None when there is (or was then) none."""
        found = [order for order in self.orders(lag=lag) if order.client_id == client_id]
        return found[-1] if found else None

    def algo(self, algo_id: int, lag: Lag = no_lag) -> AlgoOrder | None:
        """Return a conditional order; None when there is (or was then) none of that id."""
        algo = self.truth.algos.get(algo_id)
        return algo and self.truth.algos.get(algo_id, lag(algo.symbol))

    def algos(self, symbol: str | None = None, lag: Lag = no_lag) -> list[AlgoOrder]:
        """Return every conditional order of a symbol, or of all, oldest first."""
        keys = self.truth.algos.keys()
        found = [algo for key in keys if (algo := self.algo(key, lag)) is not None]
        return [algo for algo in found if symbol in {None, algo.symbol}]

    def open_algos(self, symbol: str | None = None, lag: Lag = no_lag) -> list[AlgoOrder]:
        """Return the conditional orders that wait, of a symbol or of all, oldest first."""
        waiting = {AlgoStatus.NEW, AlgoStatus.TRIGGERING}
        return [algo for algo in self.algos(symbol, lag) if algo.status in waiting]

    def algo_of_client(self, client_id: str, lag: Lag = no_lag) -> AlgoOrder | None:
        """Return the newest conditional order with a client's id; None when there is (or was then) none."""
        found = [algo for algo in self.algos(lag=lag) if algo.client_id == client_id]
        return found[-1] if found else None

    def trades(self, symbol: str | None = None, lag: Lag = no_lag) -> list[Trade]:
        """Return every trade of a symbol, or of all, oldest first."""
        shelf = self.truth.trades
        present = [trade for key in shelf.keys() if (trade := shelf.get(key)) is not None]  # noqa: SIM118
        seen = [trade for trade in present if shelf.get(trade.id, lag(trade.symbol)) is not None]
        return [trade for trade in seen if symbol in {None, trade.symbol}]
