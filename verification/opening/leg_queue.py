"""Carries work on legs through: one at a time on each leg, whether or not whoever asked still waits."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from verification.budget.purpose import Purpose, asked_for
from verification.facts.leg import LegKey
from verification.opening.outcome import Outcome

Result = TypeVar("Result", bound=Outcome)


class LegQueue:
    """A line of work for each leg.

    Attributes:
        running: The tasks under way, those that wait in line too.
    """

    def __init__(self, books: Callable[[int], Awaitable[tuple[str, ...]]]) -> None:
        """`books` is asked after each work what a person must know of its entry's books.

        Who waits in line does not wait for that.
        """
        self._books = books
        self._lines: dict[LegKey, asyncio.Lock] = {}
        self.running: set[asyncio.Task[Any]] = set()

    async def carry_through(
        self,
        key: LegKey,
        steps: Coroutine[Any, Any, Result],
        tell: Callable[[Result, tuple[str, ...]], Result],
    ) -> Result:
        """Run the steps on a task of their own: what has been sent is not left halfway.

        `tell` is called with what the journal does not hold, if anything.
        """
        with asked_for(Purpose.OPENING):  # whatever is asked on the way, money waits for it
            task = asyncio.create_task(self._in_line(key, steps, tell), name=f"open {key.symbol}")
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        task.add_done_callback(lambda _: steps.close())  # one that was cancelled in line has not begun
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for the work under way."""
        while self.running:
            await asyncio.wait(self.running)

    async def _in_line(
        self,
        key: LegKey,
        steps: Coroutine[Any, Any, Result],
        tell: Callable[[Result, tuple[str, ...]], Result],
    ) -> Result:
        async with self._lines.setdefault(key, asyncio.Lock()):
            outcome = await steps
        concerns = await self._books(outcome.entry) if outcome.entry is not None else ()
        return tell(outcome, concerns) if concerns else outcome
