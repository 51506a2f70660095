"""Whether an order that was seen is the one that is meant: said once, for whoever asks."""

from typing import TypeGuard

from verification.facts.observation import OrderSeen
from verification.facts.question import Question


def is_order(seen: object, order_id: str | None, client_order_id: str | None) -> TypeGuard[OrderSeen]:
    """Return True if `seen` is an order of these names.

    Venues let a client id be used again once its order has ended, so it counts only until the venue's id is
    known. A conditional order never counts: its number is of another space, and what it executed is told by
    the order that it became.

    Args:
        seen: Any observation.
        order_id: The venue's id; None while it is not known.
        client_order_id: The sender's id; None if there is none.
    """
    if not isinstance(seen, OrderSeen) or seen.conditional:
        return False
    if order_id is not None:
        return seen.order_id == order_id
    return client_order_id is not None and seen.client_order_id == client_order_id


def is_of(question: Question, seen: OrderSeen) -> bool:
    """Return True if an observation is of the order that is asked about, on the leg that is asked about."""
    return seen.key == question.key and is_order(seen, question.order_id, question.client_order_id)
