"""A leg on which nothing but prices has moved: its stops are judged anew; if all act, it is as it was. Pure.

Prices move with every reading. What a price decides is whether a stop would act, whether the venue closes the
leg first, and what things are worth; whether both sides agree, and who waits for what, it does not.
"""

from reconciler.comparison.kept import Calm, Shown, shown_again, times_of
from reconciler.comparison.stop_judgement import Stop, judged
from verification.facts.account import Position
from verification.facts.prices import Prices

_NO_PRICES = Prices()


def repriced(calm: Calm, shown: Shown) -> Calm | None:
    """Return a calm leg at the prices that are shown now; None where more has changed, or may follow.

    Args:
        calm: As it was judged, in every other respect than what `shown` tells.
        shown: What the venue shows of it now.
    """
    before, now = calm.shown, shown
    if before.position is None or now.position is None or not _is_as_before(before.position, now.position):
        return None
    same = now.source is before.source and now.changed == before.changed
    if not same or now.liquidation_before != before.liquidation_before:
        return None
    # A rest within a lot is told where it has come to be worth something.
    expected = calm.belief.shown if calm.difference.offset else calm.belief.expected
    market, mark = calm.belief.market, now.position.mark_price
    if calm.observed != expected or market is None or not mark or not before.position.mark_price:
        return None
    if not _all_act(calm, shown, now.position):
        return None
    liquidation = now.position.liquidation_price if calm.observed else None
    worth = (market.value(calm.observed, mark), now.position.mark_price, liquidation)
    return Calm(
        calm.frame,
        calm.stated,
        calm.belief,
        calm.book,
        calm.observed,
        shown,
        calm.difference,
        calm.protection,
        shown_again(calm.row, times_of(calm.row), worth),
        calm.judgement,
    )


def _is_as_before(before: Position, now: Position) -> bool:
    """Return True where two rows of a leg differ in prices alone, and no stop belongs to the position."""
    return (
        now.quantity == before.quantity
        and now.version == before.version
        and now.entry_price == before.entry_price
        and now.updated_at == before.updated_at
        and now.key == before.key
        and now.attached_stop is None
        and before.attached_stop is None
        and now.trailing is None
        and before.trailing is None
    )


def _all_act(calm: Calm, shown: Shown, now: Position) -> bool:
    """Return True where every stop that acted would act at these prices, and none was there that did not."""
    stops, prices = calm.protection, shown.prices or _NO_PRICES
    if stops.idle or stops.unsure or stops.untold or stops.loose:
        return False
    return all(
        judged(
            Stop.of(order),
            prices,
            liquidation=now.liquidation_price,
            entry=now.entry_price,
            liquidation_before=shown.liquidation_before,
        )
        is None
        for order in stops.orders
    )
