"""Our clock is called wrong on two measurements or a step, and right on two others; on one it is neither."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from reconciler.sight.clock_skew import ClockSeen, judge_clock
from tests.reconciler.house import House, play
from verification.facts.clock import Moment
from verification.facts.leg import Leg
from verification.latency.venue_time import VenueTime

KEY = FindingKey(Kind.CLOCK_SKEW, "main", "clock", Leg.NET)
HOUR = 3600.0


def _at(second: float, wall: float = 0.0) -> Moment:
    began = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)
    return Moment.at(began + timedelta(seconds=second + wall), second)


class _Clock:
    """Our clock, looked at every two seconds and measured when a test says so."""

    def __init__(self) -> None:
        self.seen = ClockSeen().after_look(_at(0))
        self.second, self.wall = 0.0, 0.0

    def passes(self, seconds: float) -> None:
        for _ in range(int(seconds / 2)):
            self.second += 2
            self.seen = self.seen.after_look(_at(self.second, self.wall))

    def measured(self, ahead: float, *, within: float = 0.05) -> None:
        self.passes(60)
        at = _at(self.second, self.wall)
        offset, error = timedelta(seconds=ahead), timedelta(seconds=within)
        self.seen = self.seen.after_measurement(VenueTime(at, offset, error))

    def told(self) -> Finding | None:
        found = judge_clock("main", self.seen, _at(self.second, self.wall)).findings
        return found[0] if found else None

    def found(self) -> Finding:
        told = self.told()
        assert told is not None
        return told

    def well(self) -> bool:
        return KEY in judge_clock("main", self.seen, _at(self.second, self.wall)).well


def test_one_measurement_is_no_word_and_two_are() -> None:
    clock = _Clock()
    clock.measured(2.0)
    assert (clock.told(), clock.well()) == (None, False)
    clock.measured(2.0)
    found = clock.found()
    assert (found.identity, found.severity) == (KEY, Severity.WARNING)
    assert "2.0 s behind the exchange's" in found.reason


def test_one_that_is_far_off_is_critical() -> None:
    clock = _Clock()
    clock.measured(-6.0)
    clock.measured(-6.0)
    found = clock.found()
    assert found.severity is Severity.CRITICAL
    assert "6.0 s ahead of the exchange's" in found.reason


def test_what_the_way_there_explains_is_no_wrong_clock() -> None:
    clock = _Clock()
    for _ in range(5):
        clock.measured(1.6, within=0.7)
        assert (clock.told(), clock.well()) == (None, False)


def test_at_the_edge_it_does_not_come_and_go() -> None:
    clock = _Clock()
    clock.measured(1.2)
    clock.measured(1.2)
    assert clock.told() is not None
    clock.measured(0.9)
    assert (clock.told(), clock.well()) == (None, False), "nothing new is found, and nothing is called well"
    clock.measured(0.6)
    assert clock.well()


@pytest.mark.parametrize("by", [HOUR, -HOUR, 1.5])
def test_a_clock_that_is_set_is_told_at_once_until_it_is_measured(by: float) -> None:
    clock = _Clock()
    clock.measured(0.0)
    clock.wall += by
    clock.passes(2)
    found = clock.found()
    assert found.severity is Severity.WARNING
    assert ("forward" if by > 0 else "back") in found.reason
    clock.measured(0.0)
    assert clock.told() is None
    assert clock.well()


def test_one_that_is_set_wrong_stays_told() -> None:
    clock = _Clock()
    clock.measured(0.0)
    clock.wall += HOUR
    clock.passes(2)
    for _ in range(3):
        clock.measured(-HOUR)
        assert clock.told() is not None
    assert clock.found().severity is Severity.CRITICAL


def test_what_was_set_and_shown_right_is_not_held_against_it_later() -> None:
    clock = _Clock()
    clock.wall += HOUR
    clock.passes(2)
    clock.measured(0.0)
    clock.measured(0.0)
    clock.measured(0.9)
    assert clock.told() is None


def test_where_the_exchange_tells_no_time_a_step_is_over_after_ten_minutes() -> None:
    clock = _Clock()
    clock.wall += 5
    clock.passes(598)
    assert clock.told() is not None
    clock.passes(6)
    assert clock.told() is None
    assert clock.well()


def test_slewing_is_no_step() -> None:
    clock = _Clock()
    for _ in range(300):
        clock.wall += 0.2
        clock.passes(2)
    assert clock.told() is None


def test_in_an_account_it_fires_at_the_step_and_is_over_once_measured_twice(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.open_trade()
        await house.quiet(70)
        await house.unit.measure_clock()
        house.clock.step(timedelta(hours=-1))
        await house.until(house.clock_alert, within=5)
        alert = house.clock_alert()
        assert alert is not None
        assert (alert.key, alert.state) == (KEY, AlertState.FIRING)
        for _ in range(2):  # measured anew while it is doubted, and not only every minute
            await house.quiet(10)
            await house.unit.doubt_clock()
        await house.until(lambda: house.clock_alert() is None, within=5)

    play(tmp_path, story)
