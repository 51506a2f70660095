"""A state database after a busy year, and the screens served from it while a reconciler seems to live."""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from msgspec import structs
from msgspec.json import encode

from dashboard.launch import DOOR
from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import Kind
from reconciler.storage import latency
from reconciler.storage.database import Database
from reconciler.storage.decisions import ALERT
from reconciler.storage.mapping import alert_values
from reconciler.storage.store import Store
from reconciler.views.account import PositionView
from tests.bench.children import ended
from tests.browser.screens import OPEN
from tests.dashboard import drawn
from tests.reconciler.claimed import beaten
from verification.facts.clock import SystemClock
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

BEAT_SECONDS = 2.0
AT_ONCE = 2000
_MEASURED = (
    (Source.WEBSOCKET, Measure.VISIBILITY_LAG, 20.0),
    (Source.ORDER, Measure.VISIBILITY_LAG, 160.0),
    (Source.REST, Measure.VISIBILITY_LAG, 900.0),
    (Source.ORDER, Measure.REQUEST_TIME, 40.0),
    (Source.REST, Measure.REQUEST_TIME, 70.0),
)


@dataclass(frozen=True, slots=True)
class Year:
    """What a year has left behind.

    Attributes:
        resolved: Alerts that are over.
        opened: Alerts that are open.
        positions: Legs, of which those with an open alert differ.
        days: For how many days the sources were measured, once an hour.
    """

    resolved: int = 10_000
    opened: int = 500
    positions: int = 500
    days: int = 365


BUSY = Year()


@dataclass(frozen=True, slots=True)
class Served:
    """The screens of a year.

    Attributes:
        url: Where they are.
        pid: The process that serves them.
        newest: The number of an open alert.
    """

    url: str
    pid: int
    newest: int


@asynccontextmanager
async def screens_of(year: Year) -> AsyncIterator[Served]:
    """Fill a database and serve the screens from it; a reconciler's heart beats until the block is left."""
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as folder:
        state = f"sqlite:///{Path(folder) / 'trueup.db'}"
        await asyncio.to_thread(_fill, state, year)
        async with Store.open(state) as store:
            await _look(store, year)
            beating = asyncio.create_task(_beat(store))
            try:
                async with _dashboard(state) as (url, pid):
                    yield Served(url, pid, year.resolved + year.opened)
            finally:
                beating.cancel()


@asynccontextmanager
async def _dashboard(state: str) -> AsyncIterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "dashboard", "--state-url", state, "--port", str(port)),
        env=os.environ | {DOOR: encode(OPEN).decode()},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with ended(process):
        yield f"http://127.0.0.1:{port}", process.pid


def _fill(state: str, year: Year) -> None:
    now = SystemClock().now().utc
    alerts = [_over(number, now) for number in range(1, year.resolved + 1)]
    alerts += [_open(year.resolved + 1 + number, number, now) for number in range(year.opened)]
    samples = [
        LatencySample("main", source, measure, now - timedelta(hours=hour), typical + hour % 50)
        for hour in range(1, year.days * 24)
        for source, measure, typical in _MEASURED
    ]
    with closing(Database.open(state, create=True)) as database:
        for start in range(0, len(alerts), AT_ONCE):
            with database.write() as connection:
                rows = [alert_values(each) | {"id": each.id} for each in alerts[start : start + AT_ONCE]]
                connection.execute(sa.insert(ALERT), rows)
        for start in range(0, len(samples), AT_ONCE):
            with database.write() as connection:
                latency.add_samples(connection, samples[start : start + AT_ONCE])


def _symbol(number: int) -> str:
    return f"COIN{number:03}/USDT:USDT"


def _over(number: int, now: datetime) -> Alert:
    begun = now - timedelta(minutes=30 + 40 * number)
    seen = drawn.alert(number, symbol=_symbol(number % 900))
    return replace(
        seen,
        state=AlertState.RESOLVED,
        evidence=tuple(replace(each, at=begun) for each in seen.evidence),
        first_seen=begun,
        fired_at=begun + timedelta(seconds=20),
        last_seen=begun + timedelta(minutes=4),
        resolved_at=begun + timedelta(minutes=5),
    )


def _open(number: int, place: int, now: datetime) -> Alert:
    begun = now - timedelta(seconds=60 + place)
    kind = (Kind.UNPROTECTED_POSITION, Kind.ORPHANED_POSITION, Kind.QUANTITY_MISMATCH)[place % 3]
    seen = drawn.alert(number, kind, symbol=_symbol(place))
    return replace(
        seen,
        evidence=tuple(replace(each, at=now) for each in seen.evidence),
        exposure=Decimal(100 + place),
        first_seen=begun,
        fired_at=begun + timedelta(seconds=20),
        last_seen=now,
    )


async def _look(store: Store, year: Year) -> None:
    """Leave what the last sweep of an account leaves."""
    now = SystemClock().now().utc
    later = now - drawn.NOW
    legs = [_leg(number, now, differs=number < year.opened) for number in range(year.positions)]
    cycle = drawn.cycle(matched=sum(leg.verdict == "agree" for leg in legs), legs=len(legs))
    at = cycle.finished_at + later
    await store.save_cycle(replace(cycle, finished_at=at, last_complete_at=at))
    await store.save_positions("main", legs)
    sources = ("websocket", "rest", "order", "ledger:mybot")
    await store.save_sources([replace(drawn.source(name), last_ok=now, at=now) for name in sources])


def _leg(number: int, now: datetime, *, differs: bool) -> PositionView:
    leg = drawn.leg(symbol=_symbol(number), verdict="differs" if differs else "agree")
    return structs.replace(
        leg, ledger_at=now, observed_at=now, stop_at=now, stop="none" if differs else "resting"
    )


async def _beat(store: Store) -> None:
    clock = SystemClock()
    while True:
        at = clock.now().utc
        heartbeat = replace(drawn.beating(), at=at, started_at=at - timedelta(hours=1), interval_seconds=2.0)
        await beaten(store, clock, heartbeat)
        await asyncio.sleep(BEAT_SECONDS)
