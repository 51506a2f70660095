"""The venue's clock told by our monotonic one: the best of recent measurements, chosen as NTP does.

A measurement is off by at most half its round trip, and the two clocks drift apart while it ages: so the one
with the smallest sum of both is believed. It is tied to the monotonic clock, which nobody can set.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from verification.facts.clock import Moment

WINDOW = timedelta(minutes=10)
"""How long a measurement is kept."""

DRIFT = 50e-6
"""Seconds by which two ordinary clocks drift apart each second, at most."""

PARTED = timedelta(milliseconds=100)
"""How far our wall clock and our monotonic clock may part before what was measured is forgotten: either the
wall clock was set, or the machine slept and the monotonic clock stood still. The two cannot be told apart."""


@dataclass(frozen=True, slots=True)
class VenueTime:
    """What the venue's clock shows, known to within `error`.

    Attributes:
        at: When it was measured.
        offset: The venue's clock minus our wall clock at that moment.
        error: How far `offset` may be off, either way.
    """

    at: Moment
    offset: timedelta
    error: timedelta

    @property
    def slack(self) -> float:
        """Seconds by which a time of the venue may be off: the error, and the millisecond it is cut to."""
        return self.error.total_seconds() + 0.001

    def monotonic(self, venue_time: datetime) -> float:
        """Return when the venue's clock showed `venue_time`, in seconds of our monotonic clock."""
        return self.at.monotonic + (venue_time - self.offset - self.at.utc).total_seconds()


class ClockFilter:
    """Keeps the measurements of one venue's clock and tells the best of them."""

    def __init__(self) -> None:
        """Nothing has been measured yet."""
        self._measured: list[VenueTime] = []

    def add(self, measured: VenueTime) -> None:
        """Take a measurement."""
        self._measured.append(measured)

    def best(self, now: Moment) -> VenueTime | None:
        """Return the best measurement, its error grown with its age; None if none holds any more."""
        self._measured = [each for each in self._measured if _holds(each, now)]
        best = min(self._measured, key=lambda each: _aged(each, now), default=None)
        return None if best is None else VenueTime(best.at, best.offset, _aged(best, now))


def _holds(each: VenueTime, now: Moment) -> bool:
    passed = timedelta(seconds=now.monotonic - each.at.monotonic)
    return passed <= WINDOW and abs(now.utc - each.at.utc - passed) <= PARTED


def _aged(each: VenueTime, now: Moment) -> timedelta:
    return each.error + timedelta(seconds=DRIFT * (now.monotonic - each.at.monotonic))
