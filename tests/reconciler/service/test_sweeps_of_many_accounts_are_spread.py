"""Sweeps of many accounts do not come all at once, and none comes later for that."""

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest

from reconciler.service.fleet import Fleet
from reconciler.service.schedule import Schedule
from tests.reconciler.apscheduler_time import go_by
from tests.virtual_time import VirtualClock, run

ACCOUNTS = 25
EVERY, SOONER = 57.0, 30.0
AT_ONCE = 2


class Swept:
    """An account that notes when it is swept, and does nothing else."""

    def __init__(self, account: str, clock: VirtualClock, at: dict[str, list[float]]) -> None:
        self.account = account
        self._clock = clock
        self._at = at

    def watching(self) -> None:
        return None

    def pace(self, _: timedelta) -> None:
        return

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def sweep(self) -> None:
        self._at[self.account].append(self._clock.now().monotonic)

    async def _nothing(self) -> None:
        return

    beat = check_health = measure_clock = doubt_clock = _nothing


async def sweeps(
    clock: VirtualClock, *, until: float, paced_at: float | None = None
) -> tuple[float, dict[str, list[float]]]:
    """Return when it began, and when each account was swept."""
    at: dict[str, list[float]] = defaultdict(list)
    began = clock.now().monotonic
    runners: Any = [Swept(f"account{number}", clock, at) for number in range(ACCOUNTS)]
    fleet = Fleet(runners, timedelta(seconds=EVERY))
    schedule = Schedule(clock, on_step=lambda _: None, tolerates=lambda _: True)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(schedule.run())
        fleet.begin(schedule, group)
        if paced_at is not None:
            await asyncio.sleep(paced_at)
            fleet.pace(timedelta(seconds=SOONER))
        await asyncio.sleep(until - (paced_at or 0.0))
        running.cancel()
        fleet.end()
    return began, at


def most_at_once(at: dict[str, list[float]], since: float) -> int:
    """Return how many sweeps come within one second, at most."""
    every = sorted(each for times in at.values() for each in times if each >= since)
    return max(sum(1 for each in every if began <= each < began + 1) for began in every)


def gaps(times: list[float], since: float) -> list[float]:
    return [later - sooner for sooner, later in zip([since, *times], times, strict=False)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    virtual = VirtualClock()
    go_by(virtual, monkeypatch)
    return virtual


def test_each_is_swept_as_often_as_it_is_said_and_few_at_once(clock: VirtualClock) -> None:
    began, at = run(sweeps(clock, until=4 * EVERY))

    assert len(at) == ACCOUNTS
    for times in at.values():
        assert max(gaps(times, began)) <= EVERY + 0.01
        assert len(times) in {4, 5}
    assert most_at_once(at, began) <= AT_ONCE


def test_it_stays_so_when_the_settings_say_another_interval(clock: VirtualClock) -> None:
    began, at = run(sweeps(clock, until=4 * EVERY, paced_at=EVERY))

    for times in at.values():
        since = max(each for each in [began, *times] if each <= began + EVERY)
        after = [each for each in times if each > since]
        assert max(gaps(after, max(since, began + EVERY))) <= SOONER + 0.01
    assert most_at_once(at, began + EVERY + 1) <= 2 * AT_ONCE
