"""The real `trueup run` on PostgreSQL that is killed, restarted, and takes no changes: it lives on."""

import asyncio
import signal
from functools import partial
from pathlib import Path

import pytest

from reconciler.console import StateDatabaseError
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.sight.account_state import heartbeat_state_of
from reconciler.storage.outage import STEADY_SECONDS
from tests.postgres import Server
from tests.processes.running import Place, place
from tests.processes.test_the_reconciler_is_killed import claim, evidence_of_stops
from tests.wire.simulated import AVL, BTC, order

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.postgres]

ORPHAN, PHANTOM = ("orphaned_position", AVL), ("phantom_position", BTC)
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'trueup'"


def heartbeat_state(there: Place) -> HeartbeatState | None:
    """The reconciler's pulse; None while it cannot be read."""
    try:
        view = there.console.queries.now()
    except StateDatabaseError:
        return None
    return heartbeat_state_of(view, "main")


def alive(there: Place) -> bool:
    return heartbeat_state(there) is HeartbeatState.ALIVE


def told(there: Place, *kinds: tuple[str, str], gone: tuple[str, str] | None = None) -> bool:
    try:
        found = there.kinds()
    except StateDatabaseError:
        return False
    return set(kinds) <= found and gone not in found


@pytest.mark.timeout(180)
async def test_killed_restarted_and_read_only_it_lives_on_and_tells_what_is_so(
    tmp_path: Path, own_postgres: Server
) -> None:
    async with place(tmp_path, own_postgres.url) as there:
        order(there.venue, "100")
        await there.start()
        await there.until(partial(told, there, ORPHAN), within=40, what="the orphan")

        # Killed under whatever it does, a hundred times.
        for _ in range(100):
            await asyncio.to_thread(own_postgres.tell, KILL)
            await asyncio.sleep(0.02)
        await there.until(partial(alive, there), within=20, what="its heart")

        # Away, while the world moves on.
        await asyncio.to_thread(own_postgres.stop)
        order(there.venue, "-100")
        claim(there, BTC, "b1")
        await asyncio.sleep(6)
        assert heartbeat_state(there) is None
        await asyncio.to_thread(own_postgres.start)
        await there.until(partial(told, there, PHANTOM, gone=ORPHAN), within=60, what="what is so")
        await there.until(partial(alive, there), within=20, what="its heart")

        # It takes no changes, and all can be read: the heart stands still.
        read_only = "ALTER SYSTEM SET default_transaction_read_only = on"
        await asyncio.to_thread(own_postgres.tell, read_only, "SELECT pg_reload_conf()")
        await there.until(
            lambda: heartbeat_state(there) is HeartbeatState.LATE, within=40, what="its silence"
        )
        order(there.venue, "100")
        writable = "ALTER SYSTEM RESET default_transaction_read_only"
        await asyncio.to_thread(own_postgres.tell, writable, "SELECT pg_reload_conf()")
        await there.until(partial(told, there, ORPHAN, PHANTOM), within=60, what="both alerts")
        await there.until(partial(alive, there), within=20, what="its heart")

        await asyncio.sleep(2 * STEADY_SECONDS)  # so long nothing may fail before it is called back
        evidence_of_stops(there)
        code, said = await there.end(signal.SIGTERM)
        assert code == 0, said
        assert heartbeat_state(there) is HeartbeatState.STOPPED
    assert "Traceback" not in said
    assert 1 <= said.count("state.back") <= said.count("state.away") <= 5, said
