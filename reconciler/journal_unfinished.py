"""Which openings of a journal a crash left unfinished, read from its rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from reconciler.expectation import ExpectationState
from verification.leg import Side
from verification.opening_journal import OpeningRecord, Stage

_STAGES = {
    ExpectationState.OPENING: Stage.ENTERING,
    ExpectationState.OPEN: Stage.HELD,
    ExpectationState.CLOSING: Stage.LEAVING,
}


def unfinished(row: Mapping[str, Any], said: frozenset[str]) -> OpeningRecord | None:
    """Return the opening of a position's row; None when it was carried through, or is no opening.

    Args:
        row: A row of `journal_position`.
        said: What its events say happened.
    """
    stage = _STAGES.get(ExpectationState(row["state"]))
    if stage is None or row["stop_price"] is None:
        return None  # ended; or written by a bot that places its orders itself
    if stage is Stage.HELD and "stop_placed" in said:
        return None
    leaving = row["closing_quantity"]
    return OpeningRecord(
        entry=int(row["id"]),
        symbol=row["symbol"],
        side=Side(row["side"]),
        stage=stage,
        intended=Decimal(row["intended"]),
        baseline=None if row["baseline"] is None else Decimal(row["baseline"]),
        stop_price=Decimal(row["stop_price"]),
        client_order_id=row["entry_client_id"],
        order_id=row["entry_order_id"],
        stop_announced=bool({"protecting", "stop_placed"} & said),
        exit_client_id=row["exit_client_id"],
        closing_quantity=None if leaving is None else Decimal(leaving),
    )
