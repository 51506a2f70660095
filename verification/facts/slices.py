"""Long work in slices: it stops now and then, so that others go on; pure.

What such work looks at must not change while it is under way: it takes values, and no live memory.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import wraps
from typing import TypeAlias, TypeVar

from typing_extensions import ParamSpec

from verification.facts.clock import Clock

P = ParamSpec("P")
T = TypeVar("T")

Slices: TypeAlias = Generator[None, None, T]
"""Work that stops after each slice; its value is what it returns in the end."""

SLICE = 16
"""How many legs, rows or orders are judged or read in one slice: a millisecond or two."""

MOVED = 64
"""How many in one of which prices alone are judged anew."""

GLANCED = 256
"""How many are only glanced at in one, for they are known."""


def whole(slices: Slices[T]) -> T:
    """Do all of it at once."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            done: T = end.value
            return done


def at_once(work: Callable[P, Slices[T]]) -> Callable[P, T]:
    """Return the same work, done all at once."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> T:
        return whole(work(*args, **kwargs))

    return done


async def unhurried(slices: Slices[T], clock: Clock) -> T:
    """Do all of it, and let the event loop go on after each slice, however fast the machine is."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            done: T = end.value
            return done
        await clock.sleep(0)


class Effort:
    """Says when a slice is done, where some of what is gone through is only glanced at."""

    def __init__(self) -> None:
        """Nothing is done yet."""
        self._done = 0

    def spent(self, *, glanced: bool, moved: bool = False) -> bool:
        """Take note of one more; return True where it was the last of its slice.

        Args:
            glanced: It is known, and was not judged in full.
            moved: Its prices were.
        """
        self._done += (GLANCED // MOVED or 1 if moved else 1) if glanced else GLANCED // SLICE
        if self._done < GLANCED:
            return False
        self._done = 0
        return True


def cut(each: Iterable[T], size: int = SLICE) -> Iterator[list[T]]:
    """Yield what there is in parts of so many, the last one smaller."""
    part: list[T] = []
    for one in each:
        part.append(one)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
