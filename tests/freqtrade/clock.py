"""The wall clock: real processes are waited for in real time."""

from datetime import datetime
from threading import Event

from verification.facts.clock import SystemClock

_CLOCK = SystemClock()
_NEVER = Event()


def utc() -> datetime:
    """Return now, aware UTC."""
    return _CLOCK.now().utc


def monotonic() -> float:
    """Return seconds that only grow."""
    return _CLOCK.now().monotonic


def rest(seconds: float) -> None:
    """Do nothing for a while."""
    _NEVER.wait(seconds)
