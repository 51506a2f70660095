"""Which orders of an account are known to rest: by the lists, and by what the stream tells of orders; pure.

It says what is to be asked for, and is never what a verdict rests on. Lists are kept as looks have sorted
them: an account may have thousands of orders, and a look at one symbol goes through those of that symbol.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from reconciler.account.look import Look
from reconciler.comparison.book import Book, RestingBooks
from verification.facts.observation import OrderSeen

LATE_SECONDS = 60.0
"""For how long what the stream has told of an order counts more than lists: they lag behind it."""

_Name = tuple[bool, str]
"""Whether an order is conditional, and its number, which is one of its symbol and kind."""


@dataclass(slots=True)
class WorkingOrders:
    """Those of one account.

    Attributes:
        _all: The last list of all symbols, by whether its orders are conditional.
        _later: The numbers in later lists of single symbols, likewise.
        _told: What the stream has told of each symbol's orders: when, and whether they rest.
    """

    _all: dict[bool, RestingBooks] = field(default_factory=dict)
    _later: dict[bool, dict[str, frozenset[str]]] = field(default_factory=lambda: {False: {}, True: {}})
    _told: dict[str, dict[_Name, tuple[float, bool]]] = field(default_factory=dict)

    def rest_on(self, symbol: str, *, conditional: bool) -> bool:
        """Return whether an order of a kind is known to rest on a symbol."""
        told = self._told.get(symbol, {})
        if any(rests for (kind, _), (_, rests) in told.items() if kind is conditional):
            return True
        listed: Collection[str] | None = self._later[conditional].get(symbol)
        if listed is None:
            books = self._all.get(conditional)
            listed = () if books is None else _numbers(books.of(symbol), conditional=conditional)
        return any((conditional, number) not in told for number in listed)

    def on_order(self, seen: OrderSeen) -> None:
        """Take what the stream tells of an order."""
        at = seen.provenance.received.monotonic
        of_symbol = self._told.setdefault(seen.key.symbol, {})
        of_symbol[seen.conditional, seen.order_id] = (at, not seen.terminal)

    def looked(self, look: Look) -> None:
        """Take what a look has listed; a list that failed, and one not asked for, says nothing."""
        reading, books = look.reading, look.comparison.check.books
        for conditional, orders, symbols in (
            (False, reading.orders, reading.scope.ordinary),
            (True, reading.conditional_orders, reading.scope.conditional),
        ):
            if orders is None:
                continue
            covered = _within(symbols, look.symbols)
            if covered is None:
                self._all[conditional], self._later[conditional] = books, {}
            else:
                self._later[conditional] |= {
                    symbol: frozenset(_numbers(books.of(symbol), conditional=conditional))
                    for symbol in covered
                }
            of_now = self._told.keys() if covered is None else covered & self._told.keys()
            for symbol in tuple(of_now):
                self._outlive(symbol, reading.sent.monotonic - LATE_SECONDS, conditional=conditional)

    def _outlive(self, symbol: str, before: float, *, conditional: bool) -> None:
        """Drop what was told so long ago that lists surely know it."""
        kept = {
            name: told
            for name, told in self._told[symbol].items()
            if name[0] is not conditional or told[0] >= before
        }
        if kept:
            self._told[symbol] = kept
        else:
            del self._told[symbol]


def _within(asked: frozenset[str] | None, covered: frozenset[str] | None) -> frozenset[str] | None:
    """Return the symbols whose orders a look has asked for; None for all there are."""
    if asked is None or covered is None:
        return covered if asked is None else asked
    return asked & covered


def _numbers(book: Book, *, conditional: bool) -> Collection[str]:
    return (book.conditional if conditional else book.ordinary) or ()
