"""Whether what has no stop came from an entry that still works: bots place a stop when the entry is done."""

from datetime import datetime
from decimal import Decimal

from reconciler.facts.expectation import Expectation, OrderRole
from verification.facts.account import RestingOrder
from verification.facts.leg import Side
from verification.facts.order_identity import is_same

_FLOAT = Decimal("1E-12")
"""By what share of itself a bot's number may miss because it kept it as a float (see `legs`)."""


def working_entry(
    orders: tuple[RestingOrder, ...] | None,
    rows: tuple[Expectation, ...],
    quantity: Decimal,
    uncovered: Decimal,
) -> datetime | None:
    """Return since when the entry works that the uncovered part came from; None if it did not come from one.

    The executed part of an entry that still rests has no stop by design. A stop for what was held before is
    due all the same.

    Args:
        orders: The venue's resting ordinary orders; None when the read failed.
        rows: The ledgers' rows of the leg that keep a stop at the venue.
        quantity: What the venue holds, signed contracts.
        uncovered: Contracts that should have a stop and have none, unsigned.
    """
    working = [row for row in rows if row.entry_resting_since is not None]
    since = [row.entry_resting_since for row in working if row.entry_resting_since is not None]
    if not since or uncovered == 0:
        return None
    if orders is None:
        return min(since)
    symbols = {row.symbol for row in working}
    entries = [entry for row in working for entry in row.entries]
    executed = [
        order
        for order in orders
        if order.symbol in symbols
        and any(is_same(order, *entry) for entry in entries)
        and order.side is not Side.closing(quantity)
        and order.filled > 0
    ]
    if sum((order.filled for order in executed), Decimal(0)) < uncovered * (1 - _FLOAT):
        return None
    # An older entry that rests untouched beside it has bought nothing of it.
    sent = _sent(working, {order.order_id for order in executed})
    return max(min(sent, default=min(since)), min(since))


def _sent(rows: list[Expectation], order_ids: set[str]) -> list[datetime]:
    return [
        order.sent_at
        for row in rows
        for order in row.orders
        if order.role is OrderRole.ENTRY and order.order_id in order_ids and order.sent_at is not None
    ]
