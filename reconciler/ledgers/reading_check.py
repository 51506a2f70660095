"""What has to be so of any reading before it is believed, whoever wrote the ledger that gave it; pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    LedgerReading,
    OrderRole,
    StopPolicy,
)

_ROW_TIMES = ("entry_resting_since", "opened_at", "entered_at", "updated_at")


def wrong_in(reading: Any, name: str, *, right: tuple[Expectation, ...] = ()) -> str | None:
    """Return what is wrong with a reading, one plain clause; None where nothing is.

    Args:
        reading: What the ledger returned.
        name: Its name in the settings.
        right: Rows that were found right before; the very same ones are not looked at again.
    """
    if not isinstance(reading, LedgerReading):
        return f"returned a {type(reading).__name__} in place of a LedgerReading"
    rows: Any = reading.rows
    if not isinstance(rows, tuple) or not all(isinstance(row, Expectation) for row in rows):
        return "returned rows that are no tuple of Expectation"
    for clause in _of_reading(reading, name):
        return clause
    for row in () if rows is right else rows:
        for clause in _of_row(row, name, own_names=reading.own_names):
            return f"row {row.row_id}: {clause}"
    return None


def _of_reading(reading: Any, name: str) -> Iterator[str]:
    if reading.ledger != name:
        yield f"calls itself `{reading.ledger}`, and is `{name}` in the settings"
    if reading.last_activity is not None and not _aware(reading.last_activity):
        yield "says when the bot last wrote without a time zone"
    ids = [row.row_id for row in reading.rows]
    if len(set(ids)) != len(ids):
        double = next(each for each in ids if ids.count(each) > 1)
        yield f"returned the row {double} twice"
    for lines in (reading.warnings, reading.left_out):
        if isinstance(lines, str) or not all(isinstance(line, str) for line in lines):
            yield "returned warnings or left-out lines that are no tuple of text"
    if reading.pulse is not None and not (
        _aware(reading.pulse.at) and reading.pulse.silent_after > timedelta()
    ):
        yield "says a pulse without a time zone, or with no time after which silence means something"


def _of_row(row: Any, name: str, *, own_names: bool) -> Iterator[str]:
    if row.ledger != name:
        yield f"is of the ledger `{row.ledger}`, and this is `{name}`"
    if not isinstance(row.row_id, str) or not row.row_id:
        yield "has no id in text"
    if not (_unified(row.symbol) or (own_names and isinstance(row.symbol, str) and row.symbol)):
        yield f"names the symbol {row.symbol!r}, which is not ccxt's unified form such as AVL/USDT:USDT"
    for field, kind in (("direction", Direction), ("state", ExpectationState), ("stop_policy", StopPolicy)):
        if not isinstance(getattr(row, field), kind):
            yield f"its {field} is {getattr(row, field)!r}, and has to be a {kind.__name__}"
            return
    yield from _quantities(row)
    yield from _times_and_ids(row)
    for order in row.orders:
        yield from _of_order(order)


def _times_and_ids(row: Any) -> Iterator[str]:
    for field in _ROW_TIMES:
        if getattr(row, field) is not None and not _aware(getattr(row, field)):
            yield f"its {field} is no time with a time zone"
    for field in ("entry_order_ids", "exit_order_ids", "stop_order_ids"):
        ids = getattr(row, field)
        if not isinstance(ids, tuple) or not all(isinstance(each, str) and each for each in ids):
            yield f"its {field} are no tuple of text"


def _quantities(row: Any) -> Iterator[str]:
    amounts = (row.expected_low, row.expected, row.expected_high)
    if not all(_exact(each) for each in amounts):
        yield "has a quantity that is no finite Decimal"
        return
    if not Decimal(0) <= row.expected_low <= row.expected <= row.expected_high:
        yield f"expects between {row.expected_low} and {row.expected_high}, and {row.expected}: not in order"
    for field in ("unit_size", "step", "stop_price", "entry_price"):
        value = getattr(row, field)
        if value is not None and not (_exact(value) and value > 0):
            yield f"its {field} is {value!r}, and has to be None or a Decimal above zero"


def _of_order(order: Any) -> Iterator[str]:
    if not isinstance(order, BelievedOrder) or not isinstance(order.role, OrderRole):
        yield "has an order that is no BelievedOrder"
    elif not (_exact(order.size) and _exact(order.booked) and order.size >= 0 and order.booked >= 0):
        yield f"its order {order.order_id} has a quantity that is no finite Decimal of zero or more"
    elif order.sent_at is not None and not _aware(order.sent_at):
        yield f"its order {order.order_id} was sent at a time without a time zone"


def _exact(value: Any) -> bool:
    return isinstance(value, Decimal) and value.is_finite()


def _aware(value: Any) -> bool:
    return (
        isinstance(value, datetime) and value.tzinfo is not None and value.utcoffset() == UTC.utcoffset(None)
    )


def _unified(symbol: Any) -> bool:
    if not isinstance(symbol, str):
        return False
    base, slash, rest = symbol.partition("/")
    quote, _, settle = rest.partition(":")
    return (
        bool(base and slash and quote)
        and (":" not in rest or bool(settle))
        and not set(symbol) & set(" \t\n")
    )
