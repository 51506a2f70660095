"""What is urgent waits for nothing else, what is asked together is asked once, and nothing is left behind."""

import asyncio

import pytest

from tests.verification.venues.samples import AVL, account_update, pushed_position
from tests.wire.conftest import QUICK, Connect, binance
from tests.wire.scripted import Reply, ScriptedVenue, access_to
from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import SystemClock
from verification.venues.capabilities import StreamRules
from verification.venues.gateway.account import CcxtVenue

pytestmark = pytest.mark.wire

POSITIONS = "GET /fapi/v3/positionRisk"


async def test_an_urgent_read_does_not_queue_behind_sweeps(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    scripted.answers["GET /fapi/v1/openOrders"] = Reply("[]", delay=0.5)
    sweeps = [asyncio.create_task(gateway.venue.read()) for _ in range(20)]
    await scripted.until(lambda: scripted.count("GET /fapi/v1/openOrders") >= 1)
    with asked_for(Purpose.VERIFICATION):
        await asyncio.wait_for(gateway.venue.read_positions(), 2)
    # The sweeps have used up their minute's weight: the last of them wait for the next minute.
    assert not all(sweep.done() for sweep in sweeps)
    for sweep in sweeps:
        sweep.cancel()
    await asyncio.gather(*sweeps, return_exceptions=True)


async def test_a_dear_request_leaves_no_debt(scripted: ScriptedVenue, connect: Connect) -> None:
    """The position mode weighs 30: in ccxt's default bucket each request after one would wait 1.5 s."""
    gateway = await connect(scripted.port, live=False)
    async with asyncio.timeout(8):
        for _ in range(8):
            await gateway.venue._read_mode(gateway.venue._urgent)
            await gateway.venue.read_positions()


async def test_concurrent_readers_of_the_position_list_share_a_request(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    before = scripted.count(POSITIONS)
    readings = await asyncio.gather(*(gateway.venue.read_positions() for _ in range(30)))
    assert scripted.count(POSITIONS) == before + 1
    assert len({id(reading) for reading in readings}) == 1


async def test_a_reader_who_comes_while_one_is_under_way_gets_one_sent_after_it_asked(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    before = scripted.count(POSITIONS)
    scripted.answers[POSITIONS] = Reply("[]", delay=0.1)
    early = asyncio.create_task(gateway.venue.read_positions())
    await scripted.until(lambda: scripted.count(POSITIONS) == before + 1)
    asked = SystemClock().now()
    late = await gateway.venue.read_positions()
    assert late.sent.monotonic >= asked.monotonic
    assert (await early).sent.monotonic < asked.monotonic


async def test_one_symbol_is_read_by_symbol_and_all_by_the_lists_of_all(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    scripted.asked.clear()
    await gateway.venue.read(frozenset({AVL}))
    await gateway.venue.read()
    symbols = [query.get("symbol") for name, query in scripted.asked if name.endswith("rders")]
    assert symbols == ["AVLUSDT", "AVLUSDT", None, None]


@pytest.mark.parametrize("moment", ["at once", "live", "mute", "dialling"])
async def test_closing_leaves_no_task_and_no_socket(scripted: ScriptedVenue, moment: str) -> None:
    before = asyncio.all_tasks()
    venue = CcxtVenue(access_to(scripted.port), SystemClock(), binance(StreamRules(keep_alive=0.2)))
    scripted.refuses_streams = 503 if moment == "dialling" else 0
    await venue.connect()
    if moment == "dialling":
        await scripted.until(lambda: scripted.dialled >= 1)
    elif moment != "at once":
        await scripted.until(lambda: len(scripted.streams) == 1)
        await scripted.push(account_update(pushed_position("43")))
        scripted.answers_pings = moment != "mute"
    await asyncio.wait_for(venue.close(), 5)
    await venue.close()
    await scripted.until(lambda: not scripted.streams)
    left = {task for task in asyncio.all_tasks() - before if "ClientConnection" not in repr(task)}
    ours = {task for task in left if "verification" in repr(task) or "ccxt" in repr(task)}
    assert ours == set()


async def test_a_gateway_that_never_connected_can_be_closed(scripted: ScriptedVenue) -> None:
    venue = CcxtVenue(access_to(scripted.port), SystemClock(), binance(QUICK))
    await venue.close()
    assert scripted.asked == []
