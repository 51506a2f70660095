"""Frames of Bybit's private stream become facts with their order; answers and pongs are none."""

from decimal import Decimal
from typing import Any

import pytest

from tests.verification.venues.bybit_samples import execution_row, flat_row, order_row, position_row, pushed
from tests.verification.venues.samples import NET, listed, moment
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg
from verification.facts.observation import OrderSeen, PositionSeen
from verification.venues.bybit.frames import BybitFrames
from verification.venues.frame import Frame


def read(message: object, frames: BybitFrames | None = None) -> Frame:
    return (frames or BybitFrames("main", listed())).read(message, moment(), 7)


def test_a_position_carries_its_sequence_and_its_own_time() -> None:
    (fact,) = read(pushed("position", position_row(entryPrice="0.1357"))).facts
    assert isinstance(fact, PositionSeen)
    assert (fact.key, fact.quantity, fact.version) == (NET, Decimal(43), 9_000_000_001)
    came = fact.provenance
    assert came.exchange_at is not None
    assert (came.exchange_at.timestamp(), came.epoch, came.sent) == (1_700_000_000, 7, None)


def test_a_closed_leg_is_an_explicit_zero_of_that_leg() -> None:
    (fact,) = read(pushed("position", flat_row(positionIdx=2))).facts
    assert isinstance(fact, PositionSeen)
    assert (fact.key.leg, fact.quantity) == (Leg.SHORT, Decimal(0))


def test_a_leg_that_was_never_traded_has_no_time() -> None:
    (fact,) = read(pushed("position", flat_row(updatedTime="0", seq=-1))).facts
    assert (fact.provenance.exchange_us, fact.provenance.exchange_at) == (None, None)


def test_an_order_tells_all_it_has_executed() -> None:
    (fact,) = read(pushed("order", order_row(side="Sell", cumExecQty="12", orderStatus="Cancelled"))).facts
    assert isinstance(fact, OrderSeen)
    assert (fact.executed, fact.terminal, fact.status) == (Decimal(-12), True, "canceled")
    assert (fact.order_id, fact.client_order_id, fact.trades_agree) == ("the-order", "my-entry", None)


def test_an_execution_tells_that_at_least_so_much_has_executed() -> None:
    (fact,) = read(pushed("execution", execution_row(execQty="12"))).facts
    assert isinstance(fact, OrderSeen)
    assert (fact.key, fact.executed, fact.terminal) == (NET, Decimal(12), False)


def test_the_leg_of_an_execution_goes_by_the_mode_that_was_seen_of_its_contract() -> None:
    frames = BybitFrames("main", listed())
    read(pushed("position", flat_row(positionIdx=1)), frames)
    (hedged,) = read(pushed("execution", execution_row(side="Sell", closedSize="43")), frames).facts
    (other,) = read(pushed("execution", execution_row(symbol="BTCUSDT")), frames).facts
    assert (hedged.key.leg, other.key.leg) == (Leg.LONG, Leg.NET)
    frames.hedged = True
    (other,) = read(pushed("execution", execution_row(symbol="BTCUSDT")), frames).facts
    assert other.key.leg is Leg.LONG


def test_funding_is_no_fact() -> None:
    assert read(pushed("execution", execution_row(execType="Funding"))).facts == ()


@pytest.mark.parametrize("category", ["spot", "inverse", "option"])
def test_rows_of_other_products_are_left_out(category: str) -> None:
    frame = read(pushed("order", order_row(), category=category))
    assert (frame.facts, frame.known) == ((), True)


def test_a_contract_nobody_knows_stands_for_itself_and_asks_for_the_list() -> None:
    frame = read(pushed("position", position_row(symbol="NEWUSDT")))
    assert frame.facts[0].key.symbol == "NEWUSDT"
    assert not frame.known


def test_a_topic_nobody_asked_for_is_unknown() -> None:
    assert not read({"topic": "greeks", "data": []}).known


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        ({"success": True, "ret_msg": "", "op": "auth", "conn_id": "1"}, ""),
        ({"retCode": 0, "retMsg": "OK", "op": "auth", "connId": "1"}, ""),
        ({"success": False, "ret_msg": "Params Error", "op": "auth"}, "Params Error"),
        ({"retCode": 10003, "retMsg": "Invalid apikey", "op": "auth"}, "Invalid apikey"),
        ({"success": False, "op": "subscribe"}, "no reason given"),
        ({"success": True, "ret_msg": "pong", "op": "ping"}, None),
        ({"req_id": "2", "op": "pong", "args": ["1"], "conn_id": "1"}, None),
    ],
)
def test_an_answer_to_a_command_is_told_from_a_pong(message: dict[str, Any], reply: str | None) -> None:
    frame = read(message)
    assert (frame.facts, frame.reply) == ((), reply)


@pytest.mark.parametrize(
    "message",
    [
        [],
        "text",
        {"topic": "position"},
        {"topic": "position", "data": {}},
        pushed("position", {"symbol": "AVLUSDT"}),
        pushed("position", position_row(side="")),
        pushed("position", position_row(updatedTime="")),
        pushed("order", order_row(side="")),
        pushed("order", order_row(positionIdx=None)),
        pushed("execution", execution_row(execQty=None)),
        {"topic": "order", "data": [order_row()]},
    ],
)
def test_a_frame_that_cannot_be_read_in_full_is_malformed(message: object) -> None:
    with pytest.raises(SourceMalformed):
        read(message)
