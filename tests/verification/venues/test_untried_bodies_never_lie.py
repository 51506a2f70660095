"""Whatever is dropped, nulled, retyped, emptied or doubled in an answer of a venue without a dialect: no lie.

Each read ends in a typed failure, or in what the whole answer says, as far as it is not the damage that says
otherwise. What is held is never lost without being called unread.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verification.venues.broken_bodies import IMPLAUSIBLE, Broken, broken
from tests.verification.venues.untried_scene import Scene
from tests.verification.venues.untried_worlds import HELD, WORLDS, Answer
from verification.facts.errors import SourceError
from verification.facts.unread import why_unread
from verification.venues.ccxt.asker import OrderUnknown

SINCE = datetime(2023, 11, 1, tzinfo=UTC)
EXAMPLES = 40


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as one:
        yield one


@pytest.fixture(scope="module", params=WORLDS, ids=lambda world: world.venue)
def scene(request: pytest.FixtureRequest, runner: asyncio.Runner) -> Iterator[Scene]:
    async def loaded() -> Scene:
        made = Scene(request.param)
        await made.load()
        return made

    made = runner.run(loaded())
    yield made
    runner.run(made.exchange.close())


def read(
    runner: asyncio.Runner, scene: Scene, answer: Answer, damaged: Broken, ask: Callable[[], Awaitable[Any]]
) -> Any:
    """Read with one answer damaged; a typed failure is None."""
    scene.instead = {answer: damaged.text}
    scene.unified._hedged, scene.unified._told_by_rows = False, True

    async def asked() -> Any:
        return await ask()

    try:
        return runner.run(asked())
    except (SourceError, OrderUnknown):
        return None
    finally:
        scene.instead = {}


def says_otherwise(scene: Scene, answer: Answer, damaged: Broken) -> bool:
    """True when the damage is one that a venue could have meant: another word in a place that tells."""
    return any(_meant(scene, answer.body, damaged.body, path) for path in damaged.changed)


def _meant(scene: Scene, whole: Any, body: Any, path: tuple[str | int, ...]) -> bool:
    now, before = _at(body, path), _at(whole, path)
    if isinstance(now, list):
        return now == []  # an empty list is a word of its own
    if now is None and _at(body, path[:-1]) == []:
        return True  # its only row is gone
    told = path and path[-1] in scene.world.telling
    plain = isinstance(now, (str, int, float)) and now != ""
    name = str(path[-1]).lower().endswith("id") if path else False
    return bool(told and plain and (name or now not in IMPLAUSIBLE or not _number(before)))


def _at(body: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _number(value: object) -> bool:
    try:
        Decimal(str(value))
    except InvalidOperation:
        return False
    return True


common = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@common
@given(data=st.data())
def test_what_is_held_is_never_lost(scene: Scene, runner: asyncio.Runner, data: st.DataObject) -> None:
    answer = scene.world.positions
    damaged = data.draw(broken(answer.body))
    listed = read(runner, scene, answer, damaged, lambda: scene.unified.positions(scene.asker))
    if listed is None:
        return
    symbol = scene.world.symbol
    held = {each.key.symbol: each.quantity for each in listed.positions}
    parts = {**scene.markets.parts, **{name: name for name in listed.unread}}
    unknown = why_unread(listed.unread, parts, symbol) is not None or any("/" not in name for name in held)
    if says_otherwise(scene, answer, damaged):
        return
    assert unknown or held.get(symbol) == Decimal(HELD), (damaged.what, held)
    assert not {name for name, quantity in held.items() if quantity and "/" in name} - {symbol}, damaged.what


@common
@given(data=st.data())
def test_a_resting_order_is_never_misread(scene: Scene, runner: asyncio.Runner, data: st.DataObject) -> None:
    answer = scene.world.orders
    damaged = data.draw(broken(answer.body))
    symbol = scene.world.symbol if scene.world.orders_by_symbol else None
    orders = read(runner, scene, answer, damaged, lambda: scene.unified.orders(scene.asker, symbol))
    if orders is None or says_otherwise(scene, answer, damaged) or _documented_as_none(scene, damaged):
        return
    told = [(each.order_id, each.side.value, each.quantity, each.filled) for each in orders]
    assert told == [("77", "buy", Decimal(2), Decimal(0))], (damaged.what, told)


def _documented_as_none(scene: Scene, damaged: Broken) -> bool:
    """Bitget writes null in place of an empty list of orders."""
    return scene.world.venue == "bitget" and damaged.body.get("data", {}).get("entrustedList", 0) is None


@common
@given(data=st.data())
def test_the_end_of_an_order_is_never_made_up(
    scene: Scene, runner: asyncio.Runner, data: st.DataObject
) -> None:
    answer = scene.world.order
    damaged = data.draw(broken(answer.body))
    ask = lambda: scene.unified.order(scene.asker, scene.key, "77", None)  # noqa: E731 - short
    status = read(runner, scene, answer, damaged, ask)
    if status is None or says_otherwise(scene, answer, damaged):
        return
    told = (status.order_id, status.executed, status.quantity, status.terminal)
    assert told == ("77", Decimal(0), Decimal(2), False), (damaged.what, told)


@common
@given(data=st.data())
def test_trades_are_never_misread(scene: Scene, runner: asyncio.Runner, data: st.DataObject) -> None:
    answer = scene.world.trades
    if answer is None:
        return
    damaged = data.draw(broken(answer.body))
    ask = lambda: scene.unified.fills(scene.asker, scene.world.symbol, SINCE)  # noqa: E731 - short
    fills = read(runner, scene, answer, damaged, ask)
    if fills is None or says_otherwise(scene, answer, damaged):
        return
    if scene.world.venue == "bitget" and damaged.body["data"]["fillList"] is None:
        return  # written so where there is none
    told = [(each.trade_id, each.order_id, each.quantity, each.price) for each in fills]
    assert told == [("5", "77", Decimal(2), Decimal(90))] or _priced_otherwise(told), (damaged.what, told)


def _priced_otherwise(told: list[tuple[str, str, Decimal, Decimal]]) -> bool:
    """A price is a word of the venue too, as long as it is one that can be."""
    return [each[:3] for each in told] == [("5", "77", Decimal(2))] and all(each[3] < 10**15 for each in told)


@common
@given(data=st.data())
def test_mode_and_clock_are_right_or_fail(scene: Scene, runner: asyncio.Runner, data: st.DataObject) -> None:
    answer = data.draw(st.sampled_from(scene.world.others))
    damaged = data.draw(broken(answer.body))
    read(runner, scene, answer, damaged, lambda: scene.unified.mode(scene.asker))
    read(runner, scene, answer, damaged, lambda: scene.unified.server_time(scene.asker))
