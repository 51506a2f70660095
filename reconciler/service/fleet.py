"""The accounts of this process: each is a runner with its jobs in the schedule, and they come and go."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

from reconciler.alerts.retirement import Watched
from reconciler.facts.finding import FindingKey
from reconciler.serve.watching import Watching
from reconciler.service.account_runner import HEARTBEAT_SECONDS, AccountRunner, no_good_bye
from reconciler.service.schedule import Schedule
from reconciler.service.spread import first_turn
from reconciler.storage.errors import LeaseLost
from reconciler.storage.held_store import HeldStore

CLOCK_SECONDS = 60.0
DOUBTED_CLOCK_SECONDS = 10.0
HEALTH_SECONDS = 2.0


class Fleet:
    """Runs the watch over each account; what becomes of one of them is no other's concern.

    Attributes:
        watching: What this process knows of each account, by name; it follows what comes and goes.
    """

    def __init__(self, runners: Iterable[AccountRunner], every: timedelta) -> None:
        """Nothing runs yet. `every` is the time between two sweeps."""
        self._runners = {runner.account: runner for runner in runners}
        self.watching: dict[str, Callable[[], Watching]] = {
            name: runner.watching for name, runner in self._runners.items()
        }
        self._every = every
        self._elsewhere: dict[str, Callable[[], Watching]] = {}
        self._leaving: set[AccountRunner] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._started = 0
        self._begun: tuple[Schedule, asyncio.TaskGroup] | None = None

    def know(self, elsewhere: Mapping[str, Callable[[], Watching]]) -> None:
        """Take note of all accounts that may be watched here or by others: what is said of each meanwhile."""
        self._elsewhere = dict(elsewhere)
        for name in self.watching.keys() - self._runners.keys() - elsewhere.keys():
            del self.watching[name]
        for name, told in elsewhere.items():
            if name not in self._runners:
                self.watching[name] = told

    @property
    def accounts(self) -> frozenset[str]:
        """The accounts that have a runner here."""
        return frozenset(self._runners)

    def ended(self) -> list[str]:
        """Return those whose watch has ended by itself: their leases were lost."""
        return [name for name, task in self._tasks.items() if task.done()]

    def held(self) -> list[HeldStore]:
        """Return what writes of the accounts that are ours at the moment."""
        return [runner.held for runner in self._runners.values() if runner.held is not None]

    def ours(self) -> list[str]:
        """Return the accounts that no other process is known to watch."""
        return [name for name, runner in self._runners.items() if not runner.watching().held_by]

    def look_again(self, condition: FindingKey) -> None:
        """Look at what a person wants another look at, where its account is ours."""
        runner = self._runners.get(condition.account)
        if runner is not None:
            runner.look_again(condition)

    def begin(self, schedule: Schedule, group: asyncio.TaskGroup) -> None:
        """Begin with all of them; those that come later begin as they come."""
        self._begun = schedule, group
        for runner in self._runners.values():
            self._start(runner)

    def add(self, runner: AccountRunner) -> None:
        """Begin to watch one more account."""
        self._runners[runner.account] = runner
        self.watching[runner.account] = runner.watching
        self._start(runner)

    async def remove(self, account: str) -> None:
        """Watch an account no more, and give its lease back.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        await self._stop(account)
        if account in self._elsewhere:
            self.watching[account] = self._elsewhere[account]
        else:
            del self.watching[account]

    async def replace(self, runner: AccountRunner) -> None:
        """Watch an account anew. Meanwhile it is known as one of which nothing is known.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        await self._stop(runner.account)
        self.add(runner)

    def pace(self, every: timedelta) -> None:
        """Sweep so often from now on."""
        if every == self._every:
            return
        self._every = every
        for number, (name, runner) in enumerate(self._runners.items()):
            runner.pace(every)
            if self._begun is not None:
                schedule, _ = self._begun
                seconds = every.total_seconds()
                schedule.pace(f"sweep {name}", seconds, first=first_turn(number, seconds))
                schedule.pace(f"health {name}", self._health_seconds)

    def watch_for(self, watched: Watched) -> None:
        """Keep of an account what is watched from now on, and retire the alerts of what is not."""
        runner = self._runners.get(watched.account)
        if self._begun is not None and runner is not None:
            self._begun[1].create_task(_retain(runner, watched))

    def end(self) -> None:
        """Tell all of them to end; then `close`, and `give_back`."""
        for task in self._tasks.values():
            task.cancel()

    async def close(self) -> None:
        """End every connection, even where ending one of them fails."""
        await asyncio.gather(*(runner.close() for runner in self._all))

    async def give_back(self) -> bool:
        """Give every lease back; False where that could not be stored of all of them, which is told."""
        runners = self._all
        stored = await asyncio.gather(*(runner.give_back() for runner in runners))
        left = [runner.account for runner, done in zip(runners, stored, strict=True) if not done]
        if left:
            no_good_bye(left)
        return not left

    @property
    def _all(self) -> list[AccountRunner]:
        return [*self._runners.values(), *self._leaving]

    @property
    def _health_seconds(self) -> float:
        return min(self._every.total_seconds(), HEALTH_SECONDS)

    def _start(self, runner: AccountRunner) -> None:
        if self._begun is None:
            return
        schedule, group = self._begun
        name, sweeps, number = runner.account, self._every.total_seconds(), self._started
        self._started += 1
        # A hundred sweeps in one turn would hold up what happens meanwhile; each watch looks at its start.
        first, first_clock = first_turn(number, sweeps), first_turn(number, CLOCK_SECONDS)
        schedule.every(f"heartbeat {name}", HEARTBEAT_SECONDS, runner.beat)
        schedule.every(f"sweep {name}", sweeps, runner.sweep, first=first)
        schedule.every(f"health {name}", self._health_seconds, runner.check_health)
        schedule.every(f"clock {name}", CLOCK_SECONDS, runner.measure_clock, first=first_clock)
        schedule.every(f"doubted clock {name}", DOUBTED_CLOCK_SECONDS, runner.doubt_clock)
        self._tasks[name] = group.create_task(runner.run())

    async def _stop(self, account: str) -> None:
        runner = self._runners.pop(account)
        self._leaving.add(runner)
        if self._begun is not None:
            for job in ("heartbeat", "sweep", "health", "clock", "doubted clock"):
                self._begun[0].remove(f"{job} {account}")
        task = self._tasks.pop(account, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await runner.leave()
        self._leaving.discard(runner)


async def _retain(runner: AccountRunner, watched: Watched) -> None:
    with suppress(LeaseLost):  # whoever has it now keeps what its own settings say
        await runner.watch_for(watched)
