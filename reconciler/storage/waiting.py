"""Waits out a state database that is busy or away: what is owed to it is done again until it is done."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from reconciler.storage.errors import StateDatabaseError
from verification.facts.clock import Clock

EVERY_SECONDS = 1.0

T = TypeVar("T")


async def waited_out(work: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """Do `work` and return its result; while the state database is away, do it again every second.

    Args:
        work: May be done again after it was stored in part, or wholly with the answer lost.
        clock: Where time comes from.

    Raises:
        StateDatabaseError: It cannot be used any more.
    """
    while True:
        try:
            return await work()
        except StateDatabaseError as error:
            if not error.again:
                raise
        await clock.sleep(EVERY_SECONDS)
