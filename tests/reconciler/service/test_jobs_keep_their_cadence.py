"""The schedule: jobs come at their intervals whatever the wall clock does; a bug in one ends it loudly."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest

from reconciler.service.schedule import Schedule
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from tests.reconciler.apscheduler_time import go_by
from tests.virtual_time import VirtualClock, run

BUSY = StateDatabaseError(StateTrouble.LOCKED, "state database is locked", again=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> VirtualClock:
    virtual = VirtualClock()
    go_by(virtual, monkeypatch)
    return virtual


class Diary:
    """Notes when a job ran; may fail."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.ran: list[float] = []
        self.error: Exception | None = None
        self.takes = 0.0

    async def job(self) -> None:
        self.ran.append(self.clock.now().monotonic)
        await asyncio.sleep(self.takes)
        if self.error is not None:
            raise self.error


async def scheduled(
    clock: VirtualClock, diary: Diary, until: float, *happens: tuple[float, Callable[[], None]]
) -> list[float]:
    """Run one job every two seconds until a time, while things happen; return the steps that were noticed."""
    steps: list[float] = []
    schedule = Schedule(
        clock,
        on_step=steps.append,
        tolerates=lambda error: isinstance(error, StateDatabaseError) and error.again,
    )
    schedule.every("job", 2, diary.job)
    for at, what in happens:
        asyncio.get_running_loop().call_later(at, what)
    task = asyncio.create_task(schedule.run())
    done, _ = await asyncio.wait([task], timeout=until)
    if done:
        await task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return steps


@pytest.fixture(autouse=True)
def silent(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """APScheduler has nothing to complain of in any of this."""
    caplog.set_level(logging.WARNING)
    yield
    assert [record.message for record in caplog.records if record.name.startswith("apscheduler")] == []


@pytest.mark.parametrize("hours", [0, 1, -1, 25])
def test_a_step_of_the_wall_clock_changes_no_cadence_by_more_than_one_interval(
    clock: VirtualClock, hours: int
) -> None:
    diary = Diary(clock)
    steps = run(scheduled(clock, diary, 60, (30.5, lambda: clock.step(timedelta(hours=hours)))))
    gaps = [later - earlier for earlier, later in zip(diary.ran, diary.ran[1:], strict=False)]
    assert diary.ran[0] < 0.1
    assert max(gaps) <= 4
    assert 28 <= len(diary.ran) <= 33
    assert [round(step / 3600) for step in steps] == ([hours] if hours else [])


def test_a_bug_in_a_job_ends_the_schedule_loudly(clock: VirtualClock) -> None:
    diary = Diary(clock)

    def broken() -> None:
        diary.error = ZeroDivisionError("a bug")

    with pytest.raises(ExceptionGroup) as raised:
        run(scheduled(clock, diary, 60, (5, broken)))
    assert raised.group_contains(ZeroDivisionError, match="a bug")
    assert diary.ran[-1] < 7


def test_when_several_jobs_break_at_once_the_first_ends_all_and_apscheduler_meets_none(
    clock: VirtualClock,
) -> None:
    async def several() -> None:
        schedule = Schedule(clock, on_step=lambda _: None, tolerates=lambda _: False)
        for number in range(3):
            schedule.every(f"job {number}", 2, partial(broken, number))
        await schedule.run()

    async def broken(number: int) -> None:
        raise ZeroDivisionError(f"bug {number}")

    with pytest.raises(ExceptionGroup) as raised:
        run(several())
    assert raised.group_contains(ZeroDivisionError, match="bug 0")


def test_what_may_pass_is_tried_again_at_the_next_turn(clock: VirtualClock) -> None:
    diary = Diary(clock)

    def busy() -> None:
        diary.error = BUSY

    run(scheduled(clock, diary, 21, (5, busy)))
    assert len(diary.ran) == 11


def test_the_end_waits_for_the_job_that_runs(clock: VirtualClock) -> None:
    diary = Diary(clock)
    diary.takes = 1.5
    run(scheduled(clock, diary, 21))  # at 21 s a job is at work: no task may be left, no complaint made
    assert diary.ran[-1] == pytest.approx(20, abs=0.1)
