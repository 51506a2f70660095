"""Has the journal written in order on a thread of its own: no order ever waits for it, nor the event loop.

Only what must be durable before an order is sent is waited for (`write_durably`, `read`). All else is handed
in (`write`), written as soon as may be, one thing after another, and again where the journal could not take
it.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from typing_extensions import ParamSpec, override

from verification.budget.backoff import Backoff
from verification.opening.journal_port import JournalFailed

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 15.0
"""Seconds for which an entry, or a question, waits for the journal; then nothing is sent."""

GRACE = 1.0
"""Seconds that the journal gets to catch up before a person is told that it is behind. Nothing waits for that
but the answer to whoever asked."""

_PAUSES = Backoff(0.1, most=5.0)
_CHANGES_SHOWN = 3

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Queued:
    """One thing to write down. `entry` is whom it is about."""

    entry: int
    step: Callable[[], None]
    attempts: int = 0


class JournalWriter:
    """Writes one journal. It belongs to one event loop."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._thread = _JournalThread()
        self._queue: deque[_Queued] = deque()
        self._why = ""
        self._again: asyncio.TimerHandle | None = None
        self._progressed = asyncio.Event()
        self._lost: dict[int, list[str]] = {}

    def write(self, entry: int, step: Callable[[], None]) -> None:
        """Have a step written after all that was handed in before it. Never waits and never fails."""
        self._queue.append(_Queued(entry, step))
        if len(self._queue) == 1:
            self._write_next()

    async def write_durably(self, step: Callable[[], int], on_too_late: Callable[[int], None]) -> int:
        """Write a step down and wait until it is durable.

        Args:
            step: Writes down what is about to be done, and returns the entry's number.
            on_too_late: Writes down that it is not done after all, where the journal took the step too late.

        Raises:
            JournalFailed: It is not written, or not in time: whatever it announces must not be done.
        """
        if not await self._wait_until(lambda: not self._queue, PATIENCE):
            raise JournalFailed(f"the journal is behind{self._because()}: nothing was sent")
        writing = self._hand_over(step)
        try:
            return await self._in_time(writing)
        except (asyncio.CancelledError, TimeoutError) as error:
            writing.add_done_callback(partial(self._too_late, on_too_late))
            if isinstance(error, asyncio.CancelledError):
                raise
            raise JournalFailed(f"the journal took nothing in {PATIENCE:g} s: nothing was sent") from None

    async def read(self, question: Callable[[], T]) -> T:
        """Ask the journal something.

        Raises:
            JournalFailed: It could not be read, or not in time.
        """
        try:
            return await self._in_time(self._hand_over(question))
        except TimeoutError:
            raise JournalFailed(f"the journal could not be read in {PATIENCE:g} s") from None

    async def concerns(self, entry: int) -> tuple[str, ...]:
        """Return what a person must know of an entry's books, after giving them a moment to catch up."""
        await self._wait_until(lambda: not self._behind(entry), GRACE)
        behind = self._behind(entry)
        said = self._lost.pop(entry, [])
        if behind:
            said.append(
                f"the journal does not hold what was done{self._because()}: "
                f"it is behind by {behind}, and they are written as soon as it can be"
            )
        return tuple(said)

    async def close(self) -> None:
        """Wait for what is still to be written, but not for ever: orders need no books to be found again."""
        if not await self._wait_until(lambda: not self._queue, PATIENCE):
            entries = sorted({queued.entry for queued in self._queue})
            shown = ", ".join(map(str, entries[:_CHANGES_SHOWN]))
            _log.critical(
                "the journal does not hold what was done last (entries %s of %d)%s: recover them",
                shown,
                len(entries),
                self._because(),
            )
        self.abandon()

    def abandon(self) -> None:
        """Write nothing more."""
        self._queue.clear()
        if self._again is not None:
            self._again.cancel()
        self._thread.shutdown(wait=False)

    def _behind(self, entry: int) -> int:
        return sum(queued.entry == entry for queued in self._queue)

    def _because(self) -> str:
        return f" ({self._why or 'it does not answer'})"

    def _write_next(self) -> None:
        """Write what is to be written next."""
        self._again = None
        while self._queue:
            queued = self._queue[0]
            writing = self._hand_over(queued.step)
            if not writing.done():
                writing.add_done_callback(partial(self._on_written, queued))
                return
            if not self._is_done(queued, writing):
                return

    def _on_written(self, queued: _Queued, writing: "asyncio.Future[None]") -> None:
        if self._queue and self._queue[0] is queued and self._is_done(queued, writing):
            self._write_next()

    def _is_done(self, queued: _Queued, writing: "asyncio.Future[None]") -> bool:
        """Return True when the page is done with: written, or impossible to write."""
        error = writing.exception()
        if isinstance(error, JournalFailed) and error.again:
            queued.attempts += 1
            self._why = str(error)
            pause = _PAUSES.after(queued.attempts)
            self._again = asyncio.get_running_loop().call_later(pause, self._write_next)
            return False
        if error is not None:
            why = f"the journal does not hold what was done, and never will: {type(error).__name__}: {error}"
            self._lost.setdefault(queued.entry, []).append(why)
            _log.critical("entry %d: %s", queued.entry, why)
        else:
            self._why = ""
        self._queue.popleft()
        self._progressed.set()
        return True

    async def _wait_until(self, so: Callable[[], bool], seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                while not so():
                    self._progressed.clear()
                    await self._progressed.wait()
        except TimeoutError:
            return so()
        return True

    def _hand_over(self, step: Callable[[], T]) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._thread, step)

    async def _in_time(self, writing: "asyncio.Future[T]") -> T:
        done, _ = await asyncio.wait({writing}, timeout=PATIENCE)
        if not done:
            raise TimeoutError
        return writing.result()

    def _too_late(self, on_too_late: Callable[[int], None], writing: "asyncio.Future[int]") -> None:
        if not writing.cancelled() and writing.exception() is None:
            entry = writing.result()
            self.write(entry, partial(on_too_late, entry))


class _JournalThread(Executor):
    """One thread that does one thing after another. A process may end while it waits for a database."""

    def __init__(self) -> None:
        self._steps: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        self._steps.put(partial(_do, future, partial(fn, *args, **kwargs)))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        return future

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if self._thread is not None:
            self._steps.put(None)
        self._thread = None

    def _run(self) -> None:
        while (step := self._steps.get()) is not None:
            step()


def _do(future: Future[Any], step: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        answer = step()
    except BaseException as error:  # noqa: BLE001 - whatever it is belongs to whoever waits for the step
        future.set_exception(error)
    else:
        future.set_result(answer)
