"""Long work in slices: it stops now and then, so that others go on; pure.

What such work looks at must not change while it is under way: it takes values, and no live memory.
"""

from collections.abc import Generator, Iterable, Iterator
from typing import TypeAlias, TypeVar

from verification.facts.clock import Clock

T = TypeVar("T")

Slices: TypeAlias = Generator[None, None, T]
"""Work that stops after each slice; its value is what it returns in the end."""

SLICE = 64
"""How many legs, rows or orders are gone through in one slice: a few milliseconds."""


def whole(slices: Slices[T]) -> T:
    """Do all of it at once."""
    while True:
        try:
            next(slices)
        except StopIteration as end:
            done: T = end.value
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
