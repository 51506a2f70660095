"""The example of docs/extending.md: installed as a package it passes the suite, and Trueup goes by it."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.simulated import venue

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.timeout(120)]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "example-ledger"
SYMBOL, OPENED = "BTC/USDT:USDT", "2026-11-28T03:11:02+00:00"
RECONCILE = ("reconciler", "reconcile", "--once")
KEYS = {"BINANCE_KEY": "the-key", "BINANCE_SECRET": "the-secret"}
QUICK = ("SPACING", "GRACE", "LAGGING_GRACE", "STOP_PLACING", "STOP_REPLACING")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which pip has installed the example."""
    target = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    command = [*pip, "--no-build-isolation", "--target", str(target), str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    return target


def run(site: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    quick = {f"TRUEUP_CHECKS__{name}": "0" for name in QUICK}
    env = os.environ | quick | KEYS | {"PYTHONPATH": os.pathsep.join((str(site), str(ROOT)))}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def diary(folder: Path) -> None:
    """Write a diary with one trade, and let the settings of the folder read it."""
    with sqlite3.connect(folder / "diary.sqlite") as made:
        made.execute(
            "CREATE TABLE trade (id INTEGER PRIMARY KEY, symbol TEXT, side TEXT, size TEXT,"
            " stop_order TEXT, opened TEXT, closed TEXT)"
        )
        made.execute("INSERT INTO trade VALUES (77, ?, 'buy', '0.024', NULL, ?, NULL)", (SYMBOL, OPENED))
    made.close()
    settings = folder / "trueup.toml"
    written = settings.read_text()
    ledger = written.index("[ledgers.mybot]")
    rest = written[written.index("\n[", ledger) :]
    mine = '[ledgers.mybot]\nkind = "diary"\nurl = "sqlite:///diary.sqlite"\n'
    settings.write_text(written[:ledger] + mine + rest)


def test_it_passes_the_suite_that_its_own_tests_are(site: Path, tmp_path: Path) -> None:
    tests = str(EXAMPLE / "tests" / "test_diary.py")
    done = run(site, tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, tests)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 passed" in done.stdout


async def test_trueup_compares_by_it_and_the_doctor_names_it(site: Path, tmp_path: Path) -> None:
    async with venue(tmp_path):
        diary(tmp_path)
        reconciled = await asyncio.to_thread(run, site, tmp_path, *RECONCILE, "--json")
        examined = await asyncio.to_thread(run, site, tmp_path, "reconciler", "doctor")

    (account,) = json.loads(reconciled.stdout)["accounts"]
    (finding,) = account["findings"]
    assert (finding["kind"], finding["symbol"]) == ("phantom_position", SYMBOL)
    assert (finding["expected"], finding["observed"]) == ("0.024", "0")
    assert "is read by code of the package trueup-diary 1.0 (trueup_diary.ledger:KIND)" in examined.stdout
    assert "1 trades read" in examined.stdout


async def test_a_diary_that_cannot_be_read_is_never_agreement(site: Path, tmp_path: Path) -> None:
    async with venue(tmp_path):
        diary(tmp_path)
        with sqlite3.connect(tmp_path / "diary.sqlite") as made:
            made.execute("UPDATE trade SET size = 'much'")
        made.close()
        done = await asyncio.to_thread(run, site, tmp_path, *RECONCILE)

    assert done.returncode == 2
    assert "holds a trade that cannot be read" in done.stdout
