"""The log says once that the state database is away, and once that it is back, whoever meets it how often."""

from collections.abc import MutableMapping
from typing import Any

import pytest
import structlog.testing

from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.outage import Outage
from tests.virtual_time import VirtualClock, run

AWAY = StateDatabaseError(StateTrouble.UNREACHABLE, "state database x does not answer", again=True)
GONE = StateDatabaseError(StateTrouble.CORRUPT, "state database x is damaged")

LegQueue = list[MutableMapping[str, Any]]


def told(*requests: tuple[float, StateDatabaseError | None]) -> LegQueue:
    """What the log says when requests come to this at these seconds."""

    async def play() -> LegQueue:
        clock = VirtualClock()
        outage = Outage(clock)
        with structlog.testing.capture_logs() as lines:
            for at, error in requests:
                await clock.sleep(at - clock.now().monotonic)
                _request(outage, error)
        return lines

    return run(play())


def _request(outage: Outage, error: StateDatabaseError | None) -> None:
    if error is None:
        with outage.watched():
            return
    with pytest.raises(StateDatabaseError), outage.watched():
        raise error


def test_it_is_told_once_each_however_often_it_is_met() -> None:
    away = [(10 + n, AWAY) for n in range(600)]
    back = [(610 + n, None) for n in range(60)]

    gone, there = told((1, None), *away, *back)

    assert (gone["event"], gone["log_level"]) == ("state.away", "error")
    assert "does not answer" in gone["error"]
    assert (there["event"], there["seconds_away"]) == ("state.back", 600)


def test_reads_that_work_while_writes_do_not_are_no_return() -> None:
    both = [each for n in range(0, 60, 2) for each in ((n, AWAY), (n + 1, None))]

    assert [line["event"] for line in told(*both)] == ["state.away"]


def test_one_that_was_back_can_go_again() -> None:
    lines = told((0, AWAY), (1, None), (5, None), (20, AWAY), (30, None), (40, None))

    assert [line["event"] for line in lines] == ["state.away", "state.back"] * 2
    assert [line["seconds_away"] for line in lines if "seconds_away" in line] == [1, 10]


def test_what_ends_the_process_is_told_by_its_end() -> None:
    assert told((0, None), (1, GONE)) == []
