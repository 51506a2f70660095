"""A reading of a ledger that somebody else wrote is believed only when it can be right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from reconciler.ledgers.checked import CheckedLedger
from trueup.ledgers import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    LedgerReading,
    LedgerTrouble,
    LedgerUnreadable,
    Moment,
    OrderRole,
    Pulse,
)

AT = datetime(2026, 11, 28, 3, 11, 2, tzinfo=UTC)
ORDER = BelievedOrder(OrderRole.ENTRY, "900", "x-1", Decimal(43), Decimal(43), resting=False, sent_at=AT)
ROW = Expectation(
    ledger="mine",
    row_id="1",
    symbol="AVL/USDT:USDT",
    direction=Direction.LONG,
    unit_size=Decimal(1),
    expected=Decimal(43),
    expected_low=Decimal(43),
    expected_high=Decimal(43),
    step=None,
    state=ExpectationState.OPEN,
    orders=(ORDER,),
    opened_at=AT,
)
READING = LedgerReading("mine", (ROW,), Moment.at(AT, 1.0), AT, version=7)


class Returns:
    """A ledger as others write them: it returns what it is made with, or raises it."""

    name = "mine"

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def read(self) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def version(self) -> object:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return 7


def row(**changes: Any) -> LedgerReading:
    return replace(READING, rows=(replace(ROW, **changes),))


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "nothing at all": (lambda: None, "NoneType in place of a LedgerReading"),
    "an empty list": (list, "list in place of a LedgerReading"),
    "rows in a list": (lambda: replace(READING, rows=[ROW]), "no tuple of Expectation"),  # type: ignore[arg-type]
    "rows of another kind": (lambda: replace(READING, rows=({},)), "no tuple of Expectation"),  # type: ignore[arg-type]
    "another name": (lambda: replace(READING, ledger="yours"), "calls itself `yours`"),
    "a row twice": (lambda: replace(READING, rows=(ROW, ROW)), "the row 1 twice"),
    "local time of the last word": (
        lambda: replace(READING, last_activity=AT.replace(tzinfo=None)),
        "without a time zone",
    ),
    "one line for several": (lambda: replace(READING, left_out="one"), "no tuple of text"),  # type: ignore[arg-type]
    "a pulse at once silent": (lambda: replace(READING, pulse=Pulse(AT, timedelta())), "pulse"),
    "a row of another ledger": (lambda: row(ledger="yours"), "is of the ledger `yours`"),
    "a number as id": (lambda: row(row_id=1), "no id in text"),
    "a symbol of the exchange": (lambda: row(symbol="AVLUSDT"), "not ccxt's unified form"),
    "a symbol with a space": (lambda: row(symbol="AVL/USDT:USDT "), "not ccxt's unified form"),
    "a side in text": (lambda: row(direction="buy"), "its direction is 'buy'"),
    "a state in text": (lambda: row(state="open"), "its state is 'open'"),
    "a float": (lambda: row(expected=43.0), "no finite Decimal"),
    "not a number": (lambda: row(expected=Decimal("NaN")), "no finite Decimal"),
    "a short as less than nothing": (lambda: row(expected=Decimal(-43)), "not in order"),
    "more than the most": (lambda: row(expected_high=Decimal(42)), "not in order"),
    "a unit of zero": (lambda: row(unit_size=Decimal(0)), "unit_size"),
    "a stop as a float": (lambda: row(stop_price=0.17), "stop_price"),
    "a time without a zone": (lambda: row(opened_at=AT.replace(tzinfo=None)), "opened_at"),
    "a time of another zone": (
        lambda: row(updated_at=AT.astimezone(timezone(timedelta(hours=9)))),
        "updated_at",
    ),
    "a number as an order's id": (lambda: row(stop_order_ids=(9,)), "stop_order_ids"),
    "one id in place of a tuple": (lambda: row(entry_order_ids="900"), "entry_order_ids"),
    "an order of another kind": (lambda: row(orders=({"id": 1},)), "no BelievedOrder"),
    "an order of less than nothing": (
        lambda: row(orders=(replace(ORDER, booked=Decimal(-1)),)),
        "order 900",
    ),
    "an order of a time without a zone": (
        lambda: row(orders=(replace(ORDER, sent_at=AT.replace(tzinfo=None)),)),
        "order 900",
    ),
}


def test_a_reading_that_can_be_right_is_handed_on_as_it_is() -> None:
    ledger = CheckedLedger("mine", Returns(READING))

    assert ledger.read() is READING
    assert ledger.read() is READING
    assert (ledger.name, ledger.version()) == ("mine", 7)


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_right_is_a_ledger_that_cannot_be_read(what: str) -> None:
    make, told = WRONG[what]

    with pytest.raises(LedgerUnreadable, match="ledger mine: it ") as raised:
        CheckedLedger("mine", Returns(make())).read()

    assert told in str(raised.value)
    assert raised.value.trouble is LedgerTrouble.CORRUPT


def test_a_right_reading_does_not_vouch_for_the_next() -> None:
    inner = Returns(READING)
    ledger = CheckedLedger("mine", inner)
    ledger.read()

    inner.outcome = row(expected=43.0)
    with pytest.raises(LedgerUnreadable, match="no finite Decimal"):
        ledger.read()


def test_an_error_that_nobody_expected_is_told_as_that_and_never_as_an_empty_ledger() -> None:
    ledger = CheckedLedger("mine", Returns(KeyError("size")))

    with pytest.raises(LedgerUnreadable, match="unexpected KeyError: 'size'"):
        ledger.read()
    with pytest.raises(LedgerUnreadable, match="unexpected KeyError"):
        ledger.version()


def test_what_a_ledger_says_itself_is_handed_on_as_it_is() -> None:
    said = LedgerUnreadable("mine", LedgerTrouble.LOCKED, "ledger mine: locked", again=True)

    with pytest.raises(LedgerUnreadable) as raised:
        CheckedLedger("mine", Returns(said)).read()

    assert raised.value is said
