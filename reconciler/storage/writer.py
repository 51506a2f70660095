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
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.repeating import Repeats
from reconciler.storage.transaction import stands

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sa.Connection], Any]
    future: Future[Any]
    last: bool = False


class WriterClosed(Exception):
    """Something was to be written after the writer was closed: a programmer's error."""


class Writer:
    """Runs jobs one after another, in groups of one transaction each.

    A job that fails undoes nothing of the others: each has a savepoint of its own, but for one that is alone,
    which goes with its transaction. A group that the server has undone is done again whole (`repeating`), for
    its locks would be in the way again. A job's future is done only when its group is durable.
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

    def submit(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> Future[T]:
        """Queue `work`; the future holds its result once that is durable. Blocks while the queue is full.

        `last` is for what locks rows that all processes share: it is done after the others of its group, so
        that nobody waits for it longer than has to be, and all take their own rows first.

        Raises:
            WriterClosed: It is closed.
        """
        job = _Job(work, Future(), last)
        with self._gate:
            if self._closed:
                raise WriterClosed("the writer of the state database is closed")
            self._queue.put(job)
        return job.future

    async def do(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        """Run `work` in a write transaction and return its result once that is durable; `last`: see `submit`.

        When the caller is cancelled, a job that waits is dropped; one that runs is committed all the same.

        Raises:
            StateDatabaseError: It could not be stored.
            WriterClosed: It is closed.
        """
        if self._queue.full():
            future = await asyncio.to_thread(self.submit, work, last=last)
        else:
            future = self.submit(work, last=last)
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
        if jobs:
            group = _Group(self._database, jobs)
            group.write()
            group.answer()


class _Undone(Exception):
    """The one job of a transaction has failed, and nothing of it is to be stored."""


class _Group:
    """Jobs that share a transaction."""

    def __init__(self, database: Database, jobs: list[_Job]) -> None:
        self._database = database
        self._jobs = sorted(jobs, key=lambda job: job.last)
        self._repeats = Repeats()
        self._begun = False
        self._results: list[tuple[_Job, Any]] = []
        self._failed: list[tuple[_Job, BaseException]] = []

    def write(self) -> None:
        """Run the jobs and commit them; what each has come to is kept for `answer`."""
        error = self._tried()
        while error is not None and self._repeats.follow(error, begun=self._begun):
            error = self._tried()
        if error is not None:  # nothing of this group is durable: all must hear it
            self._results = []
            self._failed = [(job, _of_its_own(error)) for job in self._jobs]

    def answer(self) -> None:
        """Give each caller what its job has come to."""
        for job, result in self._results:
            job.future.set_result(result)
        for job, failure in self._failed:
            job.future.set_exception(failure)

    def _tried(self) -> BaseException | None:
        self._results, self._failed, self._begun = [], [], False
        try:
            with self._database.write() as connection:
                self._begun = True
                if len(self._jobs) == 1:
                    self._run_alone(connection, self._jobs[0])
                else:
                    for job in self._jobs:
                        self._run(connection, job)
        except _Undone:
            return None
        except BaseException as error:  # noqa: BLE001 - it is of every job of the group
            return error
        return None

    def _run(self, connection: sa.Connection, job: _Job) -> None:
        try:
            with self._database.explained(), connection.begin_nested():
                result = job.work(connection)
        except Exception as error:
            if not stands(connection) or self._repeats.may_follow(error):
                raise  # it took with it what the others have written, or all of them are done again
            self._failed.append((job, error))
        else:
            self._results.append((job, result))

    def _run_alone(self, connection: sa.Connection, job: _Job) -> None:
        """Run the only job. A savepoint costs as much as the rest of a small transaction."""
        try:
            with self._database.explained():
                result = job.work(connection)
        except Exception as error:
            if not stands(connection):
                raise
            self._failed.append((job, error))
            raise _Undone from None
        self._results.append((job, result))


def _of_its_own(error: BaseException) -> BaseException:
    if not isinstance(error, StateDatabaseError):
        return error
    told = error.anew()
    told.__cause__ = error
    return told
