"""The bot of docs/library.md does what it says, as it stands there."""

import asyncio
import os
import re
import sys
from pathlib import Path
from typing import Any, get_args

import pytest

import trueup
from reconciler.journal.journal import Journal
from simulator.server import SimulatedVenue
from tests.wire.faces import Face
from tests.wire.simulated import AVL, access_to
from verification.opening.outcome import Opened, Outcome, Unknown

pytestmark = [pytest.mark.wire, pytest.mark.processes]

PAGE = Path(__file__).parents[2] / "docs" / "library.md"


def example() -> dict[str, Any]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "bot"}
    exec(compile(code, str(PAGE), "exec"), names)
    return names


async def test_it_opens_a_position_with_its_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], face: Face
) -> None:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        with Journal(f"sqlite:///{tmp_path}/bot.db", bot="mybot") as journal:
            outcome = await example()["trade"](access_to(venue), journal)
            assert isinstance(outcome, Opened)
            assert venue.exchange.position(AVL).amount == 43
            assert len(venue.exchange.open_algos(AVL)) == 1
            assert "held: 43" in capsys.readouterr().out


async def started(folder: Path) -> asyncio.subprocess.Process:
    keys = {"BINANCE_KEY": "any", "BINANCE_SECRET": "any", "PYTHONPATH": str(PAGE.parents[1])}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "bot.py",
        "practice.toml",
        cwd=folder,
        env=os.environ | keys,
        stdout=asyncio.subprocess.PIPE,
    )


async def test_it_practises_on_the_simulated_exchange(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "bot.py").write_text(code, encoding="utf-8")
    async with SimulatedVenue() as venue:
        (tmp_path / "practice.toml").write_text(venue.settings(), encoding="utf-8")
        bot = await started(tmp_path)
        said, _ = await bot.communicate()
        assert said.startswith(b"held: 43 stop: ")
        assert venue.exchange.position(AVL).amount == 43
        assert len(venue.exchange.open_algos(AVL)) == 1

        again = await started(tmp_path)
        said, _ = await again.communicate()
        assert said.startswith(b"from before: Opened ")
        assert b"the bot was started again" in said
        assert venue.exchange.position(AVL).amount == 0, "it got its position back, and closed it"
        assert not venue.exchange.open_algos(AVL)


def test_it_pages_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    unsure = Unknown(entry=1, reason="nobody knows", verification=None, concerns=("a concern",))  # type: ignore[arg-type] # only its words are shown
    example()["page"](unsure)
    assert capsys.readouterr().out == "CRITICAL Unknown nobody knows a concern\n"


def test_it_needs_one_import_of_trueup() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    ours = re.findall(r"^(?:from|import) (?:trueup|reconciler|verification)\b.*$", code, re.MULTILINE)
    assert ours == ["import trueup"]


def test_what_the_page_names_is_there() -> None:
    named = set(re.findall(r"\btrueup\.([A-Za-z]+)\b", PAGE.read_text(encoding="utf-8")))
    assert named - {"toml"} <= set(trueup.__all__)


def test_every_outcome_is_on_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (each.__name__ for each in get_args(Outcome)):
        assert f"| `{name}` |" in text
