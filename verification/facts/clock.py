"""The one place that reads the clock: aware UTC for records, monotonic seconds for deadlines."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol, Self

from msgspec import Struct

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return an aware time as microseconds since 1970, UTC: exactly what a `datetime` can hold.

    Raises:
        ValueError: It is naive, and has no meaning outside the machine that wrote it.
    """
    if at.tzinfo is None:
        raise ValueError(f"naive time {at!r}: every time here is aware UTC")
    return (at - _EPOCH) // _MICROSECOND


def utc_of(us: int) -> datetime:
    """Return microseconds since 1970 as aware UTC.

    Raises:
        OverflowError: No `datetime` is so early or so late.
    """
    return _EPOCH + timedelta(microseconds=us)


class Moment(Struct, frozen=True):
    """One instant on both clocks.

    Attributes:
        utc_us: Microseconds since 1970, UTC: a number, for a verdict need not wait for a calendar.
        monotonic: Seconds on the monotonic clock, for deadlines and durations within one process.
    """

    utc_us: int
    monotonic: float

    @classmethod
    def at(cls, utc: datetime, monotonic: float) -> Self:
        """Return the instant of an aware time.

        Raises:
            ValueError: The time is naive.
        """
        return cls(microseconds(utc), monotonic)

    @property
    def utc(self) -> datetime:
        """Aware UTC, for records and screens."""
        return utc_of(self.utc_us)


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
        return Moment(time.time_ns() // 1000, time.monotonic())  # noqa: TID251 - this is the clock

    async def sleep(self, seconds: float) -> None:
        """Wait for `seconds` of monotonic time."""
        await asyncio.sleep(seconds)


def until_next(every: float, now: Moment) -> float:
    """Return the seconds until something that is done every so often is due next: at a multiple of `every`.

    So what many do at intervals falls into the same turns of the event loop, and wakes the processor once.
    It is due no sooner than after a quarter of the interval.
    """
    left = every - now.monotonic % every
    return left if left >= every / 4 else left + every
