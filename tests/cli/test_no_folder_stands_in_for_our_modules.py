"""A bot's folder may hold a `dashboard` or a `reconciler` of its own: what we start is ours all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.service.child_process import command, environment, leashed

ROOT = Path(__file__).resolve().parents[2]
OURS = ("dashboard", "reconciler", "simulator", "verification", "streamlit", "ccxt", "trueup")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working folder in which every name that we import is taken by something that betrays itself."""
    for name in OURS:
        package = tmp_path / name
        package.mkdir()
        (package / "__init__.py").write_text(f"open({str(tmp_path / 'betrayed')!r}, 'a').write({name!r})\n")
        (package / "__main__.py").write_text("raise SystemExit(99)\n")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [str(ROOT), f"{os.pathsep}{ROOT}", f".{os.pathsep}{ROOT}"],
    ids=("ours", "and nothing", "and here"),
)
@pytest.mark.parametrize(
    "started",
    [
        command("dashboard", "--help"),
        command("reconciler", "--help"),
        command("simulator", "--help"),
        command("simulator.demo", "--help"),
        leashed("dashboard", "--help"),
        leashed("reconciler", "--help"),
    ],
    ids=("dashboard", "reconciler", "simulator", "demo", "leashed dashboard", "leashed reconciler"),
)
def test_what_we_start_is_ours(
    folder: Path, started: list[str], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = subprocess.run(
        started,
        cwd=folder,
        env=environment({**os.environ, "PYTHONPATH": path}, {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (folder / "betrayed").exists()


@pytest.mark.parametrize("name", ["dashboard", "demo"])
def test_a_command_that_becomes_another_program_becomes_ours(folder: Path, name: str) -> None:
    (folder / "trueup.toml").write_text("")
    program = "import sys; from reconciler.cli.processes import become; become(sys.argv[1], '--help')"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, {"dashboard": "dashboard", "demo": "simulator.demo"}[name]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()
    assert not (folder / "betrayed").exists()


def test_only_what_leads_to_the_working_folder_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parts = ["", ".", str(tmp_path), "/elsewhere", "sub"]
    kept = environment({"PYTHONPATH": os.pathsep.join(parts), "HOME": "/h"}, {"A": "1"})
    assert kept["PYTHONPATH"] == os.pathsep.join(["/elsewhere", "sub"])
    assert kept["HOME"] == "/h"
    assert kept["A"] == "1"
    assert "PYTHONPATH" not in environment({"PYTHONPATH": "."}, {})
