"""SIGHUP has settings read again, unless it says that the terminal is gone; who else may ask for it."""

import asyncio
import os
import pty
import signal
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.service.control import Control, ask_to_reload
from reconciler.service.reloaded import Reloaded

PROGRAM = """
import signal, sys, time
from reconciler.service.hangup import Terminal
terminal = Terminal()
def hangup(*_):
    open(sys.argv[1], "w").write("gone" if terminal.is_gone() else "there")
    if terminal.is_gone(): sys.exit(0)
signal.signal(signal.SIGHUP, hangup)
print("ready", flush=True)
while True: time.sleep(0.05)
"""


def test_a_terminal_that_goes_is_told_from_a_signal_that_somebody_sends(tmp_path: Path) -> None:
    told = tmp_path / "told"
    pid, terminal = pty.fork()
    if pid == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whatever an earlier test has left
        os.execv(sys.executable, [sys.executable, "-c", PROGRAM, str(told)])
    assert b"ready" in os.read(terminal, 100)

    os.kill(pid, signal.SIGHUP)
    while not told.exists() or told.read_text() != "there":
        os.sched_yield()
    os.close(terminal)
    os.waitpid(pid, 0)

    assert told.read_text() == "gone"


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a short name, as folders for temporary files have."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    with tempfile.TemporaryDirectory(prefix="t-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


async def taken() -> Reloaded:
    return Reloaded(taken=True, lines=("account a added",))


async def test_the_process_is_found_by_its_settings_file_alone(temporary: Path) -> None:
    file, folder = temporary / "trueup.toml", temporary / f"trueup-{os.getuid()}"
    serving = asyncio.create_task(Control(file, taken).run())
    while not (answers := await asyncio.to_thread(ask_to_reload, file)):
        assert not serving.done()

    others = await asyncio.to_thread(ask_to_reload, temporary / "other.toml")
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)

    assert answers == [(os.getpid(), await taken())]
    assert others == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not any(folder.iterdir())


def test_what_a_killed_process_left_is_nobody(temporary: Path) -> None:
    file, folder = temporary / "trueup.toml", temporary / f"trueup-{os.getuid()}"
    folder.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / Control(file, taken)._name))

    assert ask_to_reload(file) == []
    assert not any(folder.iterdir())


async def test_a_folder_that_others_can_write_to_is_not_used(temporary: Path) -> None:
    folder = temporary / f"trueup-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)

    await asyncio.wait_for(Control(temporary / "trueup.toml", taken).run(), 5)

    assert not any(folder.iterdir())


async def test_where_temporary_files_have_a_long_way_a_process_is_found_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket's path has about a hundred bytes."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    far = tmp_path / ("far-" * 20)
    far.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(far))
    serving = asyncio.create_task(Control(far / "trueup.toml", taken).run())
    while not (answers := await asyncio.to_thread(ask_to_reload, far / "trueup.toml")):
        assert not serving.done()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)

    assert answers == [(os.getpid(), await taken())]
