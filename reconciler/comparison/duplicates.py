"""Two rows for one position: what the bots believe is more than is held by rows that are there twice."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from msgspec import structs

from reconciler.comparison.cause import cause_of
from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.legs import Share
from reconciler.facts.expectation import Expectation
from reconciler.facts.finding import Kind

_MOST = 10
"""Rows of one leg that are looked at for twins: each further one doubles the ways to leave some out."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows that are there more than once.

    Attributes:
        rows: The surplus rows and their twins, oldest first.
        order_id: An order that surplus and twin both name; None where they are only of one size.
    """

    rows: tuple[Expectation, ...]
    order_id: str | None


def with_duplicates(case: LegCase) -> LegCase:
    """Call a mismatch of quantities by its name where it comes from a row that is there twice."""
    if duplicates_of(case) is None:
        return case
    return structs.replace(case, difference=replace(case.difference, kind=Kind.DUPLICATE_ROWS))


def duplicates_of(case: LegCase) -> Duplicates | None:
    """Return the rows of a leg that are there more than once; None where nothing shows any.

    Without some of its rows, each of which has a twin among the others, the leg is exactly what is held. A
    twin names the same order. One that is only of the same size counts too, but not where an order has
    traded what is missing: then one of two positions was closed.
    """
    held, belief, difference = case.observed, case.belief, case.difference
    if held is None or difference.kind not in {Kind.QUANTITY_MISMATCH, Kind.DUPLICATE_ROWS}:
        return None
    if difference.offset or held * belief.expected <= 0 or abs(held) >= abs(belief.expected):
        return None
    shares = tuple(share for share in belief.shares if share.expected * held > 0)
    if not 1 < len(shares) <= _MOST:
        return None
    for surplus in _surplus(case, shares):
        kept = tuple(share for share in shares if share not in surplus)
        named = _twins(case, surplus, kept, by_order=True)
        if named is not None:
            return named
        cause = cause_of(case)
        unexplained = not cause.own and not cause.explained and not _both_were_held(case, shares)
        if difference.verdict is LegVerdict.DIFFERS and unexplained:
            alike = _twins(case, surplus, kept, by_order=False)
            if alike is not None:
                return alike
    return None


def _both_were_held(case: LegCase, shares: tuple[Share, ...]) -> bool:
    """True when both sides agreed while all these rows were there: then they were positions of their own."""
    opened = [share.row.opened_at for share in shares]
    agreed = case.agreed
    return agreed is not None and all(at is not None and at < agreed for at in opened)


def _surplus(case: LegCase, shares: tuple[Share, ...]) -> Iterator[tuple[Share, ...]]:
    """Yield the fewest rows first without which the leg is what is held."""
    belief, held = case.belief, case.observed
    assert held is not None, "only a leg that is known is compared"
    for count in range(1, len(shares)):
        # The youngest is the one that was written a second time.
        for chosen in combinations(reversed(shares), count):
            if belief.same(belief.expected - sum(share.expected for share in chosen), held):
                yield chosen


def _twins(
    case: LegCase, surplus: tuple[Share, ...], kept: tuple[Share, ...], *, by_order: bool
) -> Duplicates | None:
    """Return surplus rows and their twins; None unless each has one of its own."""
    left, rows, common = list(kept), [share.row for share in surplus], None
    for share in surplus:
        twin = next((each for each in left if _alike(case, share, each, by_order=by_order)), None)
        # Three rows of one position: both surplus ones may be twins of the only one that is kept.
        twin = twin or next((each for each in kept if _alike(case, share, each, by_order=by_order)), None)
        if twin is None:
            return None
        if twin in left:
            left.remove(twin)
            rows.append(twin.row)
        if by_order:
            common = common or min(_orders(share.row) & _orders(twin.row))
    order = {id(share.row): number for number, share in enumerate(case.belief.shares)}
    return Duplicates(tuple(sorted(rows, key=lambda row: order[id(row)])), common)


def _alike(case: LegCase, one: Share, other: Share, *, by_order: bool) -> bool:
    if by_order:
        return bool(_orders(one.row) & _orders(other.row))
    return case.belief.same(one.expected, other.expected)


def _orders(row: Expectation) -> frozenset[str]:
    """Return the orders that make a row what it is: its entries, by the venue's ids."""
    return frozenset(row.entry_order_ids)
