"""How what the bots believe about one leg differs from what the venue holds: the rule, without words."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from reconciler.comparison.book import Book
from reconciler.comparison.legs import Belief
from reconciler.finding import Kind


class LegVerdict(StrEnum):
    """What a screen says about one leg."""

    AGREE = "agree"
    IN_FLIGHT = "in flight"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """The verdict on one leg.

    Attributes:
        verdict: For the screen.
        kind: What to raise; None for nothing. Beside `in flight` it is raised with more patience.
        lagging: True when the bot's own order, no longer resting, may explain it: the bot may only not have
            taken note yet.
    """

    verdict: LegVerdict
    kind: Kind | None = None
    lagging: bool = False


def differ(belief: Belief, observed: Decimal, book: Book) -> Difference:
    """Compare one leg.

    Args:
        belief: What the ledgers believe, narrowed by the book (see `legs.narrowed`).
        observed: What the venue holds, signed contracts.
        book: The resting orders of the symbol; where some are unread, the range is given the benefit.
    """
    tolerance = belief.tolerance
    apart = observed - belief.expected
    if abs(apart) <= tolerance:
        return Difference(LegVerdict.AGREE)
    kind = _kind(belief, observed)
    if belief.low - tolerance <= observed <= belief.high + tolerance:
        if not book.whole or _works_toward(belief, apart, book):
            return Difference(LegVerdict.IN_FLIGHT)
        return Difference(LegVerdict.IN_FLIGHT, kind, lagging=True)
    gone = kind is Kind.PHANTOM_POSITION and _a_stop_left_the_book(belief, book)
    return Difference(LegVerdict.DIFFERS, kind, lagging=gone)


def _kind(belief: Belief, observed: Decimal) -> Kind:
    if belief.blank:
        return Kind.ORPHANED_POSITION
    if observed == 0:
        return Kind.PHANTOM_POSITION
    expected = belief.expected
    if expected == 0:
        # Opening: the range says which way.
        expected = belief.high if belief.low >= 0 else belief.low if belief.high <= 0 else expected
    return Kind.SIDE_MISMATCH if expected * observed < 0 else Kind.QUANTITY_MISMATCH


def _works_toward(belief: Belief, apart: Decimal, book: Book) -> bool:
    """True when an order of the bots still works in the direction of the difference."""
    ids: set[str] = set()
    clients: set[str | None] = set()
    for share in belief.shares:
        row = share.row
        ids.update(row.entry_order_ids, row.exit_order_ids, row.stop_order_ids)
        clients.update((row.entry_client_id, row.exit_client_id))
    clients.discard(None)
    return any(
        order.side.sign * apart > 0
        for order in book.orders
        if order.order_id in ids or order.client_order_id in clients
    )


def _a_stop_left_the_book(belief: Belief, book: Book) -> bool:
    """True when a stop the bots believe in no longer rests, or may not: it has probably executed."""
    stops = [order_id for share in belief.shares for order_id in share.row.stop_order_ids]
    return len(book.resting_stops(stops)) < len(stops)
