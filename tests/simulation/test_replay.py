"""A seed is a world: the same again, event by event, in any process; and the command that shows it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import __main__ as command
from tests.simulation.campaign import campaign, control, judged, tally

SEEDS = (*range(1, 81), 150, 250, 350)
"""All kinds of worlds; of the reconciler's, which are every hundredth, more than the first."""

SALTS = ("1", "3")
"""A set of the symbols of seed 50 has another order with each."""

DIGESTS = f"""
from tests.simulation.campaign import judged
print(*(judged(seed, traced=True).trace.digest for seed in {SEEDS}))
"""


def test_the_same_seed_is_the_same_world_event_by_event_in_every_process() -> None:
    here = [judged(seed, traced=True).trace.digest for seed in SEEDS]
    for salt in SALTS:
        there = subprocess.run(
            [sys.executable, "-c", DIGESTS],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": salt},
        )
        assert there.stdout.split() == here
    assert len(set(here)) == len(here)


def test_watching_a_world_does_not_change_it() -> None:
    for seed in range(1, 30):
        assert judged(seed, traced=True).words == judged(seed).words


def test_several_processes_find_what_one_finds() -> None:
    one, two = list(campaign(range(1, 301), 1)), list(campaign(range(1, 301), 2))
    assert [part.digest for part in one] == [part.digest for part in two]
    assert tally(range(1, 101)).digest == one[0].digest


def test_a_replay_prints_the_world_and_its_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--seed", "13"]) == 0
    told = capsys.readouterr().out
    assert "asked OpenQuestion" in told
    assert "open confirmed proof" in told
    assert "BROKEN" not in told


def test_a_replay_of_an_opening_prints_what_was_sent_and_what_came_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--seed", "16"]) == 0
    told = capsys.readouterr().out
    assert "send enter" in told
    assert "opening " in told


def test_a_replay_of_a_planted_fault_says_what_it_broke(capsys: pytest.CaptureFixture[str]) -> None:
    seed = control(200, "not_found_is_absent").seed
    assert command.main(["--seed", str(seed), "--mutant", "not_found_is_absent"]) == 1
    assert "BROKEN: no false absence (V1)" in capsys.readouterr().out


def test_a_campaign_writes_its_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "planted_faults", lambda: ["not_found_is_absent"])
    assert command.main(["--seeds", "100", "--jobs", "1"]) == 0
    numbers = json.loads((tmp_path / "build" / "simulation.json").read_text())
    assert numbers["simulation.seeds"] == 100
    assert numbers["simulation.violations"] == 0
    assert numbers["mutant.not_found_is_absent.seeds"] > 0
    assert all(isinstance(value, int | float) for value in numbers.values())
    assert "worlds" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--seeds", "0"], ["--jobs", "0"], ["--mutant", "nobody"]])
def test_a_wrong_argument_is_one_line(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(wrong)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err
