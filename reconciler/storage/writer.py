"""The one thread that writes: what waits together is committed together; a failure reaches its caller.

A durable commit costs a flush of the disk. The event loop never waits for it, and jobs that arrive during one
flush share the next.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from reconciler.storage.database import Database
from reconciler.storage.failure import explained

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sa.Connection], Any]
    future: Future[Any]


class WriterClosed(Exception):
    """Something was to be written after the writer was closed: a programmer's error."""


class Writer:
    """Runs jobs one after another, in groups of one transaction each.

    Each job has a savepoint of its own: one that fails undoes nothing of the others. A job's future is done
    only when its group is durable.
    """

    def __init__(self, database: Database, *, waiting: int = 1000, group: int = 100) -> None:
        """Start the thread.

        Args:
            database: Where to write.
            waiting: Jobs that may wait; the next caller waits itself, nothing is dropped.
            group: Most jobs in one transaction.
        """
        self._database = database
        self._group = group
        self._queue: queue.Queue[_Job | None] = queue.Queue(waiting)
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="state-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sa.Connection], T]) -> Future[T]:
        """Queue `work`; the future holds its result once that is durable. Blocks while the queue is full.

        Raises:
            WriterClosed: It is closed.
        """
        job = _Job(work, Future())
        with self._gate:
            if self._closed:
                raise WriterClosed("the writer of the state database is closed")
            self._queue.put(job)
        return job.future

    async def do(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work` in a write transaction and return its result once that is durable.

        When the caller is cancelled, a job that waits is dropped; one that runs is committed all the same.

        Raises:
            StateDatabaseError: It could not be stored.
            WriterClosed: It is closed.
        """
        if self._queue.full():
            future = await asyncio.to_thread(self.submit, work)
        else:
            future = self.submit(work)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Write what waits, then stop. Safe to call twice."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            jobs: list[_Job] = []
            job = self._queue.get()
            while job is not None:
                jobs.append(job)
                if len(jobs) == self._group or self._queue.empty():
                    break
                job = self._queue.get_nowait()
            going = job is not None
            self._commit([each for each in jobs if each.future.set_running_or_notify_cancel()])

    def _commit(self, jobs: list[_Job]) -> None:
        if not jobs:
            return
        results: list[tuple[_Job, Any]] = []
        failed: list[tuple[_Job, BaseException]] = []
        try:
            with self._database.write() as connection:
                for job in jobs:
                    try:
                        results.append((job, self._attempt(connection, job)))
                    except Exception as error:  # noqa: BLE001 - whatever a job raises is its caller's
                        failed.append((job, error))
        except BaseException as error:  # noqa: BLE001 - nothing of this group is durable: all must hear it
            results, failed = [], [(job, error) for job in jobs]
        for job, result in results:
            job.future.set_result(result)
        for job, failure in failed:
            job.future.set_exception(failure)

    def _attempt(self, connection: sa.Connection, job: _Job) -> Any:
        with explained(self._database.where), connection.begin_nested():
            return job.work(connection)
