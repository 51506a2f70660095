"""What a process says of itself: told at once where a state changes, seldom where nothing does."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from reconciler.serve.watching import Watching
from reconciler.service.reporting import Reporting
from reconciler.service.schedule import Schedule
from reconciler.service.turn import Turn
from reconciler.service.worth_telling import worth_telling
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.views.health import ProcessView, WaitingView
from tests.dashboard.drawn_health import budget, job, process
from tests.reconciler.apscheduler_time import go_by
from tests.virtual_time import VirtualClock, run
from verification.budget.counter import Asked
from verification.budget.purpose import Purpose
from verification.budget.rates import Limit, Rates
from verification.facts.clock import Moment, SystemClock
from verification.venues.ccxt.counted import counted
from verification.venues.ccxt.governor import Governor

TOLD = process()
AT = TOLD.at
CLOCK = TOLD.clocks[0]


def later(seconds: float, **changes: Any) -> ProcessView:
    return replace(TOLD, at=AT + timedelta(seconds=seconds), **changes)


@pytest.mark.parametrize(
    ("now", "worth"),
    [
        (later(299), False),
        (later(300), True),
        (later(-3600), True),
        (later(2, jobs=(replace(job(), good_at=AT), *TOLD.jobs[1:])), False),
        (later(2, jobs=(job(failing="the disk is full"), *TOLD.jobs[1:])), True),
        (later(2, jobs=(job(late=True), *TOLD.jobs[1:])), True),
        (later(2, jobs=TOLD.jobs[1:]), True),
        (later(2, budgets=(budget(waits_until=AT + timedelta(seconds=90), refusals=1),)), True),
        (later(9, budgets=(budget(used=2000),)), False),
        (later(10, budgets=(budget(used=2000),)), True),
        (later(10, budgets=(budget(used=412 + 239),)), False),
        (later(10, budgets=(budget(ours=84 + 48),)), True),
        (later(10, budgets=(budget(), budget(address="vps"))), True),
        (later(10, clocks=(replace(CLOCK, ahead_ms=18.9),)), False),
        (later(10, clocks=(replace(CLOCK, ahead_ms=19.1),)), True),
        (later(10, clocks=()), True),
        (later(2, waiting=(WaitingView("phone", AT),)), True),
    ],
)
def test_what_is_worth_a_write(now: ProcessView, worth: bool) -> None:  # noqa: FBT001 - a table's column
    assert worth_telling(TOLD, now) is worth


def test_a_wait_that_only_runs_down_is_told_once() -> None:
    until = AT + timedelta(seconds=90)
    waiting = replace(TOLD, budgets=(budget(waits_until=until, refusals=1),))
    counted_again = replace(waiting, at=AT + timedelta(seconds=9))
    assert not worth_telling(waiting, counted_again)


class Kept:
    """Keeps what is told; may refuse."""

    def __init__(self) -> None:
        self.told: list[ProcessView] = []
        self.forgotten: list[str] = []
        self.error: StateDatabaseError | None = None

    async def save_process(self, view: ProcessView) -> None:
        if self.error is not None:
            raise self.error
        self.told.append(view)

    async def forget_process(self, name: str) -> None:
        if self.error is not None:
            raise self.error
        self.forgotten.append(name)


def reporting(kept: Kept, clock: VirtualClock) -> Reporting:
    return Reporting(
        "vega 1841",
        kept,  # type: ignore[arg-type] # as much of a store as it needs
        clock,
        accounts={},
        counted=tuple,
        waiting=lambda: {"phone": 0.0},
    )


def test_at_rest_it_writes_every_five_minutes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock()
    go_by(clock, monkeypatch)
    kept = Kept()

    async def hour() -> None:
        schedule = Schedule(clock, on_step=lambda _: None, tolerates=lambda _: True)
        reports = reporting(kept, clock)
        reports.schedule = schedule
        schedule.every("report", 2, reports.look)
        task = asyncio.create_task(schedule.run())
        await asyncio.wait([task], timeout=3600)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run(hour())

    assert 12 <= len(kept.told) <= 14
    assert [each.name for each in kept.told[-1].jobs] == ["report"]
    assert kept.told[-1].jobs[0].good_at is not None


def test_each_job_is_told_with_its_account_whatever_words_both_are_of() -> None:
    async def story() -> list[tuple[str, str]]:
        clock = VirtualClock()
        schedule = Schedule(clock, on_step=lambda _: None, tolerates=lambda _: True)
        names = ("main", "my main", "log")
        reports = Reporting(
            "vega 1841",
            Kept(),  # type: ignore[arg-type] # as much of a store as it needs
            clock,
            accounts={each: partial(Watching, each, timedelta(seconds=30), None, "", None) for each in names},
            counted=tuple,
            waiting=dict,
        )
        reports.schedule = schedule

        async def nothing() -> None:
            await asyncio.sleep(0)

        for name in (
            "garbage",
            "last resort",
            "sweep main",
            "doubted clock my main",
            "clock log",
            "sweep gone",
        ):
            schedule.every(name, 2, nothing)
        return sorted((each.name, each.account) for each in reports.view().jobs)

    assert run(story()) == [
        ("clock", "log"),
        ("doubted clock", "my main"),
        ("garbage", ""),
        ("last resort", ""),
        ("sweep", "main"),
        ("sweep gone", ""),
    ]


def test_what_could_not_be_stored_is_told_the_next_time_and_an_end_is_no_error() -> None:
    kept = Kept()

    async def story() -> None:
        reports = reporting(kept, VirtualClock())
        kept.error = StateDatabaseError(StateTrouble.LOCKED, "locked", again=True)
        with pytest.raises(StateDatabaseError):
            await reports.look()
        await reports.end()
        kept.error = None
        await reports.look()
        await reports.look()
        await reports.end()

    run(story())

    assert (len(kept.told), kept.forgotten) == (1, ["vega 1841"])


def moment(seconds: float) -> Moment:
    return Moment.at(AT + timedelta(seconds=seconds), seconds)


@pytest.mark.parametrize(
    ("every", "passed", "late"),
    [(2, 61, False), (2, 63, True), (60, 179, False), (60, 181, True), (3600, 10799, False)],
)
def test_a_job_is_late_after_three_turns_and_a_minute(every: float, passed: float, late: bool) -> None:  # noqa: FBT001 - a table's column
    turn = Turn(every, moment(0))
    turn.ended(moment(0), moment(0.5))
    assert turn.is_late(moment(0.5 + passed)) is late


def test_a_turn_that_failed_is_no_good_one_and_one_that_works_again_forgets_it() -> None:
    turn = Turn(2, moment(0))
    turn.ended(moment(1), moment(3))
    turn.failed(ValueError("no room"), moment(5))
    assert (turn.good, turn.seconds, turn.failing) == (moment(3), 2.0, "no room")
    turn.ended(moment(6), moment(6.5))
    assert (turn.good, turn.seconds, turn.failing) == (moment(6.5), 0.5, "")


async def test_a_counter_is_told_as_it_counts() -> None:
    clock = SystemClock()
    governor = Governor(Rates(name="Binance"), "Binance", Limit(2400), clock)
    governor.know("swing")
    governor.know("main")
    now = clock.now().monotonic
    governor.budget.count(Asked(80, Purpose.SWEEP, "main"), now)
    governor.budget.told(412, now)
    governor.wait.refused(107, 1.0, now)

    found = counted(governor, "home", now)

    assert (found.venue, found.address, found.accounts) == ("Binance", "home", ("main", "swing"))
    assert found.used == pytest.approx(412)
    assert (found.ours, found.most, found.part, found.slowed_from) == (80, 2400, 480, 1440)
    assert (found.window, found.refusals, found.waits) == (60, 1, ())
    assert found.left == pytest.approx(107)
