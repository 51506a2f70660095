"""Has this entry executed? The rules for an open."""

from decimal import Decimal

from verification.bounded_lag import opened_by_lag
from verification.evidence import Evidence, came_first
from verification.observation import OrderSeen
from verification.question import OpenQuestion
from verification.verdict import Mismatch, Verdict, VerdictKind, lag_bounded, proved, unknown


def decide_open(question: OpenQuestion, evidence: Evidence) -> Verdict:
    """Return what the evidence proves about an open: the order's own facts first, then the leg's rows."""
    order = evidence.most_executed
    row = _by_position(question, evidence)
    if order is not None:
        verdict = _by_execution(question, order, evidence.ended)
        if row is None or row.kind is not VerdictKind.CONFIRMED:
            return verdict
        if verdict.kind is VerdictKind.PARTIAL:
            return row  # the status lags behind the leg, which already holds all of it
        if verdict.kind is VerdictKind.CONFIRMED and came_first(row.rests_on[0], order):
            return row
        return verdict
    if evidence.ended_empty is not None and (row is None or row.kind is not VerdictKind.CONFIRMED):
        ended = evidence.ended_empty
        return proved(
            VerdictKind.REFUTED,
            (ended,),
            Decimal(0),
            f"order {ended.order_id} ended ({ended.status}) with nothing executed, and its trades agree",
        )
    if row is not None:
        return row
    lagged = opened_by_lag(question, evidence)
    if lagged:
        return lag_bounded(
            lagged,
            question.side.sign * question.quantity,
            "two independent sources show the leg at the quantity that this open leads to",
        )
    return unknown("no source has proved that the order executed, nor that it ended with nothing executed")


def _by_execution(question: OpenQuestion, order: OrderSeen, ended: OrderSeen | None) -> Verdict:
    """What the order's executions prove; for an order with something executed."""
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
        (order,) if ended is order else (order, ended),
        order.executed,
        f"order {order.order_id} executed {done} of {wanted} and ended",
    )


def _by_position(question: OpenQuestion, evidence: Evidence) -> Verdict | None:
    """What the leg's rows prove: only on an exclusive account, and only rows newer than the baseline.

    A leg that holds more than this open leads to, or the other way round, may have another cause (a second
    entry, a rollback), so such a verdict is not settled: the order's own facts may still come.
    """
    baseline = question.baseline
    if baseline is None or not question.exclusive:
        return None
    sign = question.side.sign
    newer = evidence.rows_after(baseline.version)
    for row in newer:
        if (row.quantity - baseline.quantity) * sign == question.quantity:
            return proved(
                VerdictKind.CONFIRMED,
                (row,),
                sign * question.quantity,
                f"the leg went from {baseline.quantity} to {row.quantity}, as this open leads to",
            )
    for row in newer:
        path = f"the leg went from {baseline.quantity} to {row.quantity}"
        if (row.quantity - baseline.quantity) * sign > question.quantity:
            return proved(
                VerdictKind.MISMATCH,
                (row,),
                row.quantity,
                f"{path}: more than the intended {question.quantity}",
                mismatch=Mismatch.EXCESS,
                settled=False,
            )
        if row.quantity * sign < 0 <= baseline.quantity * sign:
            return proved(
                VerdictKind.MISMATCH,
                (row,),
                row.quantity,
                f"{path}: against the intended {question.side}",
                mismatch=Mismatch.SIDE,
                settled=False,
            )
    return None
