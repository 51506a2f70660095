"""Measures a venue's clock now and then, and says what it shows if that is known well enough."""

import asyncio
from datetime import timedelta

from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.latency.venue_time import ClockFilter, VenueTime
from verification.venues.port import Venue

FRESH_SECONDS = 60.0
"""Whoever wants to know measures anew when the last measurement is older."""

PINGS = 4
"""Requests of one measurement. The first may pay for a new connection, any may meet a busy moment: the one
with the shortest round trip is believed."""

PINGS_AGAIN = 2
"""The same where it is known already: what was measured before stands for as long as it is the better one."""

GOOD_ERROR = timedelta(milliseconds=5)
"""No further request is sent after one that is off by no more: it would say nothing that matters better."""

MOST_ERROR = timedelta(milliseconds=250)
"""Beyond this the venue's time counts as not known: a lag that may be off by more would say nothing about a
stream. It must not depend on the lag that is to be measured, or short lags would be left out more often."""


class VenueClock:
    """The clock of one venue."""

    def __init__(self, venue: Venue, clock: Clock) -> None:
        """Nothing is measured yet."""
        self._venue = venue
        self._clock = clock
        self._filter = ClockFilter()
        self._last: Moment | None = None
        self._turn = asyncio.Lock()

    def known(self) -> VenueTime | None:
        """Return what is known of it now; None if that is nothing, or too little to measure by."""
        best = self._filter.best(self._clock.now())
        return best if best is not None and best.error <= MOST_ERROR else None

    async def measure(self) -> VenueTime:
        """Measure, with as many requests one after another as it takes, and return the best of them.

        Raises:
            SourceError: The venue could not be asked.
        """
        found = []
        for _ in range(PINGS if self.known() is None else PINGS_AGAIN):
            with asked_for(Purpose.MEASUREMENT):
                measured = await self._venue.read_clock_offset()
            self._last = self._clock.now()
            found.append(VenueTime(self._last, measured.offset, measured.error))
            self._filter.add(found[-1])
            if measured.error <= GOOD_ERROR:
                break
        return min(found, key=lambda each: each.error)

    async def ask(self, patience: float) -> VenueTime | None:
        """Return what is known, after measuring if that was long ago.

        Args:
            patience: Seconds to wait for a measurement.

        Returns:
            None if it is not known well enough: lags are then left out, never guessed.
        """
        if not self._is_fresh():
            try:
                async with asyncio.timeout(patience), self._turn:
                    if not self._is_fresh():  # or whoever asked in the same moment has measured meanwhile
                        await self.measure()
            except (SourceError, TimeoutError):
                pass  # an older measurement is as good as its error says
        return self.known()

    def _is_fresh(self) -> bool:
        last = self._last
        young = last is not None and self._clock.now().monotonic - last.monotonic < FRESH_SECONDS
        return young and self.known() is not None
