"""The market list is read in a thread of its own: however long it is, everything else goes on meanwhile."""

import asyncio
import threading
from typing import Any

import aiohttp
import pytest

from tests.wire.conftest import Connect
from tests.wire.scripted import Reply, ScriptedVenue, access_to
from verification.budget.purpose import Purpose, asked_for, present_purpose
from verification.facts.clock import SystemClock
from verification.venues.ccxt.beside import beside
from verification.venues.ccxt.exchange import build_exchange
from verification.venues.ccxt.outgoing import GovernorRegistry
from verification.venues.gateway.account import CcxtVenue
from verification.venues.registry import capabilities_of

pytestmark = pytest.mark.wire

INFO = "GET /fapi/v1/exchangeInfo"


def exchange_at(venue: ScriptedVenue) -> Any:
    return build_exchange(access_to(venue.port), capabilities_of("binanceusdm"), GovernorRegistry())


async def test_what_holds_the_thread_holds_nothing_else(scripted: ScriptedVenue) -> None:
    exchange, held = exchange_at(scripted), threading.Event()

    async def work(twin: Any) -> str:
        await asyncio.to_thread(held.wait, 30)  # as good as a parse that takes so long
        return str(twin.apiKey)

    reading = asyncio.create_task(beside(exchange, work))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not reading.done()
    held.set()
    assert await reading == "the-key"
    await exchange.close()


async def test_it_is_counted_by_the_same_governor_and_for_the_same_purpose(scripted: ScriptedVenue) -> None:
    exchange = exchange_at(scripted)
    governor, threads = exchange.outgoing.governor, set()
    admit, heard = governor.admit, governor.heard
    purposes: list[Purpose] = []

    async def admitting(*told: Any) -> None:
        threads.add(threading.get_ident())
        purposes.append(present_purpose())
        await admit(*told)

    def hearing(*told: Any) -> None:
        threads.add(threading.get_ident())
        heard(*told)

    governor.admit, governor.heard = admitting, hearing
    with asked_for(Purpose.VERIFICATION):
        await beside(exchange, lambda twin: twin.load_markets())
    assert threads == {threading.get_ident()}
    assert purposes == [Purpose.VERIFICATION] * len(purposes) != []
    assert exchange.markets is None, "the twin has read them, and not the exchange"
    await exchange.close()


async def test_what_is_no_longer_wanted_ends(scripted: ScriptedVenue) -> None:
    exchange, gate, ended = exchange_at(scripted), asyncio.Event(), threading.Event()
    scripted.answers[INFO] = Reply("{}", gate=gate)

    async def work(twin: Any) -> None:
        try:
            await twin.load_markets()
        finally:
            ended.set()

    reading = asyncio.create_task(beside(exchange, work))
    await scripted.until(lambda: scripted.count(INFO) == 1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await asyncio.to_thread(ended.wait, 10)
    gate.set()
    await exchange.close()


async def test_an_exchange_that_was_given_its_session_works_where_that_lives(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    async with aiohttp.ClientSession() as session:
        gateway = await connect(scripted.port, session=session)
        assert gateway.venue._urgent.exchange.session is session
        await gateway.venue.close()
        assert not session.closed


async def test_the_process_can_end_while_it_is_read(scripted: ScriptedVenue) -> None:
    gate = asyncio.Event()
    scripted.answers[INFO] = Reply("{}", gate=gate)
    venue = CcxtVenue(access_to(scripted.port), SystemClock())
    connecting = asyncio.create_task(venue.connect())
    await scripted.until(lambda: scripted.count(INFO) == 1)
    connecting.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(connecting, return_exceptions=True)
        await venue.close()
    readers = [each for each in threading.enumerate() if each.name.endswith("beside")]
    assert all(each.daemon for each in readers)
    gate.set()
