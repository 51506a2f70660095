"""Which orders rows have down: by the venue's ids and by the bot's own; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.facts.expectation import Expectation, OrderRole
from verification.facts.account import RestingOrder


@dataclass(frozen=True, slots=True)
class Names:
    """The names of orders.

    Attributes:
        ordinary: The venue's ids of entries and exits.
        conditional: The venue's ids of stops.
        own: The ids that bots chose.
    """

    ordinary: frozenset[str]
    conditional: frozenset[str]
    own: frozenset[str]

    def have(self, order: RestingOrder) -> bool:
        """Return whether an order may be among them, whatever it was sent for.

        A venue may number conditional orders apart: of two with one number both count.
        """
        return order.order_id in self.ordinary | self.conditional or order.client_order_id in self.own

    def have_as_it_is(self, order: RestingOrder) -> bool:
        """Return whether an order is among those of its own number space: no other bears its name there."""
        ids = self.conditional if order.conditional else self.ordinary
        return order.order_id in ids or order.client_order_id in self.own


def names_of(rows: Iterable[Expectation]) -> Names:
    """Return the names of all orders that rows have down, of those that are over, too."""
    ordinary: set[str] = set()
    conditional: set[str] = set()
    own: set[str] = set()
    for row in rows:
        ordinary.update(row.entry_order_ids, row.exit_order_ids)
        conditional.update(row.stop_order_ids)
        own.update(each for each in (row.entry_client_id, row.exit_client_id) if each is not None)
        for order in row.orders:
            if order.order_id is not None:
                (conditional if order.role is OrderRole.STOP else ordinary).add(order.order_id)
            if order.client_order_id is not None:
                own.add(order.client_order_id)
    return Names(frozenset(ordinary), frozenset(conditional), frozenset(own))
