"""One thread that does one job after another, and between them looks at what somebody waits for."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from typing_extensions import ParamSpec, override

CLOSE_SECONDS = 2.0
"""How long the end waits for a job: a read that is cut off may leave its files beside the bot's."""

P = ParamSpec("P")
T = TypeVar("T")

_Job = tuple["Future[Any]", Callable[[], Any]]


class OneThread(Executor):
    """Does one job after another in a single thread, which the end of the process does not wait for."""

    def __init__(self, name: str, between: Callable[[], float | None] = lambda: None) -> None:
        """No thread yet: it begins with the first job.

        Args:
            name: Of the thread.
            between: Is called in the thread whenever no job is under way. It returns after how many seconds
                it is to be called again if no job comes before; None for not. It must not raise.
        """
        self._name = name
        self._between = between
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """Have a job done after those before it."""
        future: Future[T] = Future()
        self._jobs.put((future, partial(fn, *args, **kwargs)))
        if self._thread is None:
            # A thread of the standard pools is joined at exit: one that hangs would hold that up for ever.
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()
        return future

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no further jobs, and wait a moment for the one under way."""
        self._jobs.put(None)
        if wait and self._thread is not None:
            self._thread.join(CLOSE_SECONDS)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._between())
            except Empty:
                continue
            if job is None:
                return
            _do(*job)
            del job  # nothing of a reading is kept until the next one


def _do(future: "Future[Any]", work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is for whoever asked; the thread goes on
        future.set_exception(error)
    else:
        future.set_result(result)
