"""Keeps Python's own collection of garbage from holding the event loop: what lasts is set aside.

A full collection looks through all that is there: half a second with ten thousand legs, and there may be one
in every sweep. Most of it is there to stay, or goes without a collection once nothing refers to it: only what
refers to itself in a ring needs one. So what a long collection has left is not looked through again.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getpagesize, getrusage
from time import perf_counter, thread_time
from typing import Any

import structlog

LOOK_SECONDS = 60.0
"""How often it is seen whether memory has grown."""

LONG_SECONDS = 0.002
"""Processor time of a full collection from which what it leaves is set aside. What rings are left so
come to a kilobyte a sweep (1,600 sweeps of 100 legs); a longer collection would hold the loop some day."""

GROWN = 1.5
"""At how many times the memory that there once was all of it is looked through: it may be rings."""

OFTEN = 1
"""After how many collections of what is younger there is a full one; Python's own number is 10. Each has less
to look through then: some ten thousand objects, for what the one before has left was set aside."""

log = structlog.get_logger()


def memory_now() -> float:
    """Return the memory that this process has, in bytes; where that is not told, the most that it has had.

    The most never falls: half of it more each time, and what has gone is looked through ever later.
    """
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return float(getrusage(RUSAGE_SELF).ru_maxrss)
    return float(pages) * getpagesize()


class Garbage:
    """What of this process is looked through for garbage.

    Rings that become garbage after they were set aside stay: until memory has grown by half, that is.
    """

    def __init__(self, memory: Callable[[], float] = memory_now, *, long: float = LONG_SECONDS) -> None:
        """Nothing is set aside yet but what `loading` has. `memory` says how much there is."""
        self._memory = memory
        self._long = long
        self._before = 0.0
        self._began = 0.0

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Set aside what long collections leave, in this block."""
        young, middle, old = gc.get_threshold()
        gc.set_threshold(young, middle, OFTEN)
        gc.callbacks.append(self._collecting)
        self._before = self._memory()
        try:
            yield
        finally:
            gc.callbacks.remove(self._collecting)
            gc.set_threshold(young, middle, old)

    async def look(self) -> None:
        """Look through all that there is where memory has grown; that holds the event loop, and is told."""
        if self._memory() < GROWN * self._before:
            return
        began = perf_counter()
        gc.unfreeze()
        found = gc.collect()
        gc.freeze()
        self._before = self._memory()
        log.info("garbage.looked_through", seconds=round(perf_counter() - began, 3), found=found)

    def _collecting(self, phase: str, told: Mapping[str, Any]) -> None:
        """Take note of a collection. Called by the interpreter, in any thread."""
        if told["generation"] != 2:  # noqa: PLR2004 - the oldest there is
            return
        if phase == "start":
            self._began = thread_time()
        elif thread_time() - self._began >= self._long:
            gc.freeze()
