"""When the wall clock was last set: times written down before cannot be compared with times after; pure."""

from datetime import timedelta

from verification.facts.clock import Moment

STEP = timedelta(seconds=1)
"""How far both clocks may part between two looks before it counts as a step."""


class WallSteps:
    """Notices that the wall clock and the monotonic clock have parted."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._last: Moment | None = None
        self._stepped: Moment | None = None

    def note(self, now: Moment) -> None:
        """Compare the clocks with how they were at the last call."""
        if self._last is not None:
            passed = timedelta(seconds=now.monotonic - self._last.monotonic)
            if abs(now.utc - self._last.utc - passed) > STEP:
                self._stepped = now
        self._last = now

    @property
    def last(self) -> Moment | None:
        """When a step was last noticed; None if never."""
        return self._stepped

    def stepped_within(self, span: timedelta, now: Moment) -> bool:
        """True when a step was noticed no longer ago than `span` of monotonic time."""
        if self._stepped is None:
            return False
        return now.monotonic - self._stepped.monotonic < span.total_seconds()
