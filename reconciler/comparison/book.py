"""The resting orders of one symbol, by id: what still works at the venue, and how much of it has executed."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from reconciler.comparison.venue_view import VenueView
from verification.facts.account import RestingOrder
from verification.facts.leg import Leg
from verification.facts.order_identity import is_same
from verification.facts.order_scope import EVERYTHING, OrderScope
from verification.facts.slices import GLANCED, Slices, at_once, cut


@dataclass(frozen=True, slots=True)
class Book:
    """Ordinary and conditional orders apart: a venue may number them apart, so ids may collide.

    Attributes:
        ordinary: By the venue's id; None where they could not be read, or were not asked for.
        conditional: By the venue's id; None where they could not be read, or were not asked for.
        unasked: True where one of the two was not asked for: nothing is missing for want of it.
    """

    ordinary: Mapping[str, RestingOrder] | None
    conditional: Mapping[str, RestingOrder] | None
    unasked: bool = False

    @property
    def stops_read(self) -> bool:
        """True when all that may be a stop was read: a stop may rest among the ordinary orders as well.

        Where those could not be read, the conditional ones count for all.
        """
        return self.conditional is not None and not (self.unasked and self.ordinary is None)

    @property
    def legs(self) -> frozenset[Leg]:
        """The legs that have an order."""
        return frozenset(
            order.leg for part in (self.ordinary, self.conditional) for order in (part or {}).values()
        )

    def read(self, *, conditional: bool) -> bool:
        """True when that part could be read."""
        return (self.conditional if conditional else self.ordinary) is not None

    def find(
        self, order_id: str | None, client_order_id: str | None, *, conditional: bool
    ) -> RestingOrder | None:
        """Return the order that rests under the venue's id, else under the bot's own; None if none is seen.

        A conditional order may stand among the ordinary ones once it has been triggered, under this number or
        under another: there its own id counts as well.
        """
        ordinary = self.ordinary or {}
        if not conditional:
            return _found(ordinary, order_id, client_order_id)
        triggered = {key: order for key, order in ordinary.items() if order.conditional}
        return (
            _found(self.conditional or {}, order_id, client_order_id)
            or _found(triggered, order_id, None)
            or _found(triggered, None, client_order_id)
        )


def _found(
    orders: Mapping[str, RestingOrder], order_id: str | None, client_order_id: str | None
) -> RestingOrder | None:
    """Return the order of these names among those of one number space (see `is_same`)."""
    if order_id is not None:
        return orders.get(order_id)
    return next((order for order in orders.values() if is_same(order, None, client_order_id)), None)


@dataclass(frozen=True, slots=True)
class RestingBooks:
    """The resting orders of an account, sorted once: an account may have thousands of both.

    Attributes:
        empty: Those of a symbol without any.
        scope: Of which symbols they were asked for.
    """

    empty: Book
    _by_symbol: dict[str, Book] = field(default_factory=dict)
    scope: OrderScope = EVERYTHING
    # The same book each time: by that a comparison sees at once that nothing of it has changed.
    _in_part: dict[str, Book] = field(default_factory=dict, compare=False, repr=False)

    def beside(self, symbols: AbstractSet[str]) -> list[str]:
        """Return the symbols that have an order, but for some, sorted."""
        return sorted(self._by_symbol.keys() - symbols)

    def of(self, symbol: str) -> Book:
        """Return the resting orders of one symbol."""
        known = self._in_part.get(symbol)
        if known is not None:
            return known
        book = self._by_symbol.get(symbol, self.empty)
        if self.scope.whole:
            return book
        ordinary, conditional = (self.scope.holds(symbol, conditional=each) for each in (False, True))
        if ordinary and conditional:
            return book
        self._in_part[symbol] = part = Book(
            book.ordinary if ordinary else None, book.conditional if conditional else None, unasked=True
        )
        return part


def books_in_slices(view: VenueView) -> Slices[RestingBooks]:
    """Return the resting orders of an account by symbol, in slices."""
    ordinary = yield from _sorted(view.orders)
    conditional = yield from _sorted(view.conditional_orders)
    none = Book(None if ordinary is None else {}, None if conditional is None else {})
    by_symbol: dict[str, Book] = {}
    for part in cut((ordinary or {}).keys() | (conditional or {}).keys(), GLANCED):
        for symbol in part:
            by_symbol[symbol] = Book(
                None if ordinary is None else ordinary.get(symbol, {}),
                None if conditional is None else conditional.get(symbol, {}),
            )
        yield
    return RestingBooks(none, by_symbol, view.scope)


books = at_once(books_in_slices)
"""The same, for whoever may wait for all of it."""


def _sorted(orders: tuple[RestingOrder, ...] | None) -> Slices[dict[str, dict[str, RestingOrder]] | None]:
    if orders is None:
        return None
    by_symbol: dict[str, dict[str, RestingOrder]] = {}
    for part in cut(orders, GLANCED):
        for order in part:
            by_symbol.setdefault(order.symbol, {})[order.order_id] = order
        yield
    return by_symbol
