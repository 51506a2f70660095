"""Orders acknowledged now and carried out a while later, on venues whose answer precedes the matching."""

import asyncio
from collections.abc import Callable


class Acceptance:
    """What has been acknowledged and not yet carried out.

    Attributes:
        seconds: From an acknowledgement to its effect. Until then no reading shows the order.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._waiting: dict[int, tuple[asyncio.TimerHandle, Callable[[], None]]] = {}
        self._count = 0

    def carry_out(self, act: Callable[[], None]) -> None:
        """Do it, now or `seconds` later."""
        if self.seconds <= 0:
            act()
            return
        self._count += 1
        number = self._count
        handle = asyncio.get_running_loop().call_later(self.seconds, self._due, number)
        self._waiting[number] = (handle, act)

    def _due(self, number: int) -> None:
        _, act = self._waiting.pop(number)
        act()

    def end(self) -> None:
        """Carry everything out now: the doors close, the matching does not stop."""
        waiting, self._waiting = self._waiting, {}
        for handle, act in waiting.values():
            handle.cancel()
            act()
