"""Has this exit closed the position? The rules for a close."""

from decimal import Decimal

from verification.facts.observation import PositionSeen, Source
from verification.facts.question import Baseline, CloseQuestion
from verification.facts.verdict import Mismatch, Verdict, VerdictKind, lag_bounded, proved, unknown
from verification.rules.bounded_lag import closed_by_lag
from verification.rules.evidence import Evidence, came_first


def decide_close(question: CloseQuestion, evidence: Evidence) -> Verdict:
    """Return what the evidence proves about a close. Not seeing the leg is never part of it."""
    held = question.position.quantity
    newer = evidence.rows_after(question.position.version)
    by_order = _by_order(question, evidence)
    zero = _by_zero(by_order, newer, evidence) or _held_again(question, evidence, newer)
    if zero is not None:
        return zero
    by_row = _by_rows(question.position, tuple(row for row in newer if row.quantity != 0))
    order = evidence.most_executed
    if order is not None and order.executed * held > 0:
        return proved(
            VerdictKind.MISMATCH,
            (order,),
            held + order.executed if question.exclusive else None,
            f"exit {order.order_id} executed {order.executed}: it made the position of {held} larger",
            mismatch=Mismatch.EXCESS,
        )
    if by_row is not None and by_row.kind is VerdictKind.MISMATCH:
        return by_row  # then it was not alone on the leg: what it executed does not say what is left
    if _confirms(by_order) and by_order is not None:
        return by_order
    if by_row is not None and _says_still_open(by_order):
        return by_row  # the leg moved although the exit closed nothing: a stop, say
    if by_order is not None:
        return by_order
    if by_row is not None:
        return by_row
    lagged = closed_by_lag(question, evidence)
    if lagged:
        return lag_bounded(
            lagged,
            Decimal(0),
            "the exit executed, and several complete, spaced position lists no longer show the leg",
        )
    return unknown("no source has proved that the leg is flat; not seeing it proves nothing")


def _by_zero(by_order: Verdict | None, newer: tuple[PositionSeen, ...], evidence: Evidence) -> Verdict | None:
    """What a lasting zero proves: it, or the exit's executions where those were there before."""
    zero = _lasting_zero(newer, evidence)
    if zero is None:
        return None
    if by_order is not None and _confirms(by_order) and _all_before(by_order, zero):
        return by_order
    reason = "the venue said zero, and that is newer than the last known position"
    return proved(VerdictKind.CONFIRMED, (zero,), Decimal(0), reason)


def _lasting_zero(newer: tuple[PositionSeen, ...], evidence: Evidence) -> PositionSeen | None:
    """Return the first zero after which nobody showed the leg to hold anything; None if there is none."""
    found = None
    for row in newer:
        if row.quantity != 0 or evidence.held_after(row):
            found = None
        elif found is None:
            found = row
    return found


def _held_again(
    question: CloseQuestion, evidence: Evidence, newer: tuple[PositionSeen, ...]
) -> Verdict | None:
    """What is proved where the venue said zero, and then, newer, that the leg holds something.

    The zero alone proves nothing then: it was no lasting one, or it was wrong.
    """
    held = question.position.quantity
    zero = next((row for row in newer if row.quantity == 0), None)
    if zero is None or newer[-1].quantity == 0:
        return None
    now, order, end = _newest(newer, zero), evidence.most_executed, evidence.ended
    if order is not None and end is not None and held + order.executed == 0:
        return proved(
            VerdictKind.CONFIRMED,
            (zero, now, order) if end == order else (zero, now, order, end),
            Decimal(0),
            f"exit {order.order_id} executed all of the {held} that was open and the venue said zero; the "
            f"{now.quantity} that it said since are of another order",
        )
    ended = evidence.ended_empty
    if ended is not None and now.quantity * held > 0:
        return proved(
            VerdictKind.MISMATCH,
            (ended, zero, now),
            now.quantity,
            f"exit {ended.order_id} ended ({ended.status}) and closed nothing; the venue said zero once, and "
            f"that it holds {now.quantity} is newer",
            mismatch=Mismatch.STILL_OPEN,
        )
    return None


def _confirms(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.kind is VerdictKind.CONFIRMED


def _all_before(verdict: Verdict, row: PositionSeen) -> bool:
    return all(came_first(seen, row) for seen in verdict.rests_on)


def _says_still_open(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.mismatch is Mismatch.STILL_OPEN


def _by_rows(position: Baseline, newer: tuple[PositionSeen, ...]) -> Verdict | None:
    """What the rows newer than the last known position prove, those left out that said zero.

    That it once was the other way round, or larger, stays said whatever a still newer row shows.
    """
    held = position.quantity
    changed = [row for row in newer if row.quantity != held]
    if not changed:
        return None
    flipped = next((row for row in changed if row.quantity * held < 0), None)
    grown = next((row for row in changed if row.quantity / held > 1), None)
    if flipped is not None:
        now = _newest(newer, flipped)
        return proved(
            VerdictKind.MISMATCH,
            (flipped,) if flipped == now else (flipped, now),
            now.quantity,
            f"the position went from {held} to {flipped.quantity}: the other way round",
            mismatch=Mismatch.SIDE,
        )
    if grown is not None:
        now = _newest(newer, grown)
        return proved(
            VerdictKind.MISMATCH,
            (grown,) if grown == now else (grown, now),
            now.quantity,
            f"the position went from {held} to {grown.quantity}: it grew instead of closing",
            mismatch=Mismatch.EXCESS,
        )
    last = changed[-1]
    return proved(
        VerdictKind.PARTIAL, (last,), last.quantity, f"{last.quantity} of {held} is still open", settled=False
    )


def _newest(newer: tuple[PositionSeen, ...], since: PositionSeen) -> PositionSeen:
    """Return the newest row, of the source that said `since` where that is of the same version.

    Another source's says the same then, but beside `since` alone it would look as if the two differed: that
    the first has taken `since` back, only its own later word tells.
    """
    last = newer[-1]
    if last.version != since.version:
        return last
    own = [row for row in newer if _place(row) == _place(since)]
    return own[-1]


def _place(row: PositionSeen) -> tuple[int | None, Source]:
    return row.version, row.provenance.source


def _by_order(question: CloseQuestion, evidence: Evidence) -> Verdict | None:
    """What the exit order proves about the position: only on a leg that nothing else changes."""
    if not question.exclusive:
        return None
    held = question.position.quantity
    if evidence.ended_empty is not None:
        ended = evidence.ended_empty
        return proved(
            VerdictKind.MISMATCH,
            (ended,),
            held,
            f"exit {ended.order_id} ended ({ended.status}) and closed nothing",
            mismatch=Mismatch.STILL_OPEN,
        )
    order, end = evidence.most_executed, evidence.ended
    if order is None or end is None or order.executed * held > 0:
        return None
    left = held + order.executed
    rests = (order,) if end == order else (order, end)
    if left == 0:
        return proved(
            VerdictKind.CONFIRMED,
            rests,
            left,
            f"exit {order.order_id} executed all of the {held} that was open",
        )
    if (left > 0) == (held > 0):
        reason = f"exit {order.order_id} ended and left {left} of {held}"
        return proved(VerdictKind.PARTIAL, rests, left, reason, settled=evidence.ended_surely)
    return proved(
        VerdictKind.MISMATCH,
        rests,
        left,
        f"exit {order.order_id} executed {order.executed}, more than the {held} that was open",
        mismatch=Mismatch.SIDE,
    )
