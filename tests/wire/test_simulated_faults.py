"""The simulated venue lags, lies and goes quiet; the gateway says what it knows and what it does not."""

from datetime import timedelta

import pytest

from simulator.faults.faults import Garbage, Lag, PushAction, PushFault, RequestAction, RequestFault, Source
from tests.wire.faces import Face
from tests.wire.simulated import AVL, order, running
from verification.facts.account import Part
from verification.facts.errors import SourceMalformed, SourceUnreachable
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Observation, PositionSeen, Silence, SourceSilent
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)
SENSITIVE = StreamRules(missed_after=0.1, renew_after_missed=1.0, backoff_first=0.02, backoff_most=0.1)


def quantity_of(fact: Observation | None) -> int | None:
    return int(fact.quantity) if isinstance(fact, PositionSeen) else None


async def test_the_stream_shows_at_once_what_a_lagging_list_does_not(face: Face) -> None:
    async with running(rules=SENSITIVE, face=face) as (venue, gateway):
        venue.faults.add(Lag(source=Source.POSITIONS, seconds=30))
        order(venue, "43")
        await gateway.holds(NET, 43)
        assert (await gateway.venue.read_positions()).positions == ()
        assert gateway.venue.stream_health().missed_since is None


async def test_versions_of_pushes_and_of_rows_are_of_one_domain(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "43")
        pushed = await gateway.holds(NET, 43)
        (row,) = (await gateway.venue.read_positions()).positions
        assert row.version == pushed.version


async def test_a_position_closed_while_we_were_away_is_seen_on_coming_back(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        order(venue, "43")
        await gateway.holds(NET, 43)
        venue.streams.refusing = True
        await venue.streams.disconnect()
        await gateway.health(lambda now: now.state is not StreamState.LIVE)
        order(venue, "-43")
        venue.streams.refusing = False
        await gateway.live(2)
        gone = gateway.venue.latest(NET)
        assert isinstance(gone, SourceSilent)
        assert (gone.silence, gone.complete) == (Silence.ABSENT, True)


async def test_a_silent_stream_is_told_and_heals(face: Face) -> None:
    async with running(rules=SENSITIVE, face=face) as (venue, gateway):
        venue.streams.silent = True
        order(venue, "43")
        await gateway.venue.read_positions()
        health = await gateway.health(lambda now: now.missed_since is not None)
        assert health.state is StreamState.LIVE
        venue.streams.silent = False
        await gateway.live(2)
        assert quantity_of(gateway.venue.latest(NET)) == 43
        assert gateway.venue.stream_health().missed_since == health.missed_since, (
            "a connection proves nothing"
        )
        order(venue, "43")
        await gateway.holds(NET, 86)
        await gateway.health(lambda now: now.missed_since is None)


@pytest.mark.parametrize("action", [PushAction.DUPLICATE, PushAction.REORDER])
async def test_pushes_repeated_or_out_of_order_leave_the_newest(face: Face, action: PushAction) -> None:
    async with running(face=face) as (venue, gateway):
        venue.faults.add(PushFault(action=action, event=face.position_push, times=1))
        order(venue, "43")
        order(venue, "57")
        await gateway.hears(lambda fact: quantity_of(fact) == 43)
        await gateway.hears(lambda fact: quantity_of(fact) == 100)
        assert quantity_of(gateway.venue.latest(NET)) == 100


async def test_an_expired_listen_key_begins_a_new_epoch() -> None:
    async with running() as (venue, gateway):
        venue.listen_keys.expire()
        await gateway.live(2)
        order(venue, "43")
        await gateway.holds(NET, 43)


async def test_an_abrupt_disconnect_is_survived(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        await venue.streams.disconnect(abort=True)
        await gateway.live(2)


@pytest.mark.parametrize("garbage", [*Garbage])
async def test_garbage_is_malformed_and_never_flat(face: Face, garbage: Garbage) -> None:
    async with running(lambda venue: void(order(venue, "43")), face=face) as (venue, gateway):
        venue.faults.add(RequestFault(action=RequestAction.GARBAGE, path=face.positions, garbage=garbage))
        with pytest.raises(SourceMalformed):
            await gateway.venue.read_positions()
        reading = await gateway.venue.read()
        assert reading.positions is None
        assert isinstance(reading.failures[Part.POSITIONS], SourceMalformed)
        assert reading.orders == ()


async def test_answers_that_are_lost_are_unreachable(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        venue.faults.add(RequestFault(action=RequestAction.LOSE, path=face.positions))
        with pytest.raises(SourceUnreachable):
            await gateway.venue.read_positions()


async def test_a_venue_whose_clock_is_an_hour_ahead_is_read_and_measured(face: Face) -> None:
    async with running(face=face) as (venue, gateway):
        venue.clock.skew_ms = 3_600_000
        await gateway.venue.read_positions()
        measured = await gateway.venue.read_clock_offset()
        assert abs(measured.offset - timedelta(hours=1)) <= measured.error + timedelta(milliseconds=2)


def void(_: object) -> None:
    return
