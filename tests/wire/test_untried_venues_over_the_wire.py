"""Venues without a dialect over real sockets: what they hold is read, what says nothing is never flat."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import ccxt.pro
import pytest
from aiohttp import web

from tests.verification.venues.untried_worlds import WORLDS, Answer, World
from verification.facts.account import Part
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError, SourceMalformed
from verification.facts.unread import why_unread
from verification.venues.gateway.account import CcxtVenue
from verification.venues.port import Access

pytestmark = pytest.mark.wire


def addressed(value: Any, port: int) -> Any:
    """Return ccxt's addresses with every host replaced by loopback, paths kept."""
    if isinstance(value, dict):
        return {key: addressed(each, port) for key, each in value.items()}
    return re.sub(r"^https?://[^/]+", f"http://127.0.0.1:{port}", value) if isinstance(value, str) else value


@asynccontextmanager
async def connected_to(world: World, answers: list[Answer]) -> AsyncIterator[CcxtVenue]:
    """Serve a world, its first answers replaced, and give the venue before it has connected."""
    told = [*answers, world.positions, world.orders, world.order, *world.others]

    async def answer(request: web.Request) -> web.Response:
        said = f"{request.path_qs} {await request.text()}"
        for each in told:
            if each.fits(request.method, request.path, said):
                text = each.body if isinstance(each.body, str) else json.dumps(each.body)
                return web.Response(text=text, content_type="application/json")
        return web.Response(text='{"code":"-1","msg":"no such path"}', status=404)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    given: dict[str, Any] = {"urls": {"api": addressed(getattr(ccxt.pro, world.venue)().urls["api"], port)}}
    given |= {"options": world.options, "timeout_on_exit": 0, **world.given}
    access = Access("main", world.venue, "key-key", "c2VjcmV0LXNlY3JldA==", "phrase", ccxt=given)
    venue = CcxtVenue(access, SystemClock())
    try:
        yield venue
    finally:
        await venue.close()
        await runner.cleanup()


@pytest.fixture(params=WORLDS, ids=lambda world: world.venue)
def world(request: pytest.FixtureRequest) -> World:
    made: World = request.param
    return made


async def test_an_account_is_read_whole_and_stops_are_told_as_unseen(world: World) -> None:
    async with connected_to(world, []) as venue:
        await venue.connect()
        reading = await venue.read()
    assert reading.positions is not None
    assert {each.key.symbol: each.quantity for each in reading.positions.positions} == {world.symbol: 3}
    assert reading.positions.unread == {}
    assert Part.CONDITIONAL_ORDERS in reading.failures


NOTHINGS: list[tuple[str, Callable[[Any], Any]]] = [
    ("an empty object", lambda _: {}),
    ("null", lambda _: "null"),
    ("an empty text", lambda _: " "),
    ("a page of HTML", lambda _: "<html>maintenance</html>"),
    ("the rows are null", lambda body: without_rows(body, None)),
    ("the rows are an object", lambda body: without_rows(body, {})),
    ("the rows are a text", lambda body: without_rows(body, "x")),
    ("a row of nothing", lambda body: without_rows(body, [{}])),
    ("a row that is null", lambda body: without_rows(body, [None])),
]


def without_rows(body: Any, rows: Any) -> Any:
    """Return a body with something else where its list of rows stands."""
    if isinstance(body, list):
        return "null" if rows is None else rows
    name = next(name for name, value in body.items() if isinstance(value, list))
    return {**body, name: rows}


@pytest.mark.parametrize("what", [name for name, _ in NOTHINGS])
async def test_a_success_that_says_nothing_is_a_failed_read_and_never_flat(world: World, what: str) -> None:
    said = dict(NOTHINGS)[what](world.positions.body)
    async with connected_to(world, []) as venue:
        await venue.connect()
        nothing = replace(world.positions, body=said)
        async with connected_to(world, [nothing]) as blind:
            try:
                await blind.connect()
            except SourceError:
                return  # it tells its mode from the list: so it is not even connected
            reading = await blind.read()
    assert Part.POSITIONS in reading.failures
    assert isinstance(reading.failures[Part.POSITIONS], SourceMalformed)
    if reading.positions is not None:  # of a list in parts the others were read
        parts = reading.positions.parts
        assert why_unread(reading.positions.unread, parts, world.symbol) is not None


async def test_a_coin_margined_part_that_fails_leaves_the_linear_one_known() -> None:
    htx = next(each for each in WORLDS if each.venue == "htx")
    refused = Answer("/swap-api/v1/swap_position_info", {"status": "ok", "ts": 1}, method="POST")
    async with connected_to(htx, [refused]) as venue:
        await venue.connect()
        reading = await venue.read()
    assert reading.positions is not None
    assert [each.key.symbol for each in reading.positions.positions] == [htx.symbol]
    assert list(reading.positions.unread) == ["of coin-margined swaps"]
    assert Part.POSITIONS in reading.failures


async def test_gates_bitcoin_settled_contracts_are_asked_for_and_found() -> None:
    gate = next(each for each in WORLDS if each.venue == "gate")
    contract = {
        "name": "BTC_USD",
        "quanto_multiplier": "0",
        "order_price_round": "0.1",
        "order_size_min": 1,
        "order_price_deviate": "0.5",
        "mark_price": "30000",
    }
    held = {"contract": "BTC_USD", "size": -200, "mode": "single", "entry_price": "30000", "value": "0.006"}
    answers = [
        Answer("/futures/btc/contracts", [contract]),
        Answer("/futures/btc/positions", [held]),
    ]
    async with connected_to(gate, answers) as venue:
        await venue.connect()
        reading = await venue.read()
        market = venue.markets["BTC/USD:BTC"]
    assert reading.positions is not None
    found = {each.key.symbol: each.quantity for each in reading.positions.positions}
    assert found == {gate.symbol: 3, "BTC/USD:BTC": -200}
    assert market.inverse
    assert market.value(found["BTC/USD:BTC"], None) == 200
