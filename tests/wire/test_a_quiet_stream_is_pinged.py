"""A quiet stream is pinged, as its venue wants it; a peer that answers nothing is given up in time."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse

from simulator.serving.connection import Connection
from tests.wire.conftest import Connect
from tests.wire.faces import BYBIT, Face
from tests.wire.relay import relaying
from tests.wire.scripted import ScriptedVenue
from tests.wire.simulated import running
from verification.facts.clock import SystemClock
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

QUIET = StreamRules(keep_alive=0.6, backoff_first=0.02, backoff_most=0.1)


async def test_a_peer_that_is_mute_below_the_protocol_is_given_up_in_time(face: Face) -> None:
    """The cable is cut: nobody says good-bye, every byte that we send is taken, and none comes back."""
    async with relaying() as relay, running(rules=QUIET, face=face, wsProxy=relay.url) as (_, gateway):
        await gateway.health(lambda now: now.last_frame is not None)
        assert gateway.venue.stream_health().epoch == 1
        relay.flowing.clear()
        cut = SystemClock().now().monotonic
        down = await gateway.health(lambda now: now.state is StreamState.DOWN)
        assert down.since.monotonic - cut <= 3 * QUIET.keep_alive
        assert "the venue has fallen silent (no pong)" in (down.error or "")
        relay.flowing.set()
        await gateway.live(2)


async def test_a_quiet_stream_whose_venue_answers_lives_on(face: Face) -> None:
    async with running(rules=QUIET, face=face) as (_, gateway):
        await asyncio.sleep(4 * QUIET.keep_alive)
        health = gateway.venue.stream_health()
        assert (health.state, health.epoch) == (StreamState.LIVE, 1)
        assert health.last_frame is not None, "a pong is one"


async def test_a_venue_with_pings_of_its_own_is_not_there_while_only_the_protocols_are_answered() -> None:
    async with running(rules=QUIET, face=BYBIT) as (venue, gateway):
        heard: list[Any] = []
        inner = venue.streams._hear

        def deaf(connection: Connection, text: str) -> None:
            assert connection.authenticated
            heard.append(json.loads(text))

        venue.streams._hear = deaf  # type: ignore[method-assign]
        down = await gateway.health(lambda now: now.state is StreamState.DOWN)
        assert "silent" in (down.error or "")
        assert heard == [{"op": "ping"}]
        venue.streams._hear = inner  # type: ignore[method-assign]
        await gateway.live(2)


async def test_a_stream_that_can_no_longer_be_pinged_ends_and_is_told_as_a_bug(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unpinged it would be believed for as long as its connection seems to stand."""
    async with running(rules=QUIET, face=BYBIT) as (_, gateway):
        with monkeypatch.context() as planted:
            planted.setattr(ClientWebSocketResponse, "send_str", None)
            health = await gateway.health(lambda now: now.fault is not None)
        assert health.fault is not None
        assert "TypeError" in health.fault.message
        await gateway.live(2)


async def test_a_ping_of_the_venue_is_answered(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    (stream,) = scripted.streams
    await stream.ping(b"are you there")
    await scripted.until(lambda: b"are you there" in scripted.pongs)
    assert gateway.venue.stream_health().last_frame is not None
