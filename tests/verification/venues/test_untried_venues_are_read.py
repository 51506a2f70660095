"""On each venue without a dialect ccxt's own code, fed with documented answers, leads to what is held."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.verification.venues.untried_scene import Scene
from tests.verification.venues.untried_worlds import HELD, WORLDS, World
from verification.facts.account import PositionMode
from verification.facts.errors import SourceRejected
from verification.facts.leg import Leg

NONE, TWO = Decimal(0), Decimal(2)


@pytest.fixture(params=WORLDS, ids=lambda world: world.venue)
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    world: World = request.param
    made = Scene(world)
    await made.load()
    yield made
    await made.exchange.close()


async def test_what_is_held_is_read_whole(scene: Scene) -> None:
    listed = await scene.unified.positions(scene.asker)
    assert {each.key.symbol: each.quantity for each in listed.positions} == {
        scene.world.symbol: Decimal(HELD)
    }
    assert listed.unread == {}
    assert listed.positions[0].key.leg is Leg.NET


async def test_the_mode_is_one_way(scene: Scene) -> None:
    assert await scene.unified.mode(scene.asker) is PositionMode.ONE_WAY


async def test_the_resting_order_is_read_of_the_contract_market(scene: Scene) -> None:
    if scene.world.orders_by_symbol:
        with pytest.raises(SourceRejected, match="not asked for"):
            await scene.unified.orders(scene.asker, None)
    symbol = scene.world.symbol if scene.world.orders_by_symbol else None
    (order,) = await scene.unified.orders(scene.asker, symbol)
    assert (order.order_id, order.side.value, order.quantity, order.filled) == ("77", "buy", TWO, NONE)
    assert not any("spot" in request for request in scene.asked if "rder" in request)


async def test_one_order_is_read(scene: Scene) -> None:
    status = await scene.unified.order(scene.asker, scene.key, "77", None)
    assert (status.order_id, status.executed, status.quantity, status.terminal) == ("77", NONE, TWO, False)


async def test_trades_are_read(scene: Scene) -> None:
    since = datetime(2023, 11, 1, tzinfo=UTC)
    if scene.world.trades is None:
        with pytest.raises(SourceRejected):
            await scene.unified.fills(scene.asker, scene.world.symbol, since)
        return
    (fill,) = await scene.unified.fills(scene.asker, scene.world.symbol, since)
    assert (fill.trade_id, fill.order_id, fill.quantity, fill.price) == ("5", "77", TWO, Decimal(90))


@pytest.mark.parametrize(
    ("venue", "changes"),
    [
        ("hyperliquid", {"isTrigger": True, "triggerPx": "80", "orderType": "Stop Market"}),
        ("deribit", {"order_type": "stop_market", "stop_price": 80.0, "trigger_price": 80.0}),
        ("krakenfutures", {"orderType": "stop", "stopPrice": 80.0}),
    ],
)
async def test_a_stop_among_the_orders_is_no_resting_entry(venue: str, changes: dict[str, Any]) -> None:
    world = next(each for each in WORLDS if each.venue == venue)
    scene = Scene(world)
    await scene.load()
    scene.instead[world.orders] = json.dumps(changed(world.orders.body, changes))
    assert await scene.unified.orders(scene.asker, None) == ()
    await scene.exchange.close()


def changed(body: Any, changes: dict[str, Any]) -> Any:
    """Return a body with some keys of its first row replaced."""
    if isinstance(body, list):
        return [{**body[0], **changes}]
    name = next(name for name, value in body.items() if isinstance(value, list))
    return {**body, name: [{**body[name][0], **changes}]}
