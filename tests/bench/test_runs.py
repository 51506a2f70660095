"""Several runs of the bench are told as they were: the worst of them as well, and where a goal was missed."""

import json
from pathlib import Path

import pytest

from tests.bench.goals import GOALS
from tests.bench.runs import figures, main, table

QUICK = {"cli.help_s": 0.1, "bench.seconds": 640.0, "bench.cpu.load": 0.5, "bench.scale.load": 4.7}
SLOW = {"cli.help_s": 0.4, "bench.seconds": 651.0, "bench.cpu.load": 1.0}
CURVE = {"policy.healthy.trueup.p99_ms": 1870.0, "policy.healthy.best_rival.p99_ms": 1917.0}


def row(lines: list[str], name: str) -> str:
    return next(line for line in lines if f"`{name}`" in line)


def test_a_goal_that_one_run_has_missed_is_not_told_as_met() -> None:
    assert row(table([QUICK, SLOW, QUICK]), "cli.help_s") == (
        "| `cli.help_s` | ≤ 0.3 | 0.1 | 0.1 | 0.4 | **2 of 3** |"
    )
    assert row(table([QUICK, QUICK]), "cli.help_s").endswith("| 2 of 2 |")


def test_what_a_run_has_not_measured_is_not_counted_for_or_against_it() -> None:
    assert row(table([QUICK, {}]), "cli.help_s").endswith("| 1 of 1 |")
    assert row(table([{}]), "cli.help_s") == "| `cli.help_s` | ≤ 0.3 | | | | not measured |"


def test_a_goal_that_is_another_figure_stands_beside_that_of_its_own_run() -> None:
    assert row(table([CURVE]), "policy.healthy.trueup.p99_ms").startswith(
        "| `policy.healthy.trueup.p99_ms` | ≤ 1917 | 1870 |"
    )


def test_figures_without_a_goal_are_told_where_they_are_asked_for() -> None:
    assert figures(
        [{"scale.100.sweep_ms": 8.0, "cli.help_s": 0.1}, {"scale.100.sweep_ms": 12.0}], ["scale."]
    ) == [
        "| figure | least | middle | most |",
        "| --- | ---: | ---: | ---: |",
        "| `scale.100.sweep_ms` | 8 | 10 | 12 |",
    ]


def test_every_goal_has_a_row() -> None:
    assert len(table([QUICK])) == len(GOALS) + 2


def test_runs_that_were_made_are_read_and_how_busy_the_machine_was_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, numbers in enumerate((QUICK, SLOW)):
        (tmp_path / f"{number}.json").write_text(json.dumps(numbers))
    assert main([str(tmp_path / "0.json"), str(tmp_path / "1.json")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("2 runs: 640 s at loads of 0.5 to 4.7; 651 s at loads of 1.0 to 1.0\n")
    assert "| `cli.help_s` | ≤ 0.3 | 0.1 | 0.25 | 0.4 | **1 of 2** |" in said


def test_it_wants_either_runs_to_make_or_runs_that_were_made(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "either --runs, or the files" in capsys.readouterr().err
