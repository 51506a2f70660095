"""The life of one process of the reconciler, counted in its reads and writes: it may end amid one."""

import asyncio

from tests.simulation.reconciler.plan import Kill
from verification.facts.clock import Clock

STEPS_WITHIN = 35.0
"""Seconds in which the steps of a kill must have been taken, or it does not happen."""


class Life:
    """Counts steps; whoever takes the last one never comes back."""

    def __init__(self, clock: Clock, kill: Kill | None) -> None:
        self.over = asyncio.Event()
        self.last_step = ""
        self._clock = clock
        self._kill = kill
        self._left = 0 if kill is None else kill.steps
        self._dying = False

    async def begins(self, what: str) -> None:
        """Take a step: before it has any effect."""
        self._unless_over()
        kill = self._kill
        now = self._clock.now().monotonic
        if kill is None or not kill.after <= now < kill.after + STEPS_WITHIN:
            return
        self._left -= 1
        if self._left >= 0:
            return
        self.last_step = f"{'after' if kill.done else 'before'} {what}"
        if kill.done:
            self._kill, self._dying = None, True
            return
        await self._dies()

    async def ended(self) -> None:
        """Have taken a step: its effect stays, and its answer may be lost."""
        self._unless_over()
        if self._dying:
            await self._dies()

    async def _dies(self) -> None:
        self.over.set()
        await asyncio.Event().wait()

    def _unless_over(self) -> None:
        if self.over.is_set():
            raise asyncio.CancelledError  # a dead process writes nothing more
