"""How a connection of the stream ended, or why there was none, is told in one plain line, and soon."""

import asyncio
import logging

import pytest

from tests.wire.conftest import QUICK, Connect, binance
from tests.wire.relay import relaying
from tests.wire.scripted import ScriptedVenue, access_to
from verification.facts.clock import SystemClock
from verification.venues.capabilities import StreamRules
from verification.venues.gateway.account import CcxtVenue
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire


def first_end(caplog: pytest.LogCaptureFixture) -> str:
    """Return what was said of the end of the first life."""
    lines = [record.getMessage() for record in caplog.records]
    return next(line for line in lines if "the stream ended" in line)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1001, "the venue closed the connection (1001, going away)"),
        (1008, "the venue closed the connection (1008, policy violation)"),
        (1012, "the venue closed the connection (1012, service restart)"),
        (4000, "the venue closed the connection (4000)"),
    ],
)
async def test_a_close_is_told_with_its_code(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture, code: int, words: str
) -> None:
    gateway = await connect(scripted.port)
    await scripted.hang_up(code)
    await gateway.live(2)
    assert words in first_end(caplog)


async def test_a_connection_that_is_cut_is_told_as_that(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = await connect(scripted.port)
    (wire,) = scripted.wires
    assert isinstance(wire, asyncio.Transport)
    wire.abort()
    await gateway.live(2)
    assert "the connection broke" in first_end(caplog)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"\xf1\x00", "no frame that can be read (1002, protocol error)"),
        (b"\x81\x02\xff\xff", "no frame that can be read (1007, invalid text)"),
        (b"\x82\x7f" + (11 << 20).to_bytes(8, "big"), "no frame that can be read (1009, message too big)"),
        (b"\x82\x02\xff\xff", "a frame could not be read (not JSON)"),
    ],
)
async def test_bytes_that_are_no_frame_are_told_as_that(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture, sent: bytes, words: str
) -> None:
    gateway = await connect(scripted.port)
    (wire,) = scripted.wires
    assert isinstance(wire, asyncio.Transport)
    wire.write(sent)
    await gateway.live(2)
    assert words in first_end(caplog)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (503, "the venue answered HTTP 503"),
        (451, "the venue does not serve the place"),
        (403, "HTTP 403 from what stands before the venue"),
    ],
)
async def test_a_refused_connection_is_told_with_its_status_and_without_its_key(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture, status: int, words: str
) -> None:
    scripted.refuses_streams = status
    with caplog.at_level(logging.DEBUG):
        gateway = await connect(scripted.port, live=False)
        down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert f"the stream's connection could not be made: {words}" in (down.error or "").replace(
        "HTTP 451: ", ""
    )
    assert "listen-key-1" not in f"{down!r} {caplog.text}"
    scripted.refuses_streams = 0
    assert (await gateway.live(2)).error is None


async def test_a_venue_that_takes_no_connection_is_told(scripted: ScriptedVenue, connect: Connect) -> None:
    async with relaying() as gone:
        pass
    api = access_to(scripted.port).ccxt["urls"]["api"] | {"ws": {"linear": f"ws://127.0.0.1:{gone.port}/ws"}}
    gateway = await connect(scripted.port, live=False, urls={"api": api})
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert "could not be made (ClientConnectorError)" in (down.error or "")


async def test_an_address_that_is_none_is_told_and_is_no_bug(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    api = access_to(scripted.port).ccxt["urls"]["api"] | {"ws": {"linear": "ws:///ws"}}
    gateway = await connect(scripted.port, live=False, urls={"api": api})
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert "its address, or its proxy's, is none" in (down.error or "")
    assert down.fault is None
    assert "listen-key-1" not in f"{down!r} {caplog.text}"


async def test_a_handshake_that_gets_no_answer_is_given_up_in_time(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    async with relaying() as relay:
        relay.flowing.clear()
        rules = StreamRules(connect_timeout=0.3, backoff_first=0.02)
        gateway = await connect(scripted.port, rules, live=False, wsProxy=relay.url)
        down = await gateway.health(lambda now: now.state is StreamState.DOWN)
        assert "no connection within 0.3 s" in (down.error or "")
        relay.flowing.set()
        await gateway.live(2)


@pytest.mark.parametrize("moment", ["dialling", "live"])
async def test_closing_takes_no_time_where_the_cable_is_cut(scripted: ScriptedVenue, moment: str) -> None:
    async with relaying() as relay:
        if moment == "dialling":
            relay.flowing.clear()
        venue = CcxtVenue(access_to(scripted.port, wsProxy=relay.url), SystemClock(), binance(QUICK))
        before = asyncio.all_tasks()
        await venue.connect()
        if moment == "live":
            await scripted.until(lambda: len(scripted.streams) == 1)
            relay.flowing.clear()
        else:
            while not relay.asked:  # noqa: ASYNC110 - a reading, not an event
                await asyncio.sleep(0.005)
        await asyncio.wait_for(venue.close(), 3)
        left = [task for task in asyncio.all_tasks() - before if "verification" in repr(task)]
        assert left == []


async def test_a_stream_that_is_closed_says_good_bye(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    await gateway.venue.close()
    await scripted.until(lambda: bool(scripted.farewells))
    assert scripted.farewells == [1000]


async def test_of_many_lives_only_the_last_has_a_task_or_a_socket(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    one = tasks_of_streams()
    assert "Connection._guard" in one
    for life in range(2, 12):
        await scripted.hang_up(1001)
        await gateway.live(life)
        await scripted.until(lambda: len(scripted.streams) == 1)
    assert tasks_of_streams() == one
    await gateway.venue.close()
    assert tasks_of_streams() == []


def tasks_of_streams() -> list[str]:
    names = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return sorted(
        name for name in names if name.split(".")[0] in {"PrivateStream", "StreamLife", "Connection"}
    )
