"""Has this entry executed? The rules for an open."""

from decimal import Decimal

from verification.facts.leg import Side
from verification.facts.observation import OrderSeen
from verification.facts.question import OpenQuestion
from verification.facts.verdict import Mismatch, Verdict, VerdictKind, lag_bounded, proved, unknown
from verification.rules.bounded_lag import opened_by_lag
from verification.rules.evidence import Evidence, came_first


def decide_open(question: OpenQuestion, evidence: Evidence) -> Verdict:
    """Return what the evidence proves about an open: the order's own facts first, then the leg's rows."""
    order = evidence.most_executed
    row = _by_position(question, evidence)
    if order is not None:
        verdict = _by_execution(question, order, evidence)
        return row if row is not None and _says_more(row, verdict) else verdict
    if row is not None:
        return row  # even against an end with nothing executed: what was seen executed is never refuted
    if evidence.ended_empty is not None:
        ended = evidence.ended_empty
        return proved(
            VerdictKind.REFUTED,
            (ended,),
            Decimal(0),
            f"order {ended.order_id} ended ({ended.status}) with nothing executed, and its trades agree",
        )
    lagged = opened_by_lag(question, evidence)
    if lagged:
        return lag_bounded(
            lagged,
            question.side.sign * question.quantity,
            "two independent sources show the leg at the quantity that this open leads to",
        )
    return unknown("no source has proved that the order executed, nor that it ended with nothing executed")


def _says_more(row: Verdict, order: Verdict) -> bool:
    """True if the leg's rows prove more than the order's own facts, or prove as much and came first."""
    if row.kind is VerdictKind.CONFIRMED:
        late = order.kind is VerdictKind.PARTIAL  # the status lags behind the leg, which holds all of it
        first = came_first(row.rests_on[0], order.rests_on[0])
        return late or (order.kind is VerdictKind.CONFIRMED and first)
    if row.kind is not VerdictKind.PARTIAL or order.kind is not VerdictKind.PARTIAL or order.settled:
        return False
    return abs(row.quantity or Decimal(0)) > abs(order.quantity or Decimal(0))


def _by_execution(question: OpenQuestion, order: OrderSeen, evidence: Evidence) -> Verdict:
    """What the order's executions prove; for an order with something executed."""
    ended = evidence.ended
    done, wanted = order.executed * question.side.sign, question.quantity
    if done < 0:
        return proved(
            VerdictKind.MISMATCH,
            (order,),
            order.executed,
            f"order {order.order_id} executed {order.executed}, against the intended {question.side}",
            mismatch=Mismatch.SIDE,
        )
    if done > wanted:
        return proved(
            VerdictKind.MISMATCH,
            (order,),
            order.executed,
            f"order {order.order_id} executed {done}, more than the intended {wanted}",
            mismatch=Mismatch.EXCESS,
        )
    if done == wanted:
        return proved(
            VerdictKind.CONFIRMED,
            (order,),
            order.executed,
            f"order {order.order_id} executed {order.executed}",
        )
    if ended is None:
        return proved(
            VerdictKind.PARTIAL,
            (order,),
            order.executed,
            f"order {order.order_id} executed {done} of {wanted} so far and is still working",
            settled=False,
        )
    return proved(
        VerdictKind.PARTIAL,
        (order,) if ended == order else (order, ended),
        order.executed,
        f"order {order.order_id} executed {done} of {wanted} and ended"
        + ("" if evidence.ended_surely else ", but its trades have not borne that out"),
        settled=evidence.ended_surely,
    )


def _by_position(question: OpenQuestion, evidence: Evidence) -> Verdict | None:
    """What the leg's rows prove: only on an exclusive leg, and only rows newer than the baseline.

    There the leg moved by what this order executed, or because the venue liquidated it, which only takes it
    nearer to zero: so rows say nothing of an order against what the leg held, nor while they only show less
    of that. A row that shows anything but all of the order is not settled: the order works on, and its own
    facts say more.
    """
    baseline = question.baseline
    if baseline is None or not question.exclusive:
        return None
    newer = evidence.rows_after(baseline.version)
    if not newer:
        return None
    wanted, before = question.quantity, baseline.quantity
    whole = wanted if question.side is Side.BUY else -wanted
    target = before + whole
    if before and before * whole < 0:
        return None
    for row in newer:
        if row.quantity == target:
            reason = f"the leg went from {before!s} to {target!s}, as this open leads to"
            return proved(VerdictKind.CONFIRMED, (row,), whole, reason)
    sign = question.side.sign
    moved = [(row.quantity - before, row) for row in newer]
    against = min(moved, key=lambda each: each[0] * sign, default=None)
    along = max(moved, key=lambda each: each[0] * sign, default=None)
    if along is not None and along[0] * sign > 0:
        by, row = along
        path = f"the leg went from {before} to {row.quantity}"
        if by * sign > wanted:
            return proved(
                VerdictKind.MISMATCH,
                (row,),
                by,
                f"{path}: more than the intended {wanted}",
                mismatch=Mismatch.EXCESS,
                settled=False,
            )
        reason = f"{path}: at least {abs(by)} of {wanted} executed"
        return proved(VerdictKind.PARTIAL, (row,), by, reason, settled=False)
    if against is not None and against[1].quantity * sign < 0:
        row = against[1]
        by = row.quantity  # what the leg held may have been liquidated before
        return proved(
            VerdictKind.MISMATCH,
            (row,),
            by,
            f"the leg went from {before} to {row.quantity}: against the intended {question.side}",
            mismatch=Mismatch.SIDE,
            settled=False,
        )
    return None
