"""Latency: every sample in its windows, at most 600 points, percentiles within 2 %, nothing kept for ever."""

import math
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.storage.database import Database
from reconciler.storage.latency import (
    BUCKET,
    POINTS_MAX,
    TIERS,
    add_samples,
    floor,
    prune_latency,
    read_latency,
)
from reconciler.views.latency import LatencyView
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

NOW = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def sample(
    milliseconds: float,
    *,
    ago: timedelta = timedelta(0),
    account: str = "main",
    source: Source = Source.REST,
    measure: Measure = Measure.VISIBILITY_LAG,
) -> LatencySample:
    return LatencySample(account, source, measure, NOW - ago, milliseconds)


def add(database: Database, *samples: LatencySample) -> None:
    with database.write() as connection:
        add_samples(connection, samples)


def read(
    database: Database, period: timedelta, bucket: timedelta, account: str | None = None
) -> tuple[LatencyView, ...]:
    with database.read() as connection:
        return read_latency(connection, period, bucket, account=account, now=NOW)


def test_samples_of_many_batches_add_up(database: Database) -> None:
    for batch in range(5):
        add(database, *(sample(float(batch * 100 + each)) for each in range(1, 101)))

    (view,) = read(database, HOUR, 5 * MINUTE)

    assert view.total is not None
    assert (view.total.count, view.total.max_ms, view.negative) == (500, 500.0, 0)
    assert view.total.p95_ms == pytest.approx(475, rel=0.02)
    assert sum(count for _, count in view.distribution) == 500
    assert [point.at for point in view.points] == [datetime(2026, 3, 1, 12, tzinfo=UTC)]


def test_sources_measures_and_accounts_are_series_of_their_own(database: Database) -> None:
    add(
        database,
        sample(1.0, source=Source.WEBSOCKET),
        sample(2.0),
        sample(3.0, measure=Measure.REQUEST_TIME),
        sample(4.0, account="other"),
    )

    merged = read(database, HOUR, 5 * MINUTE)
    other = read(database, HOUR, 5 * MINUTE, "other")

    names = [(view.account, view.source, view.measure) for view in merged]
    assert names == [
        ("", Source.REST, "request_time"),
        ("", Source.WEBSOCKET, "visibility_lag"),
        ("", Source.REST, "visibility_lag"),
    ]
    assert [view.total and view.total.count for view in merged] == [1, 1, 2]
    assert [(view.account, view.total and view.total.count) for view in other] == [("other", 1)]


def test_all_accounts_together_are_the_sum_of_each(database: Database) -> None:
    accounts = [f"account{number}" for number in range(7)]
    for turn in range(3):
        add(
            database,
            *(
                sample(float(number * 50 + turn), ago=number * 7 * MINUTE, account=account)
                for number, account in enumerate(accounts)
            ),
        )

    for period, bucket in ((HOUR, timedelta(seconds=10)), (HOUR, 5 * MINUTE), (7 * 24 * HOUR, HOUR)):
        (together,) = read(database, period, bucket)
        each = [view for account in accounts for view in read(database, period, bucket, account)]
        counted = Counter[datetime]()
        for point in (point for view in each for point in view.points):
            counted[point.at] += point.count
        assert {point.at: point.count for point in together.points} == counted
        assert together.total is not None
        assert together.total.max_ms == max(view.total.max_ms for view in each if view.total is not None)


def test_no_samples_are_no_series_and_not_a_series_of_zeros(database: Database) -> None:
    add(database, sample(1.0, ago=2 * HOUR))

    assert read(database, HOUR, MINUTE) == ()


def test_a_negative_sample_is_counted_and_never_hidden(database: Database) -> None:
    add(database, sample(-12.0), sample(5.0))

    (view,) = read(database, HOUR, MINUTE)

    assert (view.negative, view.total and view.total.count) == (1, 2)


@pytest.mark.parametrize(
    ("period", "bucket", "width"),
    [
        (10 * MINUTE, timedelta(seconds=10), timedelta(seconds=10)),
        (HOUR, timedelta(seconds=1), timedelta(seconds=10)),
        (HOUR, timedelta(seconds=25), timedelta(seconds=30)),
        (24 * HOUR, timedelta(seconds=1), 5 * MINUTE),
        (24 * HOUR, 7 * MINUTE, 10 * MINUTE),
        (7 * 24 * HOUR, MINUTE, HOUR),
        (365 * 24 * HOUR, HOUR, 15 * HOUR),
    ],
)
def test_a_point_is_as_wide_as_asked_or_as_can_be_shown(
    database: Database, period: timedelta, bucket: timedelta, width: timedelta
) -> None:
    step = period / 1500
    add(database, *(sample(float(each), ago=step * each) for each in range(1500)))

    (view,) = read(database, period, bucket)

    assert 1 < len(view.points) <= POINTS_MAX
    assert all(point.at == floor(point.at, width) for point in view.points)
    gaps = {later.at - earlier.at for earlier, later in zip(view.points, view.points[1:], strict=False)}
    assert all(gap % width == timedelta(0) for gap in gaps)
    assert min(gaps) == width


def test_an_unchanged_series_is_identical_when_time_moves_within_a_bucket(database: Database) -> None:
    add(database, *(sample(float(each), ago=each * MINUTE) for each in range(50)))

    with database.read() as connection:
        seen = [
            read_latency(connection, HOUR, 5 * MINUTE, account=None, now=NOW + timedelta(seconds=each))
            for each in (0, 100)
        ]

    assert seen[0] == seen[1]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0.01, 1e5), st.integers(0, 100)), min_size=1, max_size=60))
def test_a_percentile_of_any_samples_is_within_two_percent(
    database: Database, drawn: list[tuple[float, int]]
) -> None:
    with database.write() as connection:
        connection.execute(sa.delete(BUCKET))
    half = len(drawn) // 2
    for part in (drawn[:half], drawn[half:]):
        add(database, *(sample(value, ago=timedelta(seconds=ago)) for value, ago in part))

    (view,) = read(database, HOUR, timedelta(seconds=10))

    values = sorted(value for value, _ in drawn)
    exact = values[math.ceil(0.95 * len(values)) - 1]
    assert view.total is not None
    assert view.total.p95_ms == pytest.approx(exact, rel=0.02 + 1e-9)
    assert sum(point.count for point in view.points) == view.total.count == len(values)


def test_what_is_too_old_for_its_width_is_forgotten(database: Database) -> None:
    add(database, sample(1.0), sample(1.0, ago=5 * HOUR), sample(1.0, ago=48 * HOUR))

    with database.write() as connection:
        prune_latency(connection, now=NOW)
        rows = connection.execute(sa.select(BUCKET.c.tier, sa.func.count()).group_by(BUCKET.c.tier))
        kept = {tier: count for tier, count in rows}  # noqa: C416 - a row is no pair to mypy

    assert kept == {10: 1, 300: 2, 3600: 3, -10: 1, -300: 2, -3600: 3}
    assert [tier.width.total_seconds() for tier in TIERS] == [10, 300, 3600]


def test_more_windows_than_one_statement_takes_are_written(database: Database) -> None:
    add(database, *(sample(1.0, ago=each * timedelta(seconds=10)) for each in range(900)))

    (view,) = read(database, 3 * HOUR, MINUTE)

    assert view.total is not None
    assert view.total.count == 900
