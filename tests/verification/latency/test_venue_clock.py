"""The venue's clock is asked now and then, and known or not known, never guessed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from tests.verification.scripted_venue import ScriptedVenue
from tests.virtual_time import VirtualClock, run
from verification.facts.errors import SourceUnreachable
from verification.latency.venue_clock import (
    FRESH_SECONDS,
    GOOD_ERROR,
    MOST_ERROR,
    PINGS,
    PINGS_AGAIN,
    VenueClock,
)
from verification.venues.port import ClockOffset


def offset(seconds: float, error: float = 0.01) -> ClockOffset:
    return ClockOffset(timedelta(seconds=seconds), timedelta(seconds=error))


def play(story: Callable[[ScriptedVenue, VenueClock], Awaitable[None]]) -> None:
    async def whole() -> None:
        clock = VirtualClock()
        venue = ScriptedVenue(clock)
        await story(venue, VenueClock(venue, clock))

    run(whole())


def test_of_several_requests_the_one_with_the_shortest_round_trip_is_believed() -> None:
    async def story(venue: ScriptedVenue, theirs: VenueClock) -> None:
        # The first pays for the connection, and its answer comes back slower than it went.
        venue.offset.answers = {0: offset(-0.05, 0.06), 0.015: offset(0.7, 0.006), 0.025: offset(0.69, 0.02)}
        await theirs.measure()
        assert len(venue.offset.asked_at) == PINGS
        known = theirs.known()
        assert known is not None
        assert known.offset == timedelta(seconds=0.7)

    play(story)


def test_one_with_a_short_round_trip_is_enough_and_one_with_a_long_one_is_not() -> None:
    async def story(venue: ScriptedVenue, theirs: VenueClock) -> None:
        venue.offset.answers = {0: offset(0.5, 0.03), 0.015: offset(0.7, GOOD_ERROR.total_seconds())}
        await theirs.measure()
        assert len(venue.offset.asked_at) == 2
        known = theirs.known()
        assert known is not None
        assert known.offset == timedelta(seconds=0.7)
        await theirs.measure()
        assert len(venue.offset.asked_at) == 3
        await asyncio.sleep(60)
        venue.offset.answers = {0: offset(0.7, 0.03)}
        before = len(venue.offset.asked_at)
        await theirs.measure()
        assert len(venue.offset.asked_at) == before + PINGS_AGAIN

    play(story)


def test_who_asks_in_the_same_moment_shares_one_measurement() -> None:
    async def story(venue: ScriptedVenue, theirs: VenueClock) -> None:
        told = await asyncio.gather(*(theirs.ask(1) for _ in range(5)))
        assert len(venue.offset.asked_at) == 1
        assert told == [theirs.known()] * 5

    play(story)


def test_what_was_measured_within_a_minute_is_not_asked_again() -> None:
    async def story(venue: ScriptedVenue, theirs: VenueClock) -> None:
        assert await theirs.ask(1) is not None
        asked = len(venue.offset.asked_at)
        await asyncio.sleep(FRESH_SECONDS - 1)
        assert await theirs.ask(1) is not None
        assert len(venue.offset.asked_at) == asked
        await asyncio.sleep(2)
        assert await theirs.ask(1) is not None
        again = len(venue.offset.asked_at)
        assert again > asked
        assert await theirs.ask(1) is not None
        assert len(venue.offset.asked_at) == again, "the new measurement counts"

    play(story)


@pytest.mark.parametrize("failure", [SourceUnreachable("down"), None], ids=["fails", "hangs"])
def test_a_measurement_that_fails_leaves_the_last_one_until_it_is_too_old(failure: object) -> None:
    async def story(venue: ScriptedVenue, theirs: VenueClock) -> None:
        venue.offset.answers = {0: offset(0.7)}
        await theirs.measure()
        venue.offset.answers = {0: failure}
        await asyncio.sleep(300)
        assert await theirs.ask(1) is not None
        await asyncio.sleep(400)
        assert await theirs.ask(1) is None

    play(story)


def test_a_clock_known_too_badly_is_not_known() -> None:
    async def story(venue: ScriptedVenue, theirs: VenueClock) -> None:
        venue.offset.answers = {0: offset(0.7, MOST_ERROR.total_seconds() + 0.001)}
        await theirs.measure()
        assert theirs.known() is None
        assert await theirs.ask(1) is None

    play(story)


def test_what_was_never_measured_is_not_known() -> None:
    async def story(venue: ScriptedVenue, theirs: VenueClock) -> None:
        assert theirs.known() is None
        assert not venue.offset.asked_at
        venue.offset.answers = {0: SourceUnreachable("down")}
        with pytest.raises(SourceUnreachable):
            await theirs.measure()

    play(story)
