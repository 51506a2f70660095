"""The real `trueup run` whose SQLite file is deleted or replaced: it ends loudly, and starts well again."""

import asyncio
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.console import StateDatabaseError
from reconciler.facts.heartbeat import HeartbeatState
from reconciler.sight.account_state import heartbeat_state_of
from tests.processes.running import Place, place
from tests.wire.simulated import AVL, order

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.timeout(180)]

ORPHAN = ("orphaned_position", AVL)


def _delete(file: Path) -> None:
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()


def _restore(file: Path) -> None:
    """As people do it: a copy is moved into the place, what lies beside it stays."""
    shutil.copy(file, file.with_name("backup"))
    file.with_name("backup").replace(file)


@pytest.mark.parametrize("deed", [_delete, _restore])
async def test_it_ends_loudly_and_starts_well_on_what_stands_there(
    tmp_path: Path, deed: Callable[[Path], None]
) -> None:
    async with place(tmp_path) as there:
        order(there.venue, "100")
        await there.start()
        await there.until(lambda: ORPHAN in there.kinds(), within=60, what="the alert")
        there.console.close()
        deed(tmp_path / "trueup.db")
        assert there.process is not None
        async with asyncio.timeout(20):
            _, said = await there.process.communicate()

        assert there.process.returncode == 2
        assert "Traceback" not in said.decode()
        last = said.decode().splitlines()[-1]
        assert last.startswith(f"trueup: state database {tmp_path}/trueup.db was ")
        assert "start `trueup run` again" in last

        await there.start()
        await there.until(lambda: _sees(there), within=60, what="the alert, again")
        code, said_then = await there.end(signal.SIGTERM)
        assert code == 0, said_then


def _sees(there: Place) -> bool:
    try:
        now = there.console.queries.now()
        return heartbeat_state_of(now, "main") is HeartbeatState.ALIVE and ORPHAN in there.kinds()
    except StateDatabaseError:  # it is not there yet, or not set up
        return False
