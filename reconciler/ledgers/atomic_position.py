"""One position of the atomic bot as an expectation. Pure: rows in, value out.

What its columns mean, found by running its code:

* A row is written after its entry was executed, as `active`: one without a stop price is in between, or its
  bot died there. The states before are all but never written.
* `rolled_back` does not mean flat: the bot may have rolled back what it only could not see.
* `phantom` and `closed` may follow from a list that the bot failed to read.
* An id that begins with `MANUAL_` is no order: the bot has found that position and taken it over.
"""

from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal
from typing import Any

from reconciler.facts.expectation import Direction, Expectation, ExpectationState, StopPolicy
from reconciler.ledgers.stored_values import number_of, time_of

Row = Mapping[str, Any]

OVER: Mapping[str, ExpectationState] = {
    "closed": ExpectationState.CLOSED,
    "phantom": ExpectationState.CLOSED,
    "failed": ExpectationState.FAILED,
    "rolled_back": ExpectationState.FAILED,
    "canceled": ExpectationState.FAILED,
    "cancelled": ExpectationState.FAILED,
}
"""What its words for what is over mean."""

_OPENING = frozenset({"pending_entry", "entry_placed", "pending_sl"})
_ADOPTED = "MANUAL_"
_SIDES = {"long": Direction.LONG, "short": Direction.SHORT}
_ZERO = Decimal(0)


def expectation_of(ledger: str, row: Row, policy: StopPolicy) -> Expectation:
    """Return what one position means, in contracts.

    Raises:
        ValueError: It holds what cannot be read; the message names the column.
    """
    state = _state(row)
    quantity = _number(row, "quantity")
    if quantity < 0:
        raise ValueError(f"`quantity` is {quantity}: it is unsigned")
    side = _SIDES.get(str(row["side"]).lower())
    if side is None:
        raise ValueError(f"`side` is {row['side']!r}, and has to be long or short")
    over = row["status"] in OVER
    most = _ZERO if over else quantity
    expected = _ZERO if over or row["status"] == "pending_entry" else quantity
    order = row["exchange_order_id"]
    return Expectation(
        ledger=ledger,
        row_id=str(row["id"]),
        symbol=str(row["symbol"]),
        direction=side,
        unit_size=None,
        expected=expected,
        expected_low=expected,
        expected_high=most,
        step=None,
        state=state,
        entry_order_ids=() if order is None or adopted(row) else (str(order),),
        stop_order_ids=() if over else _stops(row),
        stop_price=None if row["stop_loss_price"] is None else _number(row, "stop_loss_price") or None,
        stop_policy=policy,
        opened_at=time_of(row["opened_at"], UTC),
        updated_at=time_of(row["updated_at"], UTC),
    )


def adopted(row: Row) -> bool:
    """Return True for a position that the bot has found and taken over, and has not opened."""
    return str(row["exchange_order_id"] or "").startswith(_ADOPTED)


def _state(row: Row) -> ExpectationState:
    status = row["status"]
    if status in OVER:
        return OVER[status]
    if status in _OPENING:
        return ExpectationState.OPENING
    if status != "active":
        raise ValueError(
            f"`status` is {status!r}, which is not known here: is this a newer version of the bot?"
        )
    return ExpectationState.OPENING if row["stop_loss_price"] is None else ExpectationState.OPEN


def _stops(row: Row) -> tuple[str, ...]:
    """Return its stop: the one that is trailed, else the newest that was sent for it."""
    stop = row["trailed"] or row["stopped"]
    return () if not stop else (str(stop),)


def _number(row: Row, column: str) -> Decimal:
    try:
        return number_of(row[column])
    except ValueError as error:
        raise ValueError(f"`{column}`: {error}") from error
