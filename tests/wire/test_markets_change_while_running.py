"""Contracts are listed, renamed and delisted while Trueup runs: nothing held in them is lost or doubled."""

import asyncio
import copy
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from typing_extensions import override

from simulator.engine.market import Market
from simulator.faults.faults import Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.verification.venues.samples import AVL, account_update, listed_position, pushed_position
from tests.wire.conftest import QUICK, Connect, Watched
from tests.wire.faces import Face
from tests.wire.scripted import EXCHANGE_INFO, Reply, ScriptedVenue, access_to, plain
from tests.wire.simulated import order, running, stop
from verification.facts.account import Part
from verification.facts.clock import Moment, SystemClock
from verification.facts.errors import SymbolRejected
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import PositionSeen
from verification.venues.ccxt.outgoing import GovernorRegistry
from verification.venues.gateway.account import CcxtVenue
from verification.venues.registry import capabilities_of

pytestmark = pytest.mark.wire

NEW = "NEW/USDT:USDT"
OLD = "OLD/USDT:USDT"
LISTS = {"binance": "/fapi/v1/exchangeInfo", "bybit": "/v5/market/instruments-info"}
INFO, POSITIONS = "GET /fapi/v1/exchangeInfo", "GET /fapi/v3/positionRisk"
HOUR = 3600.0


class LaterClock(SystemClock):
    """The machine's clock, which a test moves on. Sleeping takes as long as it takes."""

    def __init__(self) -> None:
        self.later = 0.0

    @override
    def now(self) -> Moment:
        now = super().now()
        return Moment(now.utc_us, now.monotonic + self.later)


@asynccontextmanager
async def later(port: int) -> AsyncIterator[tuple[Watched, LaterClock]]:
    clock = LaterClock()
    known = replace(capabilities_of("binanceusdm"), stream=QUICK)
    venue = CcxtVenue(access_to(port), clock, known, GovernorRegistry(clock))
    watched = Watched(venue)
    try:
        await venue.connect()
        await watched.live()
        yield watched, clock
    finally:
        await venue.close()


def list_new(venue: SimulatedVenue) -> None:
    venue.exchange.markets.put(Market("NEW", "USDT", Decimal(1), Decimal("0.0001"), Decimal("0.2")))


def info(*names: str, **changes: Any) -> Reply:
    """The market list with these contracts; `changes` are made in the first."""
    first = EXCHANGE_INFO["symbols"][0]
    rows = [copy.deepcopy(first) | {"symbol": name, "pair": name, "baseAsset": name[:-4]} for name in names]
    rows[0] |= changes
    return plain({"symbols": rows})


async def test_a_symbol_that_is_not_listed_fails_nothing_of_the_others(face: Face) -> None:
    def prepare(venue: SimulatedVenue) -> None:
        order(venue, "43")
        stop(venue, "-43", "0.1")

    async with running(prepare, face=face) as (_, watched):
        reading = await watched.venue.read(frozenset({AVL, OLD}))
    assert reading.failures == {}
    assert reading.unlisted == {OLD}
    assert reading.symbols == frozenset({AVL, OLD})
    assert reading.conditional_orders is not None
    assert [each.symbol for each in reading.conditional_orders] == [AVL]


async def test_a_contract_that_is_newly_listed_has_its_name_at_once(face: Face) -> None:
    async with running(face=face) as (venue, watched):
        list_new(venue)
        order(venue, "43", NEW)
        await watched.holds(LegKey("main", NEW, Leg.NET), 43)
        reading = await watched.venue.read()
        assert watched.venue.latest(LegKey("main", "NEWUSDT", Leg.NET)) is None
    assert reading.positions is not None
    assert [(row.key.symbol, row.quantity) for row in reading.positions.positions] == [(NEW, Decimal(43))]
    assert watched.venue.markets[NEW].lot_step == 1


async def test_what_was_held_under_an_id_is_held_under_the_name_when_the_list_can_be_read_again(
    face: Face,
) -> None:
    raw, named = LegKey("main", "NEWUSDT", Leg.NET), LegKey("main", NEW, Leg.NET)
    async with running(face=face) as (venue, watched):
        down = venue.faults.add(
            RequestFault(
                method="GET",
                path=LISTS[face.name],
                action=RequestAction.ERROR,
                phase=Phase.BEFORE,
                status=503,
                times=None,
            )
        )
        list_new(venue)
        order(venue, "43", NEW)
        await watched.holds(raw, 43)
        blind = await watched.venue.read()
        assert blind.positions is not None
        assert blind.positions.unnamed == "NEWUSDT"
        venue.faults.clear()
        assert down
        shared = watched.venue._list._shared
        assert shared is not None
        shared._times.clear()  # a minute later
        reading = await watched.venue.read()
        assert reading.renamed == {"NEWUSDT": NEW}
        assert watched.venue.latest(raw) is None
        seen = watched.venue.latest(named)
        assert isinstance(seen, PositionSeen)
        assert (seen.key, seen.quantity) == (named, Decimal(43))
        assert watched.venue.stream_health().missed_since is None


async def test_the_list_is_read_again_every_hour(scripted: ScriptedVenue) -> None:
    async with later(scripted.port) as (watched, clock):
        clock.later = HOUR - 60
        await watched.venue.read()
        assert scripted.count(INFO) == 1
        scripted.answers[INFO] = info("AVLUSDT", "BTCUSDT", "NEWUSDT")
        clock.later = HOUR + 1
        await watched.venue.read(frozenset({AVL}))
        assert scripted.count(INFO) == 1  # what is urgent does not wait for it
        await watched.venue.read()
        assert scripted.count(INFO) == 2
        assert NEW in watched.venue.markets


async def test_a_list_that_cannot_be_read_again_leaves_what_is_known_and_is_told_when_it_grows_old(
    scripted: ScriptedVenue,
) -> None:
    async with later(scripted.port) as (watched, clock):
        before = dict(watched.venue.markets)
        for body in (Reply("{}", 503), Reply("<html>"), Reply('{"symbols":[]}'), Reply('{"symbols":null}')):
            scripted.answers[INFO] = body
            clock.later += HOUR / 4 + 1
            reading = await watched.venue.read()
            assert reading.positions is not None
            assert watched.venue.markets == before
        clock.later = 2 * HOUR
        reading = await watched.venue.read()
        assert "the market list is of" in reading.remarks[0]
        scripted.answers[INFO] = plain(EXCHANGE_INFO)
        clock.later += 61
        assert (await watched.venue.read()).remarks == ()


async def test_ids_without_a_name_do_not_make_us_read_the_list_again_and_again(
    scripted: ScriptedVenue,
) -> None:
    async with later(scripted.port) as (watched, _):
        for number in range(30):
            await scripted.push(account_update(pushed_position("1", symbol=f"X{number}USDT")))
            await watched.facts(number + 1)
            await watched.venue.read(frozenset({f"Y{number}/USDT:USDT"}))
    assert scripted.count(INFO) <= 3


async def test_a_contract_that_is_called_something_else_takes_its_position_along(
    scripted: ScriptedVenue,
) -> None:
    scripted.answers[POSITIONS] = plain([listed_position()])
    async with later(scripted.port) as (watched, clock):
        assert isinstance(watched.venue.latest(LegKey("main", AVL, Leg.NET)), PositionSeen)
        scripted.answers[INFO] = info("AVLUSDT", "BTCUSDT", baseAsset="AVLX")
        clock.later = HOUR + 1
        reading = await watched.venue.read()
        assert reading.renamed == {AVL: "AVLX/USDT:USDT"}
        assert watched.venue.latest(LegKey("main", AVL, Leg.NET)) is None
        assert isinstance(watched.venue.latest(LegKey("main", "AVLX/USDT:USDT", Leg.NET)), PositionSeen)
        targeted = await watched.venue.read(frozenset({AVL}))
        assert targeted.unlisted == {AVL}
        assert targeted.positions is not None
        assert [row.key.symbol for row in targeted.positions.positions] == ["AVLX/USDT:USDT"]


async def test_a_contract_that_is_delisted_keeps_its_name_and_is_not_asked_for(
    scripted: ScriptedVenue,
) -> None:
    scripted.answers[POSITIONS] = plain([listed_position()])
    async with later(scripted.port) as (watched, clock):
        scripted.answers[INFO] = info("BTCUSDT")
        clock.later = HOUR + 1
        assert AVL in watched.venue.markets
        await watched.venue.read()
        assert AVL in watched.venue.markets  # one list may have been cut
        clock.later += 30
        reading = await watched.venue.read()
        assert AVL not in watched.venue.markets
        assert reading.positions is not None
        assert [row.key.symbol for row in reading.positions.positions] == [AVL]
        asked = len(scripted.asked)
        assert (await watched.venue.read(frozenset({AVL, "BTC/USDT:USDT"}))).unlisted == {AVL}
        assert all(said.get("symbol") != "AVLUSDT" for _, said in scripted.asked[asked:])


async def test_a_contract_that_the_venue_refuses_by_name_takes_no_other_along(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)

    def refusing(said: dict[str, str]) -> Reply:
        if said.get("symbol") == "AVLUSDT":
            return Reply('{"code":-1121,"msg":"Invalid symbol."}', 400)
        return plain([])

    scripted.answers["GET /fapi/v1/openOrders"] = refusing
    scripted.answers["GET /fapi/v1/order"] = refusing
    reading = await gateway.venue.read(frozenset({AVL, "BTC/USDT:USDT"}))
    assert reading.failures == {}
    assert reading.unlisted == {AVL}
    assert reading.orders == ()
    with pytest.raises(SymbolRejected):
        await gateway.venue.read_order(LegKey("main", AVL, Leg.NET), order_id="1", client_order_id=None)


async def test_other_failures_of_one_symbol_fail_the_part(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    scripted.answers["GET /fapi/v1/openOrders"] = lambda said: (
        Reply("{}", 503) if said.get("symbol") == "AVLUSDT" else plain([])
    )
    reading = await gateway.venue.read(frozenset({AVL, "BTC/USDT:USDT"}))
    assert {*reading.failures} == {Part.ORDERS}


async def test_closing_while_the_list_is_read_again_leaves_nothing_behind(scripted: ScriptedVenue) -> None:
    async with later(scripted.port) as (watched, clock):
        clock.later = HOUR + 1
        scripted.answers[INFO] = Reply(json.dumps(EXCHANGE_INFO), delay=0.2)
        reading = asyncio.create_task(watched.venue.read())
        await scripted.until(lambda: scripted.count(INFO) == 2)
        await watched.venue.close()
        outcome = (await asyncio.gather(reading, return_exceptions=True))[0]
        assert not isinstance(outcome, asyncio.CancelledError)
