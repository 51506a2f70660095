"""Counting within an interval: of those that follow one another, or of the last seconds."""

import math
from collections import deque


class FixedWindow:
    """Counts within intervals that follow one another, as the minutes of a clock do.

    Args:
        seconds: How long an interval is. They begin at whole multiples of it.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._interval = -1
        self._count = 0

    def add(self, amount: int, now: float) -> int:
        """Count and return how many that makes in this interval. `now`: seconds on a steady clock."""
        interval = math.floor(now / self._seconds)
        if interval != self._interval:
            self._interval, self._count = interval, 0
        self._count += amount
        return self._count

    def left(self, now: float) -> float:
        """Return the seconds until the next interval."""
        return self._seconds - now % self._seconds


class RollingWindow:
    """Counts within the last seconds, each thing for as long.

    Args:
        seconds: For how long.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._times: deque[float] = deque()

    def count(self, now: float) -> int:
        """Return how many there are. `now`: seconds on a steady clock."""
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        return len(self._times)

    def add(self, now: float) -> int:
        """Count one and return how many that makes."""
        self._times.append(now)
        return self.count(now)

    def frees(self, now: float) -> float:
        """Return when the oldest is no longer counted; `now` when there is none."""
        return self._times[0] + self._seconds if self.count(now) else now
