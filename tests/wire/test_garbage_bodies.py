"""A body that is not the documented answer is a failure of its own, and never "nothing there"."""

from datetime import UTC, datetime

import pytest

from tests.verification.venues.samples import AVL, NET, listed_algo, listed_order, listed_position
from tests.wire.conftest import Connect
from tests.wire.scripted import Reply, ScriptedVenue, plain
from verification.facts.account import Part
from verification.facts.errors import SourceMalformed

pytestmark = pytest.mark.wire

GARBAGE = {
    "html": Reply("<html><body>Maintenance</body></html>"),
    "empty": Reply(""),
    "truncated": Reply('[{"symbol":"AVLUSDT","posi'),
    "shape": Reply('{"data":"something else"}'),
    "null": Reply("null"),
    "rows of nothing": Reply("[null]"),
    "rows without keys": Reply('[{"symbol":"AVLUSDT"}]'),
}
PARTS = {
    Part.POSITIONS: "GET /fapi/v3/positionRisk",
    Part.ORDERS: "GET /fapi/v1/openOrders",
    Part.CONDITIONAL_ORDERS: "GET /fapi/v1/openAlgoOrders",
}


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_garbage_fails_its_part_of_a_reading_and_no_other(
    scripted: ScriptedVenue, connect: Connect, garbage: str
) -> None:
    gateway = await connect(scripted.port)
    for part, request in PARTS.items():
        whole = scripted.answers[request]
        scripted.answers[request] = GARBAGE[garbage]
        reading = await gateway.venue.read()
        scripted.answers[request] = whole
        assert {*reading.failures} == {part}
        assert isinstance(reading.failures[part], SourceMalformed)
        answered = {
            Part.POSITIONS: reading.positions,
            Part.ORDERS: reading.orders,
            Part.CONDITIONAL_ORDERS: reading.conditional_orders,
        }
        assert [each for each, value in answered.items() if value is None] == [part]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_garbage_in_an_urgent_read_raises(
    scripted: ScriptedVenue, connect: Connect, garbage: str
) -> None:
    gateway = await connect(scripted.port)
    for path in ("v3/positionRisk", "v1/order", "v1/userTrades", "v1/time"):
        scripted.answers[f"GET /fapi/{path}"] = GARBAGE[garbage]
    with pytest.raises(SourceMalformed, match="position list"):
        await gateway.venue.read_positions()
    with pytest.raises(SourceMalformed, match="order"):
        await gateway.venue.read_order(NET, order_id="1", client_order_id=None)
    with pytest.raises(SourceMalformed, match="trades"):
        await gateway.venue.read_fills(AVL, datetime.now(UTC))  # noqa: TID251 - the venue is asked about now
    with pytest.raises(SourceMalformed, match="time"):
        await gateway.venue.read_clock_offset()


@pytest.mark.parametrize(
    ("part", "row"),
    [
        (Part.POSITIONS, listed_position(positionAmt="")),
        (Part.POSITIONS, listed_position(positionSide="UP")),
        (Part.ORDERS, listed_order(side="")),
        (Part.CONDITIONAL_ORDERS, listed_algo(quantity="many")),
    ],
)
async def test_one_row_that_cannot_be_read_fails_the_part_and_is_not_skipped(
    scripted: ScriptedVenue, connect: Connect, part: Part, row: dict[str, object]
) -> None:
    gateway = await connect(scripted.port)
    good = {
        Part.POSITIONS: listed_position(symbol="BTCUSDT"),
        Part.ORDERS: listed_order(symbol="BTCUSDT"),
        Part.CONDITIONAL_ORDERS: listed_algo(symbol="BTCUSDT"),
    }
    scripted.answers[PARTS[part]] = plain([good[part], row])
    reading = await gateway.venue.read()
    assert isinstance(reading.failures.get(part), SourceMalformed)


async def test_a_flat_row_that_ccxt_would_drop_is_an_explicit_zero(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    flat = listed_position(positionAmt="0", entryPrice="0", notional="0")
    scripted.answers[PARTS[Part.POSITIONS]] = plain([flat])
    gateway = await connect(scripted.port)
    (row,) = (await gateway.venue.read_positions()).positions
    assert row.quantity == 0
    assert row.version == 1_700_000_000_000


async def test_numbers_that_the_venue_writes_as_numbers_stay_exact(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    body = '[{"symbol":"AVLUSDT","positionSide":"BOTH","positionAmt":0.1,"updateTime":1700000000000}]'
    scripted.answers[PARTS[Part.POSITIONS]] = Reply(body)
    gateway = await connect(scripted.port)
    (row,) = (await gateway.venue.read_positions()).positions
    assert str(row.quantity) == "0.1"
