"""`trueup reconcile --once` beside a bot that only tells what it last saw."""

import asyncio
from pathlib import Path

import pytest

from reconciler.cli import main
from tests.cli.conftest import Command
from tests.cli.simulated import venue
from tests.reconciler.ledgers.passivbot_files import state, write

pytestmark = pytest.mark.wire

QUICK = ("SPACING", "GRACE", "LAGGING_GRACE", "STOP_PLACING", "STOP_REPLACING")


def witnessed(folder: Path, url: str) -> None:
    """Let the settings of the folder read the monitor file."""
    settings = folder / "trueup.toml"
    written = settings.read_text()
    ledger = written.index("[ledgers.mybot]")
    rest = written[written.index("\n[", ledger) :]
    settings.write_text(f'{written[:ledger]}[ledgers.mybot]\nkind = "passivbot"\nurl = "{url}"\n{rest}')


async def test_what_only_the_bot_sees_is_a_difference_and_what_neither_sees_agrees(
    trueup: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in QUICK:
        monkeypatch.setenv(f"TRUEUP_CHECKS__{name}", "0")
    seen = state()
    del seen["positions"]["AVL/USDT:USDT"]
    async with venue(tmp_path):
        witnessed(tmp_path, write(tmp_path, seen))
        differs = await asyncio.to_thread(main, ["reconcile", "--once"])
        told = trueup.capture.readouterr().out
        write(tmp_path, state(positions={}))
        agrees = await asyncio.to_thread(main, ["reconcile", "--once"])

    assert (differs, agrees) == (1, 0)
    assert "phantom_position SOL/USDT:USDT" in told
    assert "bot -0.125, exchange 0" in told
