"""Which openings of a journal a crash left unfinished, read from its rows."""

from collections.abc import Mapping, Sequence
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


def unfinished(
    row: Mapping[str, Any], events: Sequence[tuple[str, Mapping[str, Any]]]
) -> OpeningRecord | None:
    """Return the opening of a position's row; None when it was carried through, or is no opening.

    Args:
        row: A row of `journal_position`.
        events: What happened to it and the details, in order.
    """
    stage = _STAGES.get(ExpectationState(row["state"]))
    if stage is None or row["stop_price"] is None:
        return None  # ended; or written by a bot that places its orders itself
    stops = [(what, detail) for what, detail in events if what in {"protecting", "stop_placed"}]
    if stage is Stage.HELD and stops and stops[-1][0] == "stop_placed":
        return None
    announced = [detail for what, detail in stops if what == "protecting"]
    last = announced[-1] if announced else None
    before = _stop_before(stops)
    leaving = row["closing_quantity"]
    return OpeningRecord(
        entry=int(row["id"]),
        symbol=row["symbol"],
        side=Side(row["side"]),
        stage=stage,
        intended=Decimal(row["intended"]),
        baseline=None if row["baseline"] is None else Decimal(row["baseline"]),
        stop_price=Decimal(row["stop_price"] if last is None else last["price"]),
        client_order_id=row["entry_client_id"],
        order_id=row["entry_order_id"],
        stop_client_id=None if last is None else str(last["client_order_id"]),
        exit_client_id=row["exit_client_id"],
        closing_quantity=None if leaving is None else Decimal(leaving),
        protected=any(what == "stop_placed" for what, _ in stops),
        stop_before=None if before is None else str(before["client_order_id"]),
        price_before=None if before is None else Decimal(before["price"]),
    )


def _stop_before(stops: Sequence[tuple[str, Mapping[str, Any]]]) -> Mapping[str, Any] | None:
    """Return what was announced of the stop placed last, if another has been announced in its place since."""
    placed = max((at for at, (what, _) in enumerate(stops) if what == "stop_placed"), default=None)
    if placed is None or placed == len(stops) - 1:
        return None
    return next((detail for what, detail in reversed(stops[:placed]) if what == "protecting"), None)
