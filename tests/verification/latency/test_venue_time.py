"""The venue's clock: the best of recent measurements, tied to a clock that nobody sets."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.drawn import START, moment
from verification.facts.clock import Moment
from verification.latency.venue_time import DRIFT, PARTED, WINDOW, ClockFilter, VenueTime


def measured(at: float, offset: float, error: float) -> VenueTime:
    return VenueTime(moment(at), timedelta(seconds=offset), timedelta(seconds=error))


def of(*all_measured: VenueTime) -> ClockFilter:
    kept = ClockFilter()
    for each in all_measured:
        kept.add(each)
    return kept


def test_a_time_of_the_venue_becomes_one_of_our_monotonic_clock() -> None:
    known = measured(10, 0.7, 0)
    assert known.monotonic(START + timedelta(seconds=10.7)) == pytest.approx(10)
    assert known.monotonic(START + timedelta(seconds=3.7)) == pytest.approx(3)


def test_the_shortest_round_trip_is_believed() -> None:
    best = of(measured(0, 0.1, 0.2), measured(1, 0.2, 0.01), measured(2, 0.3, 0.3)).best(moment(3))
    assert best is not None
    assert best.offset == timedelta(seconds=0.2)


def test_an_error_grows_with_age_until_a_new_measurement_is_better() -> None:
    kept = of(measured(0, 0.1, 0.010), measured(300, 0.2, 0.024))
    early, late = (
        kept.best(moment(301)),
        of(measured(0, 0.1, 0.010), measured(300, 0.2, 0.020)).best(moment(301)),
    )
    assert early is not None
    assert late is not None
    assert early.offset == timedelta(seconds=0.2)
    assert early.error == timedelta(seconds=0.024 + DRIFT)
    assert late.offset == timedelta(seconds=0.2)
    young = of(measured(0, 0.1, 0.010), measured(100, 0.2, 0.020)).best(moment(101))
    assert young is not None
    assert young.offset == timedelta(seconds=0.1)


def test_what_is_old_is_forgotten() -> None:
    kept = of(measured(0, 0, 0))
    assert kept.best(moment(WINDOW.total_seconds())) is not None
    assert kept.best(moment(WINDOW.total_seconds() + 1)) is None


@pytest.mark.parametrize("step", [-3600.0, -0.2, 0.2, 3600.0])
def test_after_our_clock_was_set_nothing_measured_before_it_holds(step: float) -> None:
    kept = of(measured(0, 0, 0))
    assert abs(step) > PARTED.total_seconds()
    assert kept.best(Moment.at(START + timedelta(seconds=5 + step), 5)) is None


@given(
    truth=st.floats(-5000, 5000),
    trips=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2), st.floats(0, 500)), min_size=1, max_size=8),
)
def test_the_truth_is_never_further_away_than_the_error(
    truth: float, trips: list[tuple[float, float, float]]
) -> None:
    """Half the difference of the two ways of a round trip is the mistake, half their sum the error."""
    kept = ClockFilter()
    for there, back, at in trips:
        kept.add(measured(at, truth + (there - back) / 2, (there + back) / 2))
    best = kept.best(moment(500))
    assert best is not None
    assert abs(best.offset.total_seconds() - truth) <= best.error.total_seconds() + 2e-6
