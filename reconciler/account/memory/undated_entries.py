"""Entries that rest and of which the ledger does not say when they were sent: since when they are known."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.facts.expectation import Expectation, OrderRole
from verification.facts.account import RestingOrder

Rested = tuple[str, str, frozenset[str]]
"""One row and the entries of it that rest: its ledger, its id, their ids."""


@dataclass(slots=True)
class UndatedEntries:
    """Remembers from look to look since when an undated entry has been seen to rest.

    An entry of which nobody says how old it is has its time from the first look at it, or from when the
    venue took it where that tells more. A row that is not there any more is forgotten.
    """

    _since: dict[Rested, datetime] = field(default_factory=dict)

    def dated(
        self,
        rows: Iterable[Expectation],
        orders: Iterable[RestingOrder] | None,
        *,
        read: Container[str],
        now: datetime,
    ) -> tuple[Expectation, ...]:
        """Return the rows with a time for each entry that rests.

        Args:
            rows: All rows that could be read at this look.
            orders: The venue's resting ordinary orders; None when the read failed.
            read: The ledgers that they are of. What is remembered of another stays.
            now: The present, aware UTC.
        """
        taken: dict[str, datetime] | None = None
        since = {rested: at for rested, at in self._since.items() if rested[0] not in read}
        dated: list[Expectation] = []
        for row in rows:
            resting = _resting(row) if row.entry_resting_since is None else None
            if not resting:
                dated.append(row)
                continue
            taken = _taken(orders) if taken is None else taken
            rested = (row.ledger, row.row_id, resting)
            told = [taken[name] for name in resting if name in taken]
            since[rested] = min(self._since.get(rested, now), *told, now)
            dated.append(replace(row, entry_resting_since=since[rested]))
        self._since = since
        return tuple(dated)


def _taken(orders: Iterable[RestingOrder] | None) -> dict[str, datetime]:
    """Return when the venue took each order that rests, by each of its names."""
    return {
        name: order.created_at
        for order in orders or ()
        for name in (order.order_id, order.client_order_id)
        if name is not None and order.created_at is not None
    }


def _resting(row: Expectation) -> frozenset[str]:
    working = (order for order in row.orders if order.role is OrderRole.ENTRY and order.resting)
    names = (order.order_id or order.client_order_id for order in working)
    return frozenset(name for name in names if name is not None)
