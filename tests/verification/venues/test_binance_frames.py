"""Frames of the user data stream become exact observations, or are refused as a whole."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson
import pytest

from tests.verification.venues.samples import (
    AVL,
    account_update,
    algo_update,
    listed,
    moment,
    order_update,
    pushed_position,
)
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import OrderSeen, PositionSeen, Source
from verification.venues.binance.frames import read_frame, read_text
from verification.venues.frame import Frame


def read(message: object) -> Frame:
    """Read a frame from its text; where it can be read, it says the same decoded."""
    known, told = listed(), listed()
    seen = read_text(orjson.dumps(message).decode(), "main", known, moment(), epoch=4)
    assert read_frame(message, "main", told, moment(), epoch=4) == seen
    assert told.unknown == known.unknown
    return seen


def position_in(message: object) -> PositionSeen:
    (fact,) = read(message).facts
    assert isinstance(fact, PositionSeen)
    return fact


def order_in(message: object) -> OrderSeen:
    (fact,) = read(message).facts
    assert isinstance(fact, OrderSeen)
    return fact


@pytest.mark.parametrize(
    ("amount", "side", "leg", "quantity"),
    [
        ("43", "BOTH", Leg.NET, "43"),
        ("-0.089", "BOTH", Leg.NET, "-0.089"),
        ("0", "BOTH", Leg.NET, "0"),
        ("43.0", "LONG", Leg.LONG, "43.0"),
        ("-7", "SHORT", Leg.SHORT, "-7"),
        ("7", "SHORT", Leg.SHORT, "-7"),
        ("0", "SHORT", Leg.SHORT, "0"),
    ],
)
def test_a_pushed_position_is_signed_and_exact(amount: str, side: str, leg: Leg, quantity: str) -> None:
    fact = position_in(account_update(pushed_position(amount, side)))
    assert fact.key == LegKey("main", AVL, leg)
    assert fact.quantity == Decimal(quantity)
    assert fact.version == 1_700_000_000_000
    assert fact.provenance.source is Source.WEBSOCKET
    assert fact.provenance.epoch == 4
    assert fact.provenance.exchange_at is not None


def test_every_row_of_a_frame_is_a_fact() -> None:
    frame = account_update(pushed_position("1", "LONG"), pushed_position("-2", "SHORT"))
    assert [fact.key.leg for fact in read(frame).facts] == [Leg.LONG, Leg.SHORT]


def test_funding_without_positions_is_no_fact_and_no_error() -> None:
    frame = account_update()
    del frame["a"]["P"]
    assert read(frame).facts == ()


@pytest.mark.parametrize(
    ("changes", "executed", "terminal", "status"),
    [
        ({}, "43", True, "closed"),
        ({"S": "SELL"}, "-43", True, "closed"),
        ({"X": "NEW", "z": "0"}, "0", False, "open"),
        ({"X": "PARTIALLY_FILLED", "z": "12.5"}, "12.5", False, "open"),
        ({"X": "CANCELED", "z": "0"}, "0", True, "canceled"),
        ({"X": "EXPIRED_IN_MATCH", "z": "0"}, "0", True, "expired"),
        ({"X": "NEW_ADL", "z": "0"}, "0", False, "new_adl"),
    ],
)
def test_an_order_event_tells_what_executed(
    changes: dict[str, Any], *, executed: str, terminal: bool, status: str
) -> None:
    fact = order_in(order_update(**changes))
    assert (fact.executed, fact.terminal, fact.status) == (Decimal(executed), terminal, status)
    assert (fact.order_id, fact.client_order_id, fact.trades_agree) == ("8886774", "client-1", None)


@pytest.mark.parametrize(
    ("changes", "executed", "terminal"),
    [
        ({}, "0", False),
        ({"X": "TRIGGERED", "ai": "99"}, "0", False),
        ({"X": "FINISHED", "ai": "99", "aq": "43"}, "-43", True),
        ({"X": "EXPIRED", "rm": "reduce only"}, "0", True),
    ],
)
def test_a_conditional_order_has_ended_only_when_it_can_no_longer_trigger(
    changes: dict[str, Any], *, executed: str, terminal: bool
) -> None:
    fact = order_in(algo_update(**changes))
    assert (fact.order_id, fact.executed, fact.terminal) == ("3358", Decimal(executed), terminal)


def test_a_contract_younger_than_the_market_list_is_shown_under_the_venues_id() -> None:
    frame = read(account_update(pushed_position("5", symbol="NEWCOINUSDT")))
    assert frame.facts[0].key.symbol == "NEWCOINUSDT"
    assert not frame.known


def test_an_event_of_an_unknown_kind_says_so() -> None:
    assert not read({"e": "SOMETHING_NEW", "E": 1}).known
    assert read({"e": "TRADE_LITE", "E": 1}).known


def test_a_frame_in_a_wrapper_is_read() -> None:
    assert position_in({"stream": "x", "data": account_update(pushed_position("1"))}).quantity == 1


@pytest.mark.parametrize(
    "frame",
    [
        None,
        "hello",
        [],
        {},
        {"e": "ACCOUNT_UPDATE", "T": 1_700_000_000_000, "a": None},
        {"e": "ACCOUNT_UPDATE", "T": 1_700_000_000_000, "a": {"P": {}}},
        {"e": "ACCOUNT_UPDATE", "a": {"P": [pushed_position("1")]}},
        account_update(pushed_position("1", "SIDEWAYS")),
        account_update(pushed_position("-1", "LONG")),
        account_update({**pushed_position("1"), "pa": 0.1}),
        account_update(pushed_position("")),
        order_update(S=""),
        order_update(z=None),
        {"e": "ORDER_TRADE_UPDATE", "T": 1_700_000_000_000},
    ],
)
def test_a_frame_that_cannot_be_read_in_full_is_malformed(frame: object) -> None:
    with pytest.raises(SourceMalformed):
        read(frame)


def outcomes(message: object) -> list[object]:
    """What reading a frame from its text, and from its decoded form, comes to."""

    def outcome(reading: Callable[[], Frame]) -> object:
        try:
            return reading()
        except SourceMalformed as error:
            return str(error)

    text = orjson.dumps(message).decode()
    return [
        outcome(lambda: read_text(text, "main", listed(), moment(), epoch=4)),
        outcome(lambda: read_frame(message, "main", listed(), moment(), epoch=4)),
    ]


@pytest.mark.parametrize("wrong", [None, 43, True, "", "many", "NaN", "Infinity", [], {}])
def test_an_amount_that_is_no_exact_text_is_read_from_text_as_from_its_decoded_form(wrong: object) -> None:
    from_text, from_decoded = outcomes(account_update({**pushed_position("43"), "pa": wrong}))
    assert from_text == from_decoded


def test_an_amount_without_quotes_is_read_exactly_from_its_text() -> None:
    frame = (
        orjson.dumps(account_update(pushed_position("43"))).decode().replace('"43"', "0.1000000000000000055")
    )
    (seen,) = read_text(frame, "main", listed(), moment(), epoch=4).facts
    assert isinstance(seen, PositionSeen)
    assert seen.quantity == Decimal("0.1000000000000000055")


@pytest.mark.parametrize("field", ["s", "pa", "ps"])
def test_a_row_that_lacks_a_field_is_refused_in_either_form(field: str) -> None:
    row = pushed_position("43")
    del row[field]
    from_text, from_decoded = outcomes(account_update(row))
    assert from_text == from_decoded
    assert field in str(from_text)
