"""`trueup run` killed and stopped: no alert or acknowledgement is lost, none doubled, its silence told."""

import asyncio
import random
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.kinds.registry import is_blindness
from reconciler.sight.account_state import heartbeat_state_of
from tests.processes.running import Place, place
from tests.wire.simulated import AVL, BTC, order
from verification.facts.leg import Side

pytestmark = [pytest.mark.processes, pytest.mark.wire]

ETH = "ETH/USDT:USDT"
ORPHAN, PHANTOM = ("orphaned_position", AVL), ("phantom_position", BTC)


def claim(there: Place, symbol: str, name: str) -> int:
    """Let the bot claim a position that is not there."""
    entry = there.journal.opening(symbol, Side.BUY, Decimal(1), client_order_id=name)
    there.journal.opened(entry, Decimal(1))
    return entry


def evidence_of_stops(there: Place) -> None:
    """Check the history of every alert: unbroken, and at most one open episode of a condition."""
    alerts = there.console.queries.alerts()
    open_ones = Counter(alert.key for alert in alerts if alert.state.open)
    assert all(count == 1 for count in open_ones.values()), open_ones
    for alert in alerts:
        history = there.console.queries.alert(alert.id).transitions
        assert history[0].before is None
        for one, following in pairwise(history):
            assert following.before is one.after
        assert history[-1].after is alert.state


@pytest.mark.timeout(120)
async def test_killed_again_and_again_it_loses_nothing(tmp_path: Path) -> None:
    rng = random.Random(7)
    async with place(tmp_path) as there:
        order(there.venue, "100")
        claimed = claim(there, BTC, "b1")
        await there.start()
        await there.until(lambda: {ORPHAN, PHANTOM} <= there.kinds(), within=30, what="both alerts")
        orphan = next(each for each in there.open_alerts() if each.key.symbol == AVL)
        said = await there.trueup("alerts", "ack", str(orphan.id), "--by", "ann", "--note", "I close it")
        out, err = await said.communicate()
        assert said.returncode == 0, (out, err)
        known = {alert.id for alert in there.open_alerts() if not is_blindness(alert.key.kind)}
        await there.until(
            lambda: _heartbeat_state(there) is HeartbeatState.ALIVE, within=30, what="its heart"
        )

        for attempt in range(4):
            await there.end(signal.SIGKILL)
            if attempt == 0:
                await there.until(partial(_silent, there), within=10, what="the silence of its heart")
                assert {ORPHAN, PHANTOM} <= there.kinds()
            await there.start()
            if attempt == 2:
                order(there.venue, "1", ETH)
            await asyncio.sleep(rng.uniform(0.5, 4))
            evidence_of_stops(there)
            now = {alert.id for alert in there.open_alerts()}
            assert known <= now
            acknowledged = there.console.queries.alert(orphan.id).alert.acknowledgement
            assert acknowledged is not None
            assert (acknowledged.by, acknowledged.note) == ("ann", "I close it")
        await there.until(
            lambda: ("orphaned_position", ETH) in there.kinds(), within=20, what="the alert of meanwhile"
        )
        stalled = there.console.queries.alerts(kinds=[Kind.RECONCILER_STALLED])
        assert stalled, "its silence was told when it came back"

        order(there.venue, "-100", reduce_only=True)
        order(there.venue, "-1", ETH, reduce_only=True)
        there.journal.failed(claimed, "never was")
        await there.until(lambda: not there.kinds(), within=25, what="healing")
        assert there.console.queries.alert(orphan.id).alert.state is AlertState.RESOLVED
        evidence_of_stops(there)


def _silent(there: Place) -> bool:
    return _heartbeat_state(there) is HeartbeatState.LATE


def _heartbeat_state(there: Place) -> HeartbeatState:
    now = there.console.queries.now()
    return heartbeat_state_of(now, "main")


async def test_told_to_stop_it_says_good_bye_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        order(there.venue, "100")
        await there.start()
        await there.until(lambda: ORPHAN in there.kinds(), within=30, what="the alert")
        code, err = await there.end(signal.SIGTERM)

        assert code == 0
        for word in ("Traceback", "never awaited", "destroyed", "unclosed", "Warning", "error", "exception"):
            assert word not in err, err
        assert _heartbeat_state(there) is HeartbeatState.STOPPED
        assert ORPHAN in there.kinds()


@pytest.mark.parametrize("seconds", [0.6, 1.2, 1.8])
async def test_told_to_stop_while_it_starts_it_ends_well(tmp_path: Path, seconds: float) -> None:
    async with place(tmp_path) as there:
        await there.start()
        await asyncio.sleep(seconds)
        code, err = await there.end(signal.SIGTERM)

        assert code in {0, -signal.SIGTERM}, "before it listens for signals, the system ends it"
        assert "Traceback" not in err, err


async def test_a_state_database_that_breaks_ends_it_loudly_and_without_a_good_bye(tmp_path: Path) -> None:
    async with place(tmp_path) as there:
        await there.start()
        await there.until(
            lambda: _heartbeat_state(there) is HeartbeatState.ALIVE, within=30, what="its heart"
        )
        _drop(tmp_path / "trueup.db", "alert_transition")  # which is read every second
        assert there.process is not None
        async with asyncio.timeout(20):
            _, err = await there.process.communicate()

        assert there.process.returncode == 2
        assert "Traceback" not in err.decode()
        assert err.decode().splitlines()[-1].startswith("trueup: state database ")
        (watch,) = there.console.queries.watches()
        assert not watch.heartbeat.stopped, "it did not stop: it broke"


def _drop(database: Path, table: str) -> None:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.execute(f"DROP TABLE {table}")
        connection.commit()
