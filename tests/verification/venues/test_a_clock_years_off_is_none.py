"""A venue clock more than a day from ours is no clock: it is refused, and lags are not measured by it."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.verification.venues.samples import moment
from verification.facts.clock import Moment
from verification.facts.errors import SourceMalformed
from verification.latency.venue_clock import VenueClock
from verification.venues.gateway.account import CcxtVenue
from verification.venues.port import Access

HOUR = 3600.0


class StoppedClock:
    def now(self) -> Moment:
        return moment()

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing waits here, least of all {seconds} s")


async def venue_whose_clock_says(at: datetime) -> CcxtVenue:
    venue = CcxtVenue(Access("main", "okx", "key", "secret", "phrase"), StoppedClock())

    async def fetch_time() -> int:
        return int(at.timestamp() * 1000)

    venue._urgent.exchange.fetch_time = fetch_time
    return venue


@pytest.mark.parametrize(
    "at",
    [
        datetime(1970, 1, 20, tzinfo=UTC),
        moment().utc - timedelta(days=1, seconds=1),
        moment().utc + timedelta(days=2),
    ],
)
async def test_it_is_refused_in_words(at: datetime) -> None:
    venue = await venue_whose_clock_says(at)
    try:
        with pytest.raises(SourceMalformed, match=r"no clock|no time"):
            await venue.read_clock_offset()
        clock = VenueClock(venue, StoppedClock())
        assert await clock.ask(patience=1.0) is None
    finally:
        await venue.close()


@pytest.mark.parametrize("seconds", [-20 * HOUR, -1.0, 0.0, 20 * HOUR])
async def test_one_that_is_only_wrong_is_measured(seconds: float) -> None:
    venue = await venue_whose_clock_says(moment().utc + timedelta(seconds=seconds))
    try:
        assert (await venue.read_clock_offset()).offset.total_seconds() == pytest.approx(seconds, abs=0.01)
    finally:
        await venue.close()
