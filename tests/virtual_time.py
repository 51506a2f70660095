"""An event loop whose time passes only when everything waits, and a clock on it whose wall can be set."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from typing_extensions import TypeVarTuple, Unpack, override

from verification.facts.clock import Moment

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Death(BaseException):
    """The process that was played is dead: in a callback too, that is no complaint."""


class _Selector(selectors.SelectSelector):
    """Instead of waiting for sockets it moves the time on; waiting for nothing at all is a deadlock."""

    now = 0.0

    @override
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("deadlock: every task waits for something that can no longer happen")
        self.now += max(0.0, timeout)
        if len(self.get_map()) <= 1:
            return []  # the loop's own waking pipe, which nobody needs where nobody sleeps
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Hours pass in milliseconds, and in the same way each time."""

    def __init__(self) -> None:
        self.virtual = _Selector()
        super().__init__(self.virtual)

    @override
    def time(self) -> float:
        return self.virtual.now


class VirtualClock:
    """Tells the loop's time. `step` sets the wall clock, as a person or NTP does; the other stays."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

    def step(self, by: timedelta) -> None:
        self.wall += by

    def now(self) -> Moment:
        seconds = asyncio.get_running_loop().time()
        return Moment.at(self.wall + timedelta(seconds=seconds), seconds)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ThreadlessLoop(VirtualLoop):
    """Does at once what would go to a thread: time must not run away from work that is being done."""

    @override
    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[Ts]], T], *args: *Ts
    ) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it raises is the caller's
            future.set_exception(error)
        return future


def mourned(context: Mapping[str, Any]) -> bool:
    """Return True of what a loop complains of, unless it is that its process died."""
    return not isinstance(context.get("exception"), Death)


def run(story: Coroutine[Any, Any, T], loop: VirtualLoop | None = None) -> T:
    """Run `story` in virtual time. A task that outlives it is an error, and so is a forgotten exception."""
    loop = loop or ThreadlessLoop()
    complaints: list[str] = []
    loop.set_exception_handler(
        lambda _, context: complaints.append(str(context)) if mourned(context) else None
    )

    async def whole() -> T:
        answer = await story
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, f"tasks left behind: {left}"
        return answer

    try:
        answer = loop.run_until_complete(whole())
    finally:
        loop.close()
    assert not complaints, complaints
    return answer
