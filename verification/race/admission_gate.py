"""Lets a crowd in a few at a time, so that the event loop's other work does not wait for all of it."""

import asyncio
from collections import deque

EACH_TURN = 50
"""How many pass in one turn of the event loop."""


class AdmissionGate:
    """Passed by everybody in order of arrival, by `EACH_TURN` in one turn of the event loop."""

    def __init__(self) -> None:
        """Free."""
        self._passed = 0
        self._crowd: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Return at once while this turn has room, otherwise in one of the next turns."""
        if self._passed == 0:
            asyncio.get_running_loop().call_soon(self._turn)
        if self._passed < EACH_TURN:
            self._passed += 1
            return
        place = asyncio.get_running_loop().create_future()
        self._crowd.append(place)
        await place

    def _turn(self) -> None:
        self._passed = 0
        while self._crowd and self._passed < EACH_TURN:
            place = self._crowd.popleft()
            if not place.done():  # whoever waited there may have been cancelled
                place.set_result(None)
                self._passed += 1
        if self._passed:
            asyncio.get_running_loop().call_soon(self._turn)
