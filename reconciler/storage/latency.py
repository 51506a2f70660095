"""Latency in the database: every sample goes into one sketch per window, in three widths of window.

Charts read the widest window that still resolves their points, so a week costs hardly more than an hour.
Beside the windows of each account stand those of all together, so that fifty accounts cost what one does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from reconciler.facts.sketch import Sketch
from reconciler.storage.groups import Only, is_one_of
from reconciler.storage.ready import Ready
from reconciler.storage.rows import LatencyBucketRow, table
from reconciler.storage.upsert import put, upsert_into
from reconciler.views.latency import LatencyPoint, LatencyView
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

BUCKET = table(LatencyBucketRow)
POINTS_MAX = 600


@dataclass(frozen=True, slots=True)
class Tier:
    """One width of window and how long it is kept."""

    width: timedelta
    kept: timedelta


TIERS = (
    Tier(timedelta(seconds=10), timedelta(hours=3)),
    Tier(timedelta(minutes=5), timedelta(hours=26)),
    Tier(timedelta(hours=1), timedelta(days=400)),
)
"""Finest first. Each width divides the next."""

_OF_ALL = ""
"""Stands for the account where all are meant; the tier is negative there, so that they stand side by side."""

_Key = tuple[int, datetime, str, str, str]
_KEY = (BUCKET.c.tier, BUCKET.c.start, BUCKET.c.account, BUCKET.c.source, BUCKET.c.measure)
_NAMES = tuple(column.name for column in _KEY)
_ASKED_BY = 3  # the tier, the start and the account
# Asked for by the first columns of the key: a comparison of whole keys would read the whole table.
_WANTED = (
    sa.select(BUCKET)
    .where(*(column.in_(sa.bindparam(column.name, expanding=True)) for column in _KEY[:_ASKED_BY]))
    .order_by(*_KEY)
    .with_for_update()
)
# The same on a file, once for each window: a list would have to be put into words anew.
_IN_WINDOW = Ready(
    sa.select(BUCKET.c.source, BUCKET.c.measure, BUCKET.c.sketch).where(
        *(column == sa.bindparam(f"of_{column.name}") for column in _KEY[:_ASKED_BY])
    )
)
_ALL_SAMPLES = sa.select(sa.func.pg_advisory_xact_lock(7_238_103))
"""On PostgreSQL: whoever stores samples has all windows until its transaction ends, never some of them."""

_TOTALLED = 12  # windows that a period has at least: its edge is then known to a twelfth
_ROWS_AT_ONCE = 500  # SQLite takes at most 32 766 values in one statement


def add_samples(connection: sa.Connection, samples: Iterable[LatencySample]) -> None:
    """Take samples into their windows.

    Raises:
        ValueError: A sample is not a finite number.
    """
    sketches: dict[_Key, Sketch] = defaultdict(Sketch)
    for sample in samples:
        name = (sample.source.value, sample.measure.value)
        for tier in TIERS:
            seconds, start = _seconds(tier.width), floor(sample.at, tier.width)
            sketches[seconds, start, sample.account, *name].add(sample.milliseconds)
            sketches[-seconds, start, _OF_ALL, *name].add(sample.milliseconds)
    # Two writers must not wait for each other crosswise: a transaction may store samples more than once.
    if sketches and connection.dialect.name == "postgresql":
        connection.execute(_ALL_SAMPLES)
    keys = sorted(sketches)
    for begin in range(0, len(keys), _ROWS_AT_ONCE):
        _merge_into(connection, {key: sketches[key] for key in keys[begin : begin + _ROWS_AT_ONCE]})


def _merge_into(connection: sa.Connection, sketches: Mapping[_Key, Sketch]) -> None:
    if connection.dialect.name == "sqlite":  # which has one writer at a time
        _take_in_windows(connection, sketches)
    else:
        # The rows are there before they are locked and read: no other writer's samples are overwritten.
        insert = upsert_into(connection, BUCKET).on_conflict_do_nothing()
        empty = Sketch().to_json()
        connection.execute(
            insert, [{**dict(zip(_NAMES, key, strict=True)), "sketch": empty} for key in sketches]
        )
        _take_in_rows(connection, sketches)
    put(
        connection,
        BUCKET,
        [
            {**dict(zip(_NAMES, key, strict=True)), "sketch": sketch.to_json()}
            for key, sketch in sketches.items()
        ],
    )


def _take_in_windows(connection: sa.Connection, sketches: Mapping[_Key, Sketch]) -> None:
    for tier, start, account in sorted({(tier, start, account) for tier, start, account, _, _ in sketches}):
        of = {"of_tier": tier, "of_start": start, "of_account": account}
        for row in _IN_WINDOW.ask(connection, of):
            mine = sketches.get((tier, start, account, row.source, row.measure))
            if mine is not None:
                mine.take_in(row.sketch)


def _take_in_rows(connection: sa.Connection, sketches: Mapping[_Key, Sketch]) -> None:
    wanted = {name: sorted({key[place] for key in sketches}) for place, name in enumerate(_NAMES[:_ASKED_BY])}
    for row in connection.execute(_WANTED, wanted):
        mine = sketches.get((row.tier, row.start, row.account, row.source, row.measure))
        if mine is not None:
            mine.take_in(row.sketch)


def read_latency(
    connection: sa.Connection,
    period: timedelta,
    bucket: timedelta,
    *,
    account: str | None,
    now: datetime,
    measure: Measure | None = None,
    only: Only = None,
) -> tuple[LatencyView, ...]:
    """Return one series per source and measure; see `console.Queries.latency`.

    Raises:
        ValueError: The period or the bucket is not positive.
    """
    if period <= timedelta(0) or bucket <= timedelta(0):
        raise ValueError(f"a period and a bucket are longer than nothing, not {period} and {bucket}")
    tier, width = _resolution(period, bucket)
    # Of all accounts there are windows of their own; of some of them those of each are put together.
    every = account is None and only is None
    query = sa.select(BUCKET.c.start, BUCKET.c.source, BUCKET.c.measure, BUCKET.c.sketch).where(
        BUCKET.c.tier == (-1 if every else 1) * _seconds(tier.width),
        BUCKET.c.account == _OF_ALL if every else is_one_of(BUCKET.c.account, only),
        BUCKET.c.start >= floor(now - period, width) + width,
        BUCKET.c.start < floor(now, width) + width,
    )
    if account is not None:
        query = query.where(BUCKET.c.account == account)
    if measure is not None:
        query = query.where(BUCKET.c.measure == measure.value)
    series: dict[tuple[str, str], dict[datetime, Sketch]] = defaultdict(lambda: defaultdict(Sketch))
    points: dict[datetime, datetime] = {}  # of each window: there are many series to a window
    for start, source, named, sketch in connection.execute(query):
        point = points.get(start)
        if point is None:
            point = points[start] = floor(start, width)
        series[source, named][point].take_in(sketch)
    order = list(Source)
    names = sorted(series, key=lambda name: (name[1], order.index(Source(name[0]))))
    return tuple(
        _view(account or "", Source(source), named, series[source, named]) for source, named in names
    )


def read_totals(
    connection: sa.Connection, period: timedelta, *, now: datetime, only: Only = None
) -> tuple[LatencyView, ...]:
    """Return the totals of each account, source and measure over the last `period`, without their points."""
    tier = next((each for each in reversed(TIERS) if each.width * _TOTALLED <= period), TIERS[0])
    if tier.kept < period:
        tier = TIERS[-1]
    query = sa.select(BUCKET.c.account, BUCKET.c.source, BUCKET.c.measure, BUCKET.c.sketch).where(
        BUCKET.c.tier == _seconds(tier.width),
        BUCKET.c.start >= floor(now - period, tier.width) + tier.width,
        is_one_of(BUCKET.c.account, only),
    )
    totals: dict[tuple[str, str, str], Sketch] = defaultdict(Sketch)
    for account, source, named, sketch in connection.execute(query):
        totals[account, source, named].take_in(sketch)
    order = list(Source)
    names = sorted(totals, key=lambda name: (name[0], name[2], order.index(Source(name[1]))))
    return tuple(
        _view(account, Source(source), named, {now: totals[account, source, named]}, points=False)
        for account, source, named in names
    )


def prune_latency(connection: sa.Connection, *, now: datetime) -> None:
    """Forget the windows that are no longer kept."""
    for tier in TIERS:
        for number in (_seconds(tier.width), -_seconds(tier.width)):
            old = (BUCKET.c.tier == number) & (BUCKET.c.start < now - tier.kept - tier.width)
            connection.execute(sa.delete(BUCKET).where(old))


def floor(at: datetime, width: timedelta) -> datetime:
    """Return the start of the window of `width` that `at` is in, counted from 1970, UTC."""
    seconds = _seconds(width)
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, UTC)


def _resolution(period: timedelta, bucket: timedelta) -> tuple[Tier, timedelta]:
    """Choose the windows to read and the width of a point, a multiple of them."""
    wanted = max(bucket, period / POINTS_MAX)
    able = [tier for tier in TIERS if tier.kept >= period] or [TIERS[-1]]
    tier = max((each for each in able if each.width <= wanted), key=lambda each: each.width, default=able[0])
    return tier, max(1, -(-wanted // tier.width)) * tier.width


def _view(
    account: str, source: Source, measure: str, sketches: Mapping[datetime, Sketch], *, points: bool = True
) -> LatencyView:
    total = Sketch()
    for sketch in sketches.values():
        total.merge(sketch)
    first = min(sketches)
    return LatencyView(
        account=account,
        source=source,
        measure=measure,
        points=tuple(_point(start, sketches[start]) for start in sorted(sketches)) if points else (),
        total=_point(first, total),
        distribution=total.distribution(),
        negative=total.negative,
    )


def _point(at: datetime, sketch: Sketch) -> LatencyPoint:
    p50, p95, p99 = sketch.quantiles((0.5, 0.95, 0.99))
    return LatencyPoint(at, sketch.count, p50, p95, p99, sketch.longest)


def _seconds(width: timedelta) -> int:
    return width // timedelta(seconds=1)


def p95_by_source(views: Sequence[LatencyView]) -> dict[Source, float]:
    """Return the 95th percentile of each source over the whole period, milliseconds."""
    return {view.source: view.total.p95_ms for view in views if view.total is not None}
