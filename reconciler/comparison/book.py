"""The resting orders of one symbol, by id: what still works at the venue and has not moved anything yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.comparison.venue_view import VenueView
from verification.account import RestingOrder


@dataclass(frozen=True, slots=True)
class Book:
    """Ordinary and conditional orders apart: a venue may number them apart, so ids may collide.

    Attributes:
        ordinary: By the venue's id; None where the read failed.
        conditional: By the venue's id; None where the read failed.
    """

    ordinary: Mapping[str, RestingOrder] | None
    conditional: Mapping[str, RestingOrder] | None

    @property
    def whole(self) -> bool:
        """True when both parts could be read."""
        return self.ordinary is not None and self.conditional is not None

    @property
    def orders(self) -> tuple[RestingOrder, ...]:
        """Every order that could be seen."""
        return (*(self.ordinary or {}).values(), *(self.conditional or {}).values())

    def resting_stops(self, order_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of the ids that rest as conditional orders."""
        return tuple(order_id for order_id in order_ids if order_id in (self.conditional or {}))

    def stops_untouched(self, order_ids: Iterable[str]) -> bool:
        """True when every one of the ids is seen to rest whole."""
        resting = self.conditional or {}
        return all(order_id in resting and resting[order_id].filled == 0 for order_id in order_ids)

    def newest_untouched(self, order_ids: tuple[str, ...]) -> bool:
        """True when the newest of the ids is seen to rest, and all that rest are whole.

        Rows keep the ids of finished orders too, so older ones need not be in the book.
        """
        resting = self.ordinary or {}
        return bool(order_ids) and order_ids[-1] in resting and self.none_touched(order_ids)

    def none_touched(self, order_ids: Iterable[str]) -> bool:
        """True when ordinary orders could be read and those of the ids that rest are whole."""
        if self.ordinary is None:
            return False
        return all(self.ordinary[order_id].filled == 0 for order_id in order_ids if order_id in self.ordinary)


def book(view: VenueView, symbol: str) -> Book:
    """Return the resting orders of one symbol."""
    return Book(_by_id(view.orders, symbol), _by_id(view.conditional_orders, symbol))


def _by_id(orders: tuple[RestingOrder, ...] | None, symbol: str) -> dict[str, RestingOrder] | None:
    if orders is None:
        return None
    return {order.order_id: order for order in orders if order.symbol == symbol}
