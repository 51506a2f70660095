"""Which row that has ended a position belongs to: one that an order or the time relates to it, or none."""

from datetime import timedelta

from reconciler.comparison.leg_case import LegCase
from reconciler.facts.expectation import Expectation
from verification.facts.order_identity import goes_by

_NEAR = timedelta(seconds=90)
"""A bot writes a row seconds before or after its order executes, by a clock of its own."""


def related(case: LegCase) -> Expectation | None:
    """Return the ended row that a position is of; None where nothing relates any.

    An order relates a row to the position: it traded the leg since both sides agreed. So does the time: the
    position last changed while the row lived, or just beside it.
    """
    ended = case.stated.ended  # oldest first
    if case.late is not None:
        for row in reversed(ended):
            names = (*row.entry_order_ids, *row.exit_order_ids, row.entry_client_id, row.exit_client_id)
            if goes_by(case.late.order, *names):
                return row
    traded = set() if case.traded is None else {fill.order_id for fill in case.traded.fills}
    for row in reversed(ended):
        if traded & {*row.entry_order_ids, *row.exit_order_ids}:
            return row
    return next((row for row in reversed(ended) if _lived_then(case, row)), None)


def _lived_then(case: LegCase, row: Expectation) -> bool:
    appeared = case.appeared
    if appeared is None or row.updated_at is None:
        return False
    began = row.opened_at or row.updated_at
    return began - _NEAR <= appeared <= row.updated_at + _NEAR
