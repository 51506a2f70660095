"""What the venue should be asked about, because its word would tell what happened to a leg."""

from datetime import datetime, timedelta

from reconciler.comparison.cause import cause_of, strangers
from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.traded import TradesWanted
from reconciler.facts.expectation import OrderRole
from reconciler.facts.finding import Kind
from reconciler.kinds.registry import spec_of
from verification.facts.order_fact import OrderRef

_NEWEST = 3
"""Rows keep the ids of all their orders: only the newest of each kind can still be unbooked."""
_STRANGERS = 4
_LONGEST = timedelta(days=6, hours=22)  # venues list the trades of a week in one answer
_BEFORE = timedelta(seconds=60)
"""How much earlier than both sides agreed: lists and ledgers lag, and clocks differ."""


def wanted_orders(case: LegCase) -> tuple[OrderRef, ...]:
    """Return the orders that may explain why a leg differs: the bot's own, stops first, then others'.

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
    waiting = {order.order_id for order in (case.book.conditional or {}).values() if not order.triggered}
    refs: list[OrderRef] = []
    phantom = case.difference.kind is Kind.PHANTOM_POSITION  # no entry makes one
    for row in case.rows:
        refs += [
            OrderRef(symbol, order_id, conditional=True)
            for order_id in row.stop_order_ids
            if order_id not in waiting
        ]
        refs += [
            OrderRef(symbol, order_id, conditional=False)
            for ids in (row.exit_order_ids, () if phantom else row.entry_order_ids)
            for order_id in ids[-_NEWEST:]
            if order_id not in untouched
        ]
        # A stop that the bot has given up may have fired before it was cancelled.
        given_up = [
            o.order_id for o in row.orders if o.role is OrderRole.STOP and o.order_id and not o.resting
        ]
        refs += [OrderRef(symbol, order_id, conditional=True) for order_id in given_up[-_NEWEST:]]
    others = dict.fromkeys(fill.order_id for fill in reversed(strangers(case)))
    refs += [OrderRef(symbol, order_id, conditional=False) for order_id in list(others)[:_STRANGERS]]
    return tuple(dict.fromkeys((*refs, *unbooked)))


def wanted_trades(case: LegCase) -> TradesWanted | None:
    """Return which trades would tell who else has traded a leg; None where nobody needs to be looked for."""
    if case.difference.kind is None or case.observed is None or cause_of(case).proved:
        return None
    since = _since(case)
    if since is None:
        return None
    return TradesWanted(case.key.symbol, max(since, case.now - _LONGEST), case.observed)


def _since(case: LegCase) -> datetime | None:
    """Return since when trades may have made the sides differ; None where nothing tells."""
    if case.agreed is not None:
        return case.agreed - _BEFORE
    kind = case.difference.kind
    if kind is not None and spec_of(kind).unknown_to_bot:
        return None if case.appeared is None else case.appeared - _BEFORE
    opened = [row.opened_at for row in case.rows]
    known = [at - _BEFORE for at in opened if at is not None]
    return min(known) if len(known) == len(opened) else case.now - _LONGEST
