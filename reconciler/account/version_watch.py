"""Looks for a change of a ledger's version in the ledger's own thread, and wakes the event loop only for one.

To ask from the event loop costs ten times what the look itself does: two threads and the loop wake for it.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from verification.facts.clock import Clock, until_next

LOOK_SECONDS = 0.25
"""How often the version is looked at while anybody waits: on SQLite some bytes of two files, nothing more."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """Somebody who waits for a version to be another one.

    Attributes:
        token: The version that is known.
        due: Before this, on the monotonic clock, nobody is woken.
        loop: The event loop to wake.
        woken: Set in the loop.
    """

    token: object
    due: float
    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            self.loop.call_soon_threadsafe(self.woken.set)


class VersionWatch:
    """Who waits for a change of one ledger. It tells nobody what the version is: whoever is woken asks."""

    def __init__(self, version: Callable[[], object], clock: Clock) -> None:
        """`version` is called in the ledger's thread, and `clock` is the machine's."""
        self._version = version
        self._clock = clock
        self._waiting: set[_Waiting] = set()
        self._next = 0.0

    async def otherwise(
        self, token: object, *, every: float, within: float, begin: Callable[[], None]
    ) -> None:
        """Return once the version is not `token` or cannot be told, and after `within` seconds all the same.

        Args:
            token: The version that is known.
            every: At which multiples of seconds a change may be told, at the soonest.
            within: After how many seconds the caller is to ask for itself, whatever was seen.
            begin: Has the thread look from now on.
        """
        now = self._clock.now()
        mine = _Waiting(token, now.monotonic + until_next(every, now), asyncio.get_running_loop())
        self._waiting.add(mine)
        try:
            begin()
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await mine.woken.wait()
        finally:
            self._waiting.discard(mine)

    def look(self) -> float | None:
        """Look if it is time to, and return in how many seconds it is again; None while nobody waits."""
        waiting = self._waiting.copy()
        if not waiting:
            return None
        now = self._clock.now()
        if now.monotonic >= self._next:
            self._look(waiting, now.monotonic)
            now = self._clock.now()
            self._next = now.monotonic + until_next(LOOK_SECONDS, now)
        return max(0.0, self._next - now.monotonic)

    def _look(self, waiting: set[_Waiting], now: float) -> None:
        try:
            version = self._version()
        except BaseException:  # noqa: BLE001 - whoever is woken asks, and hears what it is
            version = object()  # like no other
        for each in waiting:
            if now >= each.due and version != each.token:
                each.wake()
