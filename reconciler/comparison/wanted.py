"""Which orders the venue should be asked about, because its word would tell what happened to a leg."""

from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from verification.order_fact import OrderRef

_NEWEST = 3
"""Rows keep the ids of all their orders: only the newest of each kind can still be unbooked."""


def wanted(case: LegCase) -> tuple[OrderRef, ...]:
    """Return the bot's own orders that may explain why a leg differs, stops first.

    An order that is seen to rest whole explains nothing and is not asked for. Where both sides agree, those
    are asked for that the bot believes to rest and that do not: what they have executed may have been traded
    back. That a list failed is no reason to ask for all that may rest in it.
    """
    if case.difference.verdict is LegVerdict.UNKNOWN:
        return ()
    unbooked = case.belief.wanted
    if case.difference.verdict is LegVerdict.AGREE:
        return tuple(ref for ref in unbooked if case.book.read(conditional=ref.conditional))
    symbol = case.key.symbol
    untouched = {order.order_id for order in (case.book.ordinary or {}).values() if order.filled == 0}
    waiting = set(case.book.conditional or {})
    refs: list[OrderRef] = []
    for row in case.rows:
        refs += [
            OrderRef(symbol, order_id, conditional=True)
            for order_id in row.stop_order_ids
            if order_id not in waiting
        ]
        refs += [
            OrderRef(symbol, order_id, conditional=False)
            for ids in (row.exit_order_ids, row.entry_order_ids)
            for order_id in ids[-_NEWEST:]
            if order_id not in untouched
        ]
    return tuple(dict.fromkeys((*refs, *unbooked)))
