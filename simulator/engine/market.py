"""The markets of the venue: steps, prices, and the order book each price implies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from simulator.engine.refusal import Reason, Refused


@dataclass(frozen=True, slots=True)
class Market:
    """One linear perpetual contract of one unit of its base asset.

    Attributes:
        base: Base asset, `AVL`.
        quote: Quote and margin asset, `USDT`.
        step: Lot step, contracts.
        tick: Price step, quote per base.
        price: Mark price, and last price where `traded` says no other, quote per base.
            Best bid is the price, best ask one tick above it.
        min_notional: Smallest order that is not reduce-only, in the quote asset.
        max_quantity: Largest order, contracts.
        liquidity: Contracts a taker finds; None for as much as it wants. A market order's rest expires.
        clip: Largest quantity of one trade, contracts; a larger order gets several. None for one trade.
        held: True while the venue accepts orders without matching them: the answer precedes the fill.
        min_quantity: Smallest order, contracts; None for one step.
        traded: Price of the last trade where it is not the mark price.
    """

    base: str
    quote: str
    step: Decimal
    tick: Decimal
    price: Decimal
    min_notional: Decimal = Decimal(5)
    max_quantity: Decimal = Decimal(100_000_000)
    liquidity: Decimal | None = None
    clip: Decimal | None = None
    held: bool = False
    min_quantity: Decimal | None = None
    traded: Decimal | None = None

    @property
    def last(self) -> Decimal:
        """Return the price of the last trade."""
        return self.price if self.traded is None else self.traded

    def watched(self, *, last: bool) -> Decimal:
        """Return the price that a conditional order watches: the last price, or the mark price."""
        return self.last if last else self.price

    @property
    def least(self) -> Decimal:
        """Return the smallest order, contracts."""
        return self.step if self.min_quantity is None else self.min_quantity

    @property
    def symbol(self) -> str:
        """Return the unified symbol, `AVL/USDT:USDT`."""
        return f"{self.base}/{self.quote}:{self.quote}"

    @property
    def id(self) -> str:
        """Return the symbol as Binance and Bybit write it, `AVLUSDT`."""
        return self.base + self.quote

    @property
    def bid(self) -> Decimal:
        """Return the best price a seller gets."""
        return self.price

    @property
    def ask(self) -> Decimal:
        """Return the best price a buyer pays."""
        return self.price + self.tick


def _market(base: str, step: str, tick: str, price: str) -> Market:
    return Market(base=base, quote="USDT", step=Decimal(step), tick=Decimal(tick), price=Decimal(price))


DEFAULT_MARKETS: tuple[Market, ...] = (
    _market("AVL", "1", "0.0001", "0.1834"),
    _market("BTC", "0.001", "0.1", "60000"),
    _market("ETH", "0.001", "0.01", "3000"),
    _market("SOL", "0.1", "0.01", "150"),
    _market("XRP", "0.1", "0.0001", "0.5"),
    _market("DOGE", "1", "0.00001", "0.1"),
    _market("ADA", "1", "0.0001", "0.4"),
    _market("LINK", "0.01", "0.001", "15"),
    _market("AVAX", "0.1", "0.001", "30"),
    _market("BNB", "0.01", "0.01", "600"),
    _market("NEAR", "0.1", "0.001", "5"),
    _market("SUI", "0.1", "0.0001", "1.95"),
)


class Markets:
    """The markets by unified symbol; a venue's own id finds them too."""

    def __init__(self, markets: Iterable[Market] = DEFAULT_MARKETS) -> None:
        self._markets = {market.symbol: market for market in markets}
        self._by_id = {market.id: market.symbol for market in self._markets.values()}

    def __iter__(self) -> Iterator[Market]:
        return iter(tuple(self._markets.values()))

    def symbol(self, name: str) -> str:
        """Return the unified symbol of a name in either spelling.

        Raises:
            Refused: There is no such market.
        """
        symbol = self._by_id.get(name, name)
        if symbol not in self._markets:
            raise Refused(Reason.UNKNOWN_SYMBOL, name)
        return symbol

    def find(self, name: str) -> Market:
        """Return the market of a name in either spelling.

        Raises:
            Refused: There is no such market.
        """
        return self._markets[self.symbol(name)]

    def put(self, market: Market) -> None:
        """Add a market, or replace the one with its symbol."""
        self._markets[market.symbol] = market
        self._by_id[market.id] = market.symbol

    def reprice(self, name: str, price: Decimal, last: Decimal | None = None) -> Market:
        """Set a market's price, and the last price where that is another, and return the market.

        Raises:
            Refused: There is no such market, or the price is not positive.
        """
        if price <= 0:
            raise Refused(Reason.BAD_PRICE, str(price))
        market = replace(self.find(name), price=price, traded=last)
        self.put(market)
        return market
