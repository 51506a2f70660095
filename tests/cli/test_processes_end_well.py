"""The real processes, as cron and a terminal see them: exit codes, one line, nothing on standard output."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.storage.database import migrate
from tests.reconciler.settings_files import written

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]


def trueup(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_missing_settings_end_with_one_line_and_three(tmp_path: Path) -> None:
    done = trueup(tmp_path, "reconcile", "--once", "--json")

    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_text("")
    migrate(f"sqlite:///{tmp_path}/trueup.db")
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "alerts", "list"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=50,
        check=False,
    )
    os.close(write)

    assert done.stderr == b""


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    written(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        done = trueup(tmp_path, "dashboard", "--port", port)

    assert (done.returncode, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert f"Port {port} on 127.0.0.1 cannot be used" in line


def test_the_command_starts_without_loading_what_it_does_not_need(tmp_path: Path) -> None:
    program = (
        "import sys; from reconciler.cli import main; code = main(['--help']);"
        "heavy = {'ccxt', 'streamlit', 'plotly', 'sqlalchemy', 'apscheduler', 'dashboard', 'simulator'};"
        "sys.exit(code or sorted(heavy & set(sys.modules)) or 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert done.stderr == ""
    assert done.returncode == 0


def test_a_process_ends_without_looking_through_all_that_it_has_loaded(tmp_path: Path) -> None:
    """What was loaded is no garbage: with ccxt it would be half a second of looking for some."""
    program = (
        "import atexit, gc, sys; sys.argv = ['trueup', 'init', '--help']; from reconciler.cli import command;"
        " atexit.register(lambda: print('looks at', len(gc.get_objects()))); sys.exit(command())"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )

    words, objects = done.stdout.splitlines()[-1].rsplit(maxsplit=1)
    assert (done.stderr, words) == ("", "looks at")
    assert int(objects) < 1000, "all that was there when the command had ended is left alone"
