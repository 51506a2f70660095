"""A venue's clock that stands still until a test moves it."""

from typing_extensions import override

from simulator.engine.clock import VenueClock

START = 1_800_000_000.0
"""Seconds since the epoch at which it stands first: the beginning of a minute."""


class HandClock(VenueClock):
    """Move it by `seconds`; its skew goes on top of what it tells."""

    seconds = START

    @override
    def monotonic(self) -> float:
        return self.seconds

    @override
    def ms(self) -> int:
        return int(self.seconds * 1000) + self.skew_ms
