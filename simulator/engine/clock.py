"""The venue's own clock: milliseconds as it tells them, and monotonic seconds for lags and expiries."""

import time
from functools import cached_property


class VenueClock:
    """Wall time with a settable skew, and a monotonic clock that no skew touches.

    Attributes:
        skew_ms: Milliseconds the venue's clock is ahead of this machine's; negative when behind.
    """

    def __init__(self, *, skew_ms: int = 0) -> None:
        self.skew_ms = skew_ms

    def ms(self) -> int:
        """Return the venue's time in milliseconds since the epoch, UTC."""
        return time.time_ns() // 1_000_000 + self.skew_ms

    def monotonic(self) -> float:
        """Return seconds on a clock that only goes forward, within this process."""
        return time.monotonic()  # noqa: TID251 - the simulator depends on no other package, this is its clock

    @cached_property
    def _began(self) -> float:
        return self.ms() / 1000 - self.monotonic()

    def steady(self) -> float:
        """Return seconds since the epoch, as wall time told at the first asking: no later step moves it."""
        return self._began + self.monotonic()
