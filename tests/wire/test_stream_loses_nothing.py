"""Every frame of the private stream is seen, in order, and the store never goes back."""

from decimal import Decimal

import pytest

from tests.verification.venues.samples import (
    NET,
    account_update,
    algo_update,
    listed_position,
    order_update,
    pushed_position,
)
from tests.wire.conftest import Connect
from tests.wire.scripted import ScriptedVenue, plain
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import OrderSeen, PositionSeen, Source

pytestmark = pytest.mark.wire

NOON = 1_700_000_000_000
"""A time that a venue can mean, in ms: one that it cannot ends the life of the stream."""


async def test_a_burst_of_two_hundred_pushes_is_seen_to_the_last(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(*(account_update(pushed_position(str(n)), at=NOON + n) for n in range(200)))
    facts = await gateway.facts(200)
    assert [fact.quantity for fact in facts if isinstance(fact, PositionSeen)] == [*map(Decimal, range(200))]


async def test_an_open_and_its_close_ten_milliseconds_later_are_two_facts(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(
        account_update(pushed_position("43"), at=NOON), account_update(pushed_position("0"), at=NOON + 10)
    )
    first, second = await gateway.facts(2)
    assert isinstance(first, PositionSeen)
    assert isinstance(second, PositionSeen)
    assert [first.quantity, second.quantity] == [43, 0]
    assert gateway.venue.latest(NET) == second


async def test_a_flip_leaves_no_stale_side(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(
        account_update(pushed_position("43"), at=NOON), account_update(pushed_position("-20"), at=NOON + 1)
    )
    await gateway.facts(2)
    latest = gateway.venue.latest(NET)
    assert isinstance(latest, PositionSeen)
    assert latest.quantity == -20


async def test_a_push_that_comes_late_does_not_turn_the_store_back(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(
        account_update(pushed_position("0"), at=NOON + 1000), account_update(pushed_position("43"), at=NOON)
    )
    await gateway.facts(2)
    latest = gateway.venue.latest(NET)
    assert isinstance(latest, PositionSeen)
    assert latest.quantity == 0
    assert latest.version == NOON + 1000


async def test_both_legs_of_hedge_mode_are_kept_apart(scripted: ScriptedVenue, connect: Connect) -> None:
    scripted.answers["GET /fapi/v1/positionSide/dual"] = plain({"dualSidePosition": True})
    gateway = await connect(scripted.port)
    await scripted.push(account_update(pushed_position("5", "LONG"), pushed_position("-7", "SHORT")))
    await gateway.facts(2)
    quantities = []
    for leg in (Leg.LONG, Leg.SHORT):
        latest = gateway.venue.latest(LegKey("main", NET.symbol, leg))
        assert isinstance(latest, PositionSeen)
        quantities.append(latest.quantity)
    assert quantities == [5, -7]
    assert gateway.venue.latest(NET) is None


async def test_orders_and_conditional_orders_are_told_too(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(order_update(), algo_update())
    order, stop = await gateway.facts(2)
    assert isinstance(order, OrderSeen)
    assert isinstance(stop, OrderSeen)
    assert (order.order_id, stop.order_id) == ("8886774", "3358")
    assert order.executed == 43


@pytest.mark.parametrize(
    ("held", "changed", "told"),
    [
        pytest.param("5", NOON, [("5", Source.WEBSOCKET)], id="the list says the same"),
        pytest.param("7", NOON + 1, [("5", Source.WEBSOCKET), ("7", Source.REST)], id="the list is newer"),
    ],
)
async def test_a_contract_younger_than_our_list_is_learnt_and_never_dropped(
    scripted: ScriptedVenue,
    connect: Connect,
    held: str,
    changed: int,
    told: list[tuple[str, Source]],
) -> None:
    gateway = await connect(scripted.port)
    info = scripted.answers["GET /fapi/v1/exchangeInfo"]
    assert not callable(info)
    scripted.answers["GET /fapi/v1/exchangeInfo"] = type(info)(info.body.replace("BTC", "NEW"))
    row = listed_position(symbol="NEWUSDT", positionAmt=held, updateTime=changed)
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([row])
    await scripted.push(account_update(pushed_position("5", symbol="NEWUSDT"), at=NOON))
    strange, *learnt = await gateway.facts(1 + len(told))
    assert strange.key.symbol == "NEWUSDT"
    assert {fact.key.symbol for fact in learnt} == {"NEW/USDT:USDT"}
    shown = [(fact.quantity, fact.provenance.source) for fact in learnt if isinstance(fact, PositionSeen)]
    assert shown == [(Decimal(quantity), source) for quantity, source in told]
    assert gateway.venue.latest(strange.key) is None
    assert gateway.venue.latest(learnt[-1].key) == learnt[-1]
