"""The one place that reads the clock: aware UTC for records, monotonic seconds for deadlines."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol

from msgspec import Struct


class Moment(Struct, frozen=True):
    """One instant on both clocks.

    Attributes:
        utc: Aware UTC, for records and screens.
        monotonic: Seconds on the monotonic clock, for deadlines and durations within one process.
    """

    utc: datetime
    monotonic: float

    def __post_init__(self) -> None:
        """Refuse a naive time: it has no meaning outside the machine that wrote it."""
        if self.utc.tzinfo is None:
            raise ValueError(f"naive time {self.utc!r}: every time here is aware UTC")


class Clock(Protocol):
    """Where time comes from. Pure code takes `now` as a parameter instead."""

    def now(self) -> Moment:
        """Return the present instant."""

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of monotonic time."""


class SystemClock:
    """The machine's clocks."""

    def now(self) -> Moment:
        """Return the present instant."""
        return Moment(datetime.now(UTC), time.monotonic())  # noqa: TID251 - this is the clock

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of monotonic time."""
        await asyncio.sleep(seconds)
