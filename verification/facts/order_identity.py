"""Whether two things are one order: said once, for whoever holds names of orders against each other.

An index by the venue's id needs no such word, as long as it holds the orders of one number space.
"""

from typing import NamedTuple, Protocol, TypeGuard

from verification.facts.leg import LegKey
from verification.facts.observation import OrderSeen


class Named(Protocol):
    """Whatever bears an order's names: one seen, resting, believed in or asked about."""

    @property
    def order_id(self) -> str | None:
        """The venue's id; None while it is not known."""

    @property
    def client_order_id(self) -> str | None:
        """The sender's id; None if there is none."""


class NamedOnLeg(Named, Protocol):
    """An order's names, and the leg that it is on."""

    @property
    def key(self) -> LegKey:
        """The leg."""


class OrderIds(NamedTuple):
    """The names of one order, and nothing else of it."""

    order_id: str | None
    client_order_id: str | None = None


def is_same(one: Named, order_id: str | None, client_order_id: str | None) -> bool:
    """Return True if an order is the one of these names.

    Venues let a client id be used again once its order has ended, so it counts only until the venue's id is
    known on both sides.

    Args:
        one: The order, of the number space that `order_id` is of.
        order_id: The venue's id; None while it is not known.
        client_order_id: The sender's id; None if there is none.
    """
    if order_id is not None and one.order_id is not None:
        return one.order_id == order_id
    return client_order_id is not None and one.client_order_id == client_order_id


def is_order(seen: object, order_id: str | None, client_order_id: str | None) -> TypeGuard[OrderSeen]:
    """Return True if `seen` is an order that was seen, of these names.

    A conditional order never counts: its number is of another space, and what it executed is told by the
    order that it became.
    """
    if not isinstance(seen, OrderSeen) or seen.conditional:
        return False
    return is_same(seen, order_id, client_order_id)


def is_of(asked: NamedOnLeg, seen: OrderSeen) -> bool:
    """Return True if an observation is of the order that is asked about, on the leg that is asked about."""
    return seen.key == asked.key and is_order(seen, asked.order_id, asked.client_order_id)


def goes_by(name: str, *names: str | None) -> bool:
    """Return True if a name that was kept alone is among an order's, whichever of the two kinds it is."""
    return bool(name) and name in names
