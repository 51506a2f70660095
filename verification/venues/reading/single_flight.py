"""Many callers, one request: each gets an answer to a request that was sent after it asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from verification.budget.purpose import SharedPurpose, present_purpose, present_shared_purpose, sharing

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Shares requests among concurrent callers.

    A caller that comes while a request is in flight gets the next one, which is sent when the flying one has
    landed, or after `patience` seconds: a hanging request must not hold up the others for its whole timeout.
    """

    def __init__(self, send: Callable[[], Awaitable[T]], patience: float = 0.5) -> None:
        self._send = send
        self._patience = patience
        self._boarding: asyncio.Task[T] | None = None
        self._shared = present_shared_purpose()
        self._flying: set[asyncio.Task[T]] = set()

    async def ask(self) -> T:
        """Return an answer to a request sent after this call. Raises what the request raises.

        The request is as urgent as the most urgent of those who wait for it.
        """
        purpose = present_purpose()
        if self._boarding is None:
            self._shared = SharedPurpose(purpose)
            self._boarding = asyncio.create_task(self._fly())
            self._boarding.add_done_callback(self._landed)
        elif purpose > self._shared.purpose:
            self._shared.purpose = purpose
        # One caller's cancellation is not the others'.
        return await asyncio.shield(self._boarding)

    async def close(self) -> None:
        """Cancel what is in flight."""
        tasks = {*self._flying, *([self._boarding] if self._boarding else [])}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fly(self) -> T:
        if self._flying:
            await asyncio.wait(set(self._flying), timeout=self._patience)
        task = self._boarding
        assert task is not None, "a flight starts only as the boarding one"
        # No await between here and the sending: whoever comes later boards the next one.
        self._boarding = None
        self._flying.add(task)
        with sharing(self._shared):
            return await self._send()

    def _landed(self, task: asyncio.Task[T]) -> None:
        self._flying.discard(task)
        if self._boarding is task:
            self._boarding = None
        if not task.cancelled():
            task.exception()  # read, for the case that every caller has gone
