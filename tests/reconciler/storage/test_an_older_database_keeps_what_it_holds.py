"""A database from before looks were told by their times, and latency of all accounts: all of it stays."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from reconciler.console import Console
from reconciler.facts.sketch import Sketch
from reconciler.storage import migrations
from reconciler.storage.column import UtcTime
from reconciler.storage.database import Database, migrate
from reconciler.storage.latency import add_samples
from reconciler.views.latency import LatencyView
from tests.reconciler.alert_life import NOON
from verification.facts.clock import Moment
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

SAMPLES = {"main": (8.0, 12.0, 3000.0), "other": (-4.0, 0.0, 70.0, 71.0), "third": (70.5,)}
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SEEN = NOON - timedelta(seconds=16)

POSITION = """
INSERT INTO position_state (account, symbol, leg, venue, expected, ledger_state, ledgers, ledger_at, observed,
    observed_by, observed_at, stop, verdict)
VALUES ('main', 'AVL/USDT:USDT', 'net', 'binanceusdm', '43', 'open', '["bot"]', :at, '43', 'rest', :at,
    'resting', 'agree')
"""
BUCKET = "INSERT INTO latency_bucket VALUES (:tier, :start, :account, 'rest', :measure, :sketch)"


class Clock:
    """A clock that stands at noon."""

    def now(self) -> Moment:
        return Moment.at(NOON, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, not even {seconds} s")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The url of a database as the Trueup before wrote it, with a position and an hour of latency."""
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/older.db" if sqlite else str(request.getfixturevalue("empty_postgres"))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.execute(_text(POSITION, "at"), {"at": SEEN})
        connection.execute(_text(BUCKET, "start"), list(_windows()))
    engine.dispose()
    return url


def _text(statement: str, time: str) -> sa.TextClause:
    return sa.text(statement).bindparams(sa.bindparam(time, type_=UtcTime()))


def _windows() -> Sequence[dict[str, Any]]:
    return [
        {
            "tier": tier,
            "start": _floor(NOON - ago * MINUTE, tier),
            "account": account,
            "measure": measure.value,
            "sketch": _sketch(samples).to_json(),
        }
        for tier, steps in ((10, (1, 2)), (300, (1, 6)), (3600, (1,)))
        for ago in steps
        for account, samples in SAMPLES.items()
        for measure in Measure
    ]


def _floor(at: datetime, seconds: int) -> datetime:
    return at - timedelta(seconds=at.timestamp() % seconds)


def _sketch(samples: Sequence[float]) -> Sketch:
    sketch = Sketch()
    for each in samples:
        sketch.add(each)
    return sketch


def _lag(console: Console, bucket: timedelta, account: str | None = None) -> LatencyView:
    views = console.queries.latency(HOUR, bucket, account=account)
    (view,) = [each for each in views if each.measure == Measure.VISIBILITY_LAG.value]
    return view


@pytest.mark.parametrize(("bucket", "windows"), [(timedelta(seconds=10), 2), (5 * MINUTE, 2)])
def test_what_was_measured_of_each_account_is_there_of_all_together(
    older: str, bucket: timedelta, windows: int
) -> None:
    migrate(older)
    every = _sketch([each for samples in SAMPLES.values() for each in samples])

    with Console.open(older, clock=Clock()) as console:
        view = _lag(console, bucket)
        alone = _lag(console, bucket, "other")

    assert view.total is not None
    assert alone.total is not None
    assert view.total.count == windows * every.count
    assert [point.count for point in view.points] == [every.count] * windows
    assert [point.p95_ms for point in view.points] == [every.quantile(0.95)] * windows
    assert (view.negative, view.total.max_ms) == (windows, 3000.0)
    assert alone.total.count == windows * len(SAMPLES["other"])


def test_what_is_measured_from_now_on_joins_what_was(older: str) -> None:
    migrate(older)
    late = LatencySample("new", Source.REST, Measure.VISIBILITY_LAG, NOON - MINUTE, 5.0)
    with Database.open(older, create=False) as database, database.write() as connection:
        add_samples(connection, [late])

    with Console.open(older, clock=Clock()) as console:
        view = _lag(console, timedelta(seconds=10))

    assert view.total is not None
    assert view.total.count == 2 * sum(map(len, SAMPLES.values())) + 1


def test_a_position_keeps_the_time_at_which_it_was_seen(older: str) -> None:
    migrate(older)

    with Console.open(older, clock=Clock()) as console:
        (seen,) = console.queries.positions()

    assert (seen.symbol, seen.observed_at, seen.ledger_at) == ("AVL/USDT:USDT", SEEN, SEEN)
