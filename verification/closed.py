"""Has this exit closed the position? The rules for a close."""

from decimal import Decimal

from verification.bounded_lag import closed_by_lag
from verification.evidence import Evidence, came_first
from verification.observation import PositionSeen
from verification.question import Baseline, CloseQuestion
from verification.verdict import Mismatch, Verdict, VerdictKind, lag_bounded, proved, unknown


def decide_close(question: CloseQuestion, evidence: Evidence) -> Verdict:
    """Return what the evidence proves about a close. Not seeing the leg is never part of it."""
    held = question.position.quantity
    newer = evidence.rows_after(question.position.version)
    by_order = _by_order(question, evidence)
    zero = next((row for row in newer if row.quantity == 0), None)
    if zero is not None:
        if by_order is not None and _confirms(by_order) and _all_before(by_order, zero):
            return by_order
        return proved(
            VerdictKind.CONFIRMED,
            (zero,),
            Decimal(0),
            "the venue said zero, and that is newer than the last known position",
        )
    by_row = _by_newest(question.position, newer[-1]) if newer else None
    order = evidence.most_executed
    if order is not None and order.executed * held > 0:
        return proved(
            VerdictKind.MISMATCH,
            (order,),
            held + order.executed if question.exclusive else None,
            f"exit {order.order_id} executed {order.executed}: it made the position of {held} larger",
            mismatch=Mismatch.EXCESS,
        )
    if _confirms(by_order) and by_order is not None:
        return by_order
    if by_row is not None and (by_row.kind is VerdictKind.MISMATCH or _says_still_open(by_order)):
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


def _confirms(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.kind is VerdictKind.CONFIRMED


def _all_before(verdict: Verdict, row: PositionSeen) -> bool:
    return all(came_first(seen, row) for seen in verdict.rests_on)


def _says_still_open(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict.mismatch is Mismatch.STILL_OPEN


def _by_newest(position: Baseline, row: PositionSeen) -> Verdict | None:
    """What the newest row proves; for a row that is newer than the last known position and not zero."""
    held, now = position.quantity, row.quantity
    path = f"the position went from {held} to {now}"
    if (now > 0) != (held > 0):
        return proved(
            VerdictKind.MISMATCH,
            (row,),
            now,
            f"{path}: it is now the other way round",
            mismatch=Mismatch.SIDE,
        )
    if abs(now) > abs(held):
        return proved(
            VerdictKind.MISMATCH,
            (row,),
            now,
            f"{path}: it grew instead of closing",
            mismatch=Mismatch.EXCESS,
        )
    if abs(now) < abs(held):
        return proved(VerdictKind.PARTIAL, (row,), now, f"{now} of {held} is still open", settled=False)
    return None


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
    rests = (order,) if end is order else (order, end)
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
