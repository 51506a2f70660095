"""The real `trueup run` pings somebody outside after complete cycles, and after no other."""

import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.processes.running import Place, place
from tests.reconciler.service.outside import SECRET, Outside, outside

pytestmark = pytest.mark.processes


def _told_to(there: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PING_URL", there.url)
    monkeypatch.setenv("TRUEUP_PING__URL_ENV", "PING_URL")


def _beat(here: Place) -> datetime:
    """Return the last heartbeat: the watch goes on."""
    (watch,) = here.console.queries.watches()
    assert watch.heartbeat.at is not None
    return watch.heartbeat.at


def _files_with(secret: bytes, folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file() and secret in file.read_bytes()]


async def test_a_complete_cycle_is_told_and_the_address_stands_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with outside() as there, place(tmp_path) as here:
        _told_to(there, monkeypatch)
        await here.start()
        await here.until(lambda: there.heard, within=30, what="a ping")
        code, err = await here.end(signal.SIGTERM)
    assert there.heard == [("/UUID", "seen whole: main")]
    assert code == 0
    assert "Traceback" not in err
    assert SECRET not in err
    assert not _files_with(SECRET.encode(), tmp_path)


async def test_an_account_that_is_not_seen_whole_is_not_told_to_be_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with outside() as there, place(tmp_path) as here:
        _told_to(there, monkeypatch)
        (tmp_path / "bot.db").rename(tmp_path / "moved.db")
        await here.start()
        unreadable = ("ledger_unreadable", "mybot")
        await here.until(lambda: unreadable in here.kinds(), within=30, what="the blindness")
        began = _beat(here)
        # Long enough for several times at which a ping would be due.
        await here.until(lambda: _beat(here) - began >= timedelta(seconds=12), within=60, what="a heartbeat")
        await here.end(signal.SIGKILL)
    assert there.heard == []
