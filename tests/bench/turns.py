"""The turns of an event loop: how long each holds it, whatever else the machine does meanwhile."""

import asyncio
import selectors
from time import perf_counter, process_time

from typing_extensions import override


class Turns(selectors.DefaultSelector):
    """The selector of a loop, which sees where each of its turns begins and ends.

    A turn lasts from one wait for events to the next. While it lasts, nothing else of this loop goes on. What
    it took is the time that passed, but no more than this process was running in it (all its threads: one
    that has the interpreter holds up the loop as well), so that what other processes do is not in it.

    Attributes:
        longest: The longest turn since it was last set to zero, seconds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._began: tuple[float, float] | None = None

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for events: between two turns."""
        if self._began is not None:
            passed, running = self._began
            self.longest = max(self.longest, min(perf_counter() - passed, process_time() - running))
        found = super().select(timeout)
        self._began = perf_counter(), process_time()
        return found

    def take(self) -> float:
        """Return the longest turn so far, and begin anew."""
        longest, self.longest = self.longest, 0.0
        return longest


def loop_with_turns() -> tuple[asyncio.AbstractEventLoop, Turns]:
    """Return an event loop, and what sees its turns."""
    turns = Turns()
    return asyncio.SelectorEventLoop(turns), turns
