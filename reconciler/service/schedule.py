"""When things are done: APScheduler's jobs, and the monotonic watchdog that keeps them going.

APScheduler 3 plans by the wall clock: when that steps back an hour, its jobs stop for an hour. The watchdog
compares both clocks every second and plans the jobs anew when they have parted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from reconciler.service.turn import Turn
from verification.facts.clock import Clock

STEP_SECONDS = 1.0
"""How far wall clock and monotonic clock may part between two looks before it counts as a step."""

log = structlog.get_logger()

Job = Callable[[], Awaitable[None]]


class Schedule:
    """Runs jobs at intervals; each job runs at most once at a time and missed runs are folded into one.

    Attributes:
        turns: How the last turn of each job went, by its name.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        on_step: Callable[[float], None],
        tolerates: Callable[[Exception], bool],
    ) -> None:
        """Nothing is planned yet.

        Args:
            clock: Where time comes from.
            on_step: Told by how many seconds the wall clock stepped, forward positive.
            tolerates: Says whether a job's error may be tried again at its next turn; any other one ends
                `run`, for APScheduler would only log it and go on as if all were well.
        """
        self._clock = clock
        self._on_step = on_step
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._tolerates = tolerates
        self._jobs: set[str] = set()
        self.turns: dict[str, Turn] = {}
        self._running: set[asyncio.Task[None] | None] = set()
        self._ending = False
        self._broken: asyncio.Future[None] | None = None
        self._begins = clock.now().utc  # of all jobs: those of one interval are then due in one turn

    def every(self, name: str, seconds: float, job: Job, *, first: float = 0.0) -> None:
        """Run `job` after `first` seconds and then every `seconds`."""
        begins = self._clock.now().utc if self._scheduler.running else self._begins
        self._jobs.add(name)
        self.turns[name] = Turn(seconds, self._clock.now())
        self._scheduler.add_job(
            self._run_job,
            "interval",
            args=(name, job),
            id=name,
            seconds=seconds,
            next_run_time=begins + timedelta(seconds=first),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    def pace(self, name: str, seconds: float, *, first: float | None = None) -> None:
        """Run a job every so many seconds from now on, and before that after `first`; None: after as many."""
        self._scheduler.reschedule_job(name, trigger="interval", seconds=seconds)
        if first is not None:
            at = self._clock.now().utc + timedelta(seconds=first)
            self._scheduler.modify_job(name, next_run_time=at)
        self.turns[name].every = seconds

    def remove(self, name: str) -> None:
        """Run a job no more; one of its turns may still be under way."""
        self._jobs.discard(name)
        self.turns.pop(name, None)
        self._scheduler.remove_job(name)

    async def run(self) -> None:
        """Run the jobs until cancelled.

        Raises:
            Exception: What a job raised and is not tolerated.
        """
        self._broken = asyncio.get_running_loop().create_future()
        self._scheduler.start()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch())
                await self._broken
        finally:
            self._ending = True
            running = [task for task in self._running if task is not None]
            self._scheduler.shutdown(wait=False)  # this cancels what runs
            await asyncio.gather(*running, return_exceptions=True)

    async def _run_job(self, name: str, job: Job) -> None:
        """Run one job; nothing that it raises gets to APScheduler, which would only log it and go on."""
        task = asyncio.current_task()
        self._running.add(task)
        began = self._clock.now()
        turn = self.turns.get(name) or Turn(0.0, began)  # it was just taken out: nobody asks of it any more
        try:
            await job()
            turn.ended(began, self._clock.now())
        except asyncio.CancelledError:
            if not self._ending:
                raise
        except Exception as error:  # noqa: BLE001 - it ends `run`; raised here, it would end nothing
            turn.failed(error, self._clock.now())
            if self._tolerates(error):
                log.debug("job.failed", job=name, error=str(error))  # whoever met it has told it, once
            elif self._broken is not None and not self._broken.done():
                self._broken.set_exception(error)
            else:
                log.warning("job.failed", job=name, error=str(error))  # all ends already, for an earlier one
        finally:
            self._running.discard(task)

    async def _watch(self) -> None:
        last = self._clock.now()
        while True:
            await asyncio.sleep(1.0)
            now = self._clock.now()
            passed = now.monotonic - last.monotonic
            step = (now.utc - last.utc).total_seconds() - passed
            last = now
            if abs(step) > STEP_SECONDS:
                self._on_step(step)
                for name in self._jobs:
                    self._scheduler.modify_job(name, next_run_time=now.utc)
