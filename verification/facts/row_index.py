"""The rows of a list of positions, as they can be looked up by leg and by symbol."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

from verification.facts.leg import LegKey
from verification.facts.prices import Prices


class OfLeg(Protocol):
    """A row that is about one leg."""

    @property
    def key(self) -> LegKey:
        """The leg."""


class OfPosition(OfLeg, Protocol):
    """A row that tells what is held of a leg."""

    @property
    def quantity(self) -> Decimal:
        """Signed contracts."""

    @property
    def mark_price(self) -> Decimal | None:
        """Quote per base; None if not given."""


T = TypeVar("T", bound=OfLeg)
P = TypeVar("P", bound=OfPosition)


class RowIndex(Generic[T]):
    """The rows of one list.

    A list is read once and asked about by every verification that shares it: looking through it each time
    stops the loop when a thousand of them ask about a thousand rows. Mostly the next has the same rows.

    Attributes:
        rows: What it is of.
        by_key: Each by its leg; of two rows of one leg the first counts.
        unnamed: The first symbol under the venue's own id; None if there is none.
    """

    __slots__ = ("_of_symbols", "by_key", "rows", "unnamed")

    def __init__(self, rows: tuple[T, ...]) -> None:
        """Sort the rows by leg; by symbol when that is first asked for."""
        self.rows = rows
        self.by_key = {row.key: row for row in reversed(rows)}
        self.unnamed = min((row.key.symbol for row in rows if not row.key.named), default=None)
        self._of_symbols: dict[str, list[tuple[int, T]]] | None = None

    def of(self, symbols: Collection[str]) -> tuple[T, ...]:
        """Return the rows of some symbols, and those without a name, in the order of the list."""
        if self.unnamed is not None:
            return tuple(row for row in self.rows if row.key.symbol in symbols or not row.key.named)
        if self._of_symbols is None:
            self._of_symbols = {}
            for place, row in enumerate(self.rows):
                self._of_symbols.setdefault(row.key.symbol, []).append((place, row))
        known = self._of_symbols
        found = [each for symbol in set(symbols) for each in known.get(symbol, ())]
        return tuple(row for _, row in sorted(found, key=itemgetter(0)))


class PositionIndex(RowIndex[P]):
    """The rows of one position list, and what each look asks of all of them: it is worked out once."""

    __slots__ = ("_held", "_marks")

    def __init__(self, rows: tuple[P, ...]) -> None:
        """Sort the rows."""
        super().__init__(rows)
        self._held: frozenset[str] | None = None
        self._marks: Mapping[str, Prices] | None = None

    @property
    def held(self) -> frozenset[str]:
        """The symbols of which the list shows something to be held."""
        if self._held is None:
            self._held = frozenset(row.key.symbol for row in self.rows if row.quantity)
        return self._held

    @property
    def marks(self) -> Mapping[str, Prices]:
        """The marks that the list tells, by symbol."""
        if self._marks is None:
            told = ((row.key.symbol, row.mark_price) for row in self.rows)
            self._marks = {symbol: Prices(mark) for symbol, mark in told if mark is not None}
        return self._marks
