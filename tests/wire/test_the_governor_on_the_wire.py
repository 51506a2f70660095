"""Whatever ccxt sends passes the governor: what one client is told, all clients of the address obey."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.wire.conftest import QUICK, binance
from tests.wire.scripted import Reply, ScriptedVenue, access_to
from verification.budget.purpose import Purpose, asked_for
from verification.facts.account import AccountReading, Part
from verification.facts.clock import SystemClock
from verification.facts.errors import NotAsked, SourceUnreachable
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.order_scope import EVERYTHING, OrderScope
from verification.venues.gateway.account import CcxtVenue
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.stream_state import StreamState
from verification.venues.trading import OrderRefused

pytestmark = pytest.mark.wire

POSITIONS = "GET /fapi/v3/positionRisk"
Open = Callable[..., Awaitable[CcxtVenue]]
Look = Callable[[CcxtVenue], Coroutine[Any, Any, AccountReading]]


def _sweep(scope: OrderScope) -> Look:
    return lambda venue: venue.sweep(lambda _: scope)


READ: Look = CcxtVenue.read
SWEEP_OF_ALL = _sweep(EVERYTHING)
SWEEP_OF_ONE = _sweep(OrderScope(frozenset({"AVL/USDT:USDT"}), frozenset({"AVL/USDT:USDT"})))


@pytest.fixture
async def opened(scripted: ScriptedVenue) -> AsyncIterator[Open]:
    """Connect accounts of one venue, each with a live stream."""
    async with AsyncExitStack() as stack:

        async def connected(account: str, egress: str = "") -> CcxtVenue:
            access = replace(access_to(scripted.port), account=account, egress=egress)
            venue = CcxtVenue(access, SystemClock(), binance(QUICK))
            stack.push_async_callback(venue.close)
            await venue.connect()
            async with asyncio.timeout(10):
                while venue.stream_health().state is not StreamState.LIVE:  # noqa: ASYNC110 - a reading
                    await asyncio.sleep(0.005)
            return venue

        yield connected


def banned(seconds: float) -> str:
    until = int((SystemClock().now().utc + timedelta(seconds=seconds)).timestamp() * 1000)
    return f'{{"code":-1003,"msg":"Way too many requests; IP(127.0.0.1) banned until {until}."}}'


def refusals() -> list[Reply]:
    return [
        Reply('{"code":-1003,"msg":"Too many requests."}', 429, headers={"Retry-After": "60"}),
        Reply("<html>banned</html>", 418, headers={"Retry-After": "60"}),
        Reply(banned(60), 418),
    ]


@pytest.mark.parametrize("which", range(3))
async def test_what_one_client_is_told_is_obeyed_by_all_accounts_of_the_address(
    scripted: ScriptedVenue, opened: Open, which: int
) -> None:
    one, other = await opened("one"), await opened("other")
    scripted.answers[POSITIONS] = refusals()[which]
    with pytest.raises(SourceUnreachable):
        await one.read_positions()
    asked = len(scripted.asked)
    for venue in (one, other):
        reading = await venue.read()
        assert set(reading.failures) == set(Part)
        assert all(isinstance(error, NotAsked) for error in reading.failures.values())
        told = pytest.raises(NotAsked, match=r"not asked: Binance asks us to wait until .* UTC")
        with asked_for(Purpose.VERIFICATION), told:
            await venue.read_positions()
    assert len(scripted.asked) == asked
    assert {venue.stream_health().state for venue in (one, other)} == {StreamState.LIVE}


async def test_another_address_goes_on(scripted: ScriptedVenue, opened: Open) -> None:
    one, other = await opened("one", "here"), await opened("other", "there")
    scripted.answers[POSITIONS] = refusals()[0]
    with pytest.raises(SourceUnreachable):
        await one.read_positions()
    scripted.answers[POSITIONS] = Reply("[]")
    assert (await other.read_positions()).positions == ()
    with pytest.raises(NotAsked):
        await one.read_positions()


async def test_asking_goes_on_when_the_time_is_over(scripted: ScriptedVenue, opened: Open) -> None:
    venue = await opened("one")
    scripted.answers[POSITIONS] = Reply("slow down", 429, headers={"Retry-After": "1"})
    with pytest.raises(SourceUnreachable):
        await venue.read_positions()
    scripted.answers[POSITIONS] = Reply("[]")
    told = asyncio.get_running_loop().time()
    assert (await venue.read_positions()).positions == ()
    assert asyncio.get_running_loop().time() - told >= 0.9


async def test_the_weight_that_the_venue_tells_is_believed(scripted: ScriptedVenue, opened: Open) -> None:
    venue = await opened("one")
    scripted.answers[POSITIONS] = Reply("[]", headers={"X-MBX-USED-WEIGHT-1M": "2000"})
    with asked_for(Purpose.VERIFICATION):
        await venue.read_positions()
    asked = len(scripted.asked)
    told = pytest.raises(NotAsked, match="the budget of request weight of Binance is spent until")
    with asked_for(Purpose.MEASUREMENT), told:
        await venue.read_clock_offset()
    assert len(scripted.asked) == asked
    with asked_for(Purpose.VERIFICATION):
        await venue.read_positions()


def weight_asked(scripted: ScriptedVenue) -> int:
    heavy = {"GET /fapi/v1/openOrders": 40, "GET /fapi/v1/openAlgoOrders": 40, POSITIONS: 5}
    light = {"GET /fapi/v1/positionSide/dual": 30}
    return sum((heavy | light).get(name, 1) for name, _ in scripted.asked)


# All orders weigh so much that who asks for them has a reason; what is kept for sweeps by the clock is left.
@pytest.mark.parametrize(
    ("ways", "least", "most"),
    [((SWEEP_OF_ALL,), 300, 480), ((READ,), 250, 300), ((SWEEP_OF_ALL, READ), 300, 480)],
    ids=["sweeps", "reads", "both"],
)
async def test_accounts_of_one_address_share_a_fifth_of_the_limit(
    scripted: ScriptedVenue, opened: Open, ways: tuple[Look, ...], least: int, most: int
) -> None:
    venues = [await opened("one"), await opened("other")]
    looks = [asyncio.create_task(way(venue)) for venue in venues for way in ways for _ in range(12)]
    async with asyncio.timeout(60):
        while weight_asked(scripted) <= least:  # noqa: ASYNC110 - of the venue, which tells nobody
            await asyncio.sleep(0.02)
    # What a fifth does not hold has to stay unasked: as long as nothing new has come for half a second.
    asked = -1
    while asked != len(scripted.asked):
        asked = len(scripted.asked)
        await asyncio.sleep(0.5)
    assert weight_asked(scripted) <= most
    for look in looks:
        look.cancel()
    await asyncio.gather(*looks, return_exceptions=True)


async def test_an_exit_is_tried_during_a_ban_and_an_entry_is_not_sent(
    scripted: ScriptedVenue, opened: Open
) -> None:
    venue = await opened("one")
    trader = CcxtTrader(access_to(scripted.port))
    try:
        await trader.connect()
        scripted.answers[POSITIONS] = Reply(banned(60), 418)
        with pytest.raises(SourceUnreachable):
            await venue.read_positions()
        key = LegKey("main", "AVL/USDT:USDT", Leg.NET)
        sent = scripted.count("POST /fapi/v1/order")
        with pytest.raises(OrderRefused, match="not sent: Binance asks us to wait until"):
            await trader.enter(key, Side.BUY, Decimal(1), "in")
        assert scripted.count("POST /fapi/v1/order") == sent
        scripted.answers["POST /fapi/v1/order"] = Reply(banned(60), 418)
        with pytest.raises(OrderRefused):
            await trader.leave(key, Side.SELL, Decimal(1), "out")
        assert scripted.count("POST /fapi/v1/order") == sent + 1
    finally:
        await trader.close()


# There is room for the position list, and not for the orders: sweeps stop at 1,440, reads at 1,800.
@pytest.mark.parametrize(
    ("way", "used"),
    [(READ, 1790), (SWEEP_OF_ALL, 1430), (SWEEP_OF_ONE, 1434)],
    ids=["read", "sweep of all", "sweep of one"],
)
async def test_a_look_is_asked_whole_or_not_at_all(
    scripted: ScriptedVenue, opened: Open, way: Look, used: int
) -> None:
    venue = await opened("one")
    scripted.answers[POSITIONS] = Reply("[]", headers={"X-MBX-USED-WEIGHT-1M": str(used)})
    with asked_for(Purpose.LOOK):
        await venue.read_positions()
    asked = len(scripted.asked)
    reading = await way(venue)
    assert set(reading.failures) == set(Part)
    assert all(isinstance(error, NotAsked) for error in reading.failures.values())
    assert len(scripted.asked) == asked


async def test_a_stream_whose_list_is_held_back_stays(scripted: ScriptedVenue, opened: Open) -> None:
    venue = await opened("one")
    scripted.answers[POSITIONS] = refusals()[0]
    with pytest.raises(SourceUnreachable):
        await venue.read_positions()
    asked, epoch = scripted.count(POSITIONS), venue.stream_health().epoch
    await scripted.push({"e": "SOMETHING_NEW", "E": 1})
    await asyncio.sleep(0.5)
    health = venue.stream_health()
    assert (health.state, health.epoch) == (StreamState.LIVE, epoch)
    assert scripted.count(POSITIONS) == asked
