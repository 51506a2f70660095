"""What the entries and exits of live rows are doing that the bots have down as being at work; pure.

Only the venue's own word ends one: an order that rests works, one that is not known is not known.
"""

from dataclasses import dataclass
from datetime import datetime

from reconciler.comparison.book import Book
from reconciler.comparison.executions import ref_of
from reconciler.comparison.legs import Share
from reconciler.facts.expectation import BelievedOrder, Expectation, ExpectationState, OrderRole
from verification.facts.order_fact import OrderFact, OrderFacts


@dataclass(frozen=True, slots=True)
class Ended:
    """An order that its bot takes to be at work, and that has ended.

    Attributes:
        order: As the bot has it down.
        fact: The venue's word.
    """

    order: BelievedOrder
    fact: OrderFact


@dataclass(frozen=True, slots=True)
class Stuck:
    """A row that waits for orders none of which works.

    Attributes:
        share: The row.
        ended: Those that it has down as being at work, oldest first; empty where it has none down.
    """

    share: Share
    ended: tuple[Ended, ...]

    @property
    def since(self) -> datetime | None:
        """When the last of them ended, by the venue's time, aware UTC; None where that is not told."""
        times = [each.fact.changed_at for each in self.ended]
        known = [at for at in times if at is not None]
        return max(known) if known and len(known) == len(times) else None


def stuck(share: Share, role: OrderRole, book: Book, facts: OrderFacts) -> Stuck | None:
    """Return how a row waits in vain for its entries, or for its exits; None where it does not, or may not.

    What has executed and is not booked is a difference of what is held, and told as that.
    """
    row = share.row
    if not row.orders or any(each.order.role is role for each in share.done.unbooked):
        return None
    waiting = waiting_for(row, role)
    closing = role is OrderRole.EXIT and row.state is ExpectationState.CLOSING
    if not (waiting or closing):
        return None
    ended = [each for order in waiting if (each := _ended(row, order, book, facts)) is not None]
    return Stuck(share, tuple(ended)) if len(ended) == len(waiting) else None


def is_unknown(share: Share, role: OrderRole, book: Book, facts: OrderFacts) -> bool:
    """Return True where what became of an order is not known that a row has down as being at work."""
    return any(
        not _rests(order, book) and _ended(share.row, order, book, facts) is None
        for order in waiting_for(share.row, role)
    )


def waiting_for(row: Expectation, role: OrderRole) -> tuple[BelievedOrder, ...]:
    """Return the orders of a role that a row has down as being at work, oldest first."""
    return tuple(order for order in row.orders if order.role is role and order.resting)


def _rests(order: BelievedOrder, book: Book) -> bool:
    return book.find(order.order_id, order.client_order_id, conditional=False) is not None


def _ended(row: Expectation, order: BelievedOrder, book: Book, facts: OrderFacts) -> Ended | None:
    ref = ref_of(row, order)
    fact = None if ref is None else facts.get(ref)
    if fact is None or not fact.terminal or _rests(order, book):
        return None
    return Ended(order, fact)
