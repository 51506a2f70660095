"""When things are done: APScheduler's jobs, and the monotonic watchdog that keeps them going.

APScheduler 3 plans by the wall clock: when that steps back an hour, its jobs stop for an hour. The watchdog
compares both clocks every second and plans the jobs anew when they have parted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from verification.clock import Clock

STEP_SECONDS = 1.0
"""How far wall clock and monotonic clock may part between two looks before it counts as a step."""

Job = Callable[[], Awaitable[None]]


class Schedule:
    """Runs jobs at intervals; each job runs at most once at a time and missed runs are folded into one."""

    def __init__(self, clock: Clock, *, on_step: Callable[[float], None]) -> None:
        """`on_step` is told by how many seconds the wall clock stepped, forward positive."""
        self._clock = clock
        self._on_step = on_step
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._jobs: dict[str, timedelta] = {}

    def every(self, name: str, seconds: float, job: Job) -> None:
        """Run `job` now and then every `seconds`."""
        interval = timedelta(seconds=seconds)
        self._jobs[name] = interval
        self._scheduler.add_job(
            job,
            "interval",
            id=name,
            seconds=seconds,
            next_run_time=self._clock.now().utc,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )

    async def run(self) -> None:
        """Run the jobs until cancelled."""
        self._scheduler.start()
        try:
            await self._watch()
        finally:
            self._scheduler.shutdown(wait=False)

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
