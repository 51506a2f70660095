"""The bench runs in small, and says everything that it promises. What it measures is nobody's test."""

import asyncio
import json
import math
import subprocess
from pathlib import Path

import pytest

from simulator.serving.journal import Entry
from tests.bench import coordinator
from tests.bench.__main__ import main, measure
from tests.bench.budget import CASES, LIMIT_SECONDS, most_in_a_minute
from tests.bench.parts import PARTS, Size
from tests.bench.policies import POLICIES
from tests.bench.policy_table import outcomes, score
from tests.bench.profiles import FILE, ProfileError, read_profiles
from tests.bench.quantiles import quantile
from tests.bench.tables import COLUMNS, HEADLINES
from tests.bench.world import Fact

QUICK = """
[checks]
spacing = 0.2
grace = 0.4
lagging_grace = 0.4
"""
TWO_CASES = tuple(case for case in CASES if case.name in {"normal", "http_418"})
TINY = Size(
    episodes=2,
    rounds=2,
    batches=1,
    stalls=1,
    concurrent=5,
    minutes=0.05,
    cases=TWO_CASES,
    checks=QUICK,
)
PROMISED = {
    *HEADLINES,
    "verdict.p50_us",
    "verdict.bare_aiohttp.p50_us",
    "verdict.ccxt_watch_positions.p50_us",
    *(
        f"policy.{profile}.{policy}.{name}"
        for profile in ("healthy", "volatile", "outage")
        for policy in ("cron", "sleep3", "sequential", "first_discrepancy", "trueup")
        for name in COLUMNS
    ),
    *(
        f"budget.{case.name}.{name}"
        for case in TWO_CASES
        for name in ("weight_per_minute", "weight_most_in_a_minute", "detection_s", "false_alerts")
    ),
    "budget.http_418.detection_after_s",
    "budget.http_418.detected_while_failing",
}


@pytest.mark.wire
@pytest.mark.processes
def test_every_promised_name_is_there_and_every_number_is_finite(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "bench.json"
    result.write_text('{"of.an.earlier.run": 1.5}')

    numbers, whole = measure(TINY, result=result)

    assert whole, capsys.readouterr().err
    assert set(numbers) >= PROMISED
    assert all(math.isfinite(value) for value in numbers.values())
    assert "of.an.earlier.run" not in numbers
    assert set(json.loads(result.read_text())) == set(numbers)
    printed = capsys.readouterr().out
    assert all(policy in printed for policy in POLICIES)
    assert all(case.name in printed for case in TWO_CASES)
    for case in TWO_CASES:
        assert numbers[f"budget.{case.name}.weight_per_minute"] > 0
        assert 0 < numbers[f"budget.{case.name}.detection_s"] < LIMIT_SECONDS


def test_the_cases_of_the_budget_are_the_six_that_are_promised() -> None:
    assert [case.name for case in CASES] == [
        "normal",
        "storm",
        "unknown_events",
        "http_429",
        "http_418",
        "http_503",
    ]


def test_a_part_that_fails_hides_no_other_and_what_was_measured_before_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_size: Size) -> dict[str, float]:
        raise RuntimeError("the machine is too busy")

    monkeypatch.setitem(PARTS, "stall", fails)
    result = tmp_path / "bench.json"
    numbers, whole = measure(TINY, ["policies", "stall", "cpu"], result)

    assert not whole
    assert "the machine is too busy" in capsys.readouterr().err
    assert {"verdict.binance_weight", "verdict.cpu_us"} <= set(numbers) == set(json.loads(result.read_text()))


def test_parts_that_are_not_asked_for_stay_in_the_file(tmp_path: Path) -> None:
    result = tmp_path / "bench.json"
    result.write_text('{"verdict.cpu_us": 1.5}')

    numbers, _ = measure(TINY, ["policies"], result)

    assert numbers["verdict.cpu_us"] == 1.5
    assert json.loads(result.read_text())["verdict.cpu_us"] == 1.5


def test_a_round_in_which_the_machine_was_away_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True] * (coordinator.BATCH - 1) + [False] + [True] * coordinator.BATCH)

    async def verified(*_: object) -> bool:
        return next(answers)

    monkeypatch.setattr(coordinator, "_verified", verified)
    took, disturbed = asyncio.run(coordinator.cpu(1))

    assert disturbed == 1
    assert {name: len(times) for name, times in took.items()} == {"whole": 1, "sources": 1, "bare_race": 1}


def test_the_most_in_a_minute_is_of_any_sixty_seconds() -> None:
    def asked(at_ms: int, weight: int) -> Entry:
        return Entry(1, at_ms, "GET", "/", {}, "no key", "127.0.0.1", weight)

    entries = [asked(0, 100), asked(30_000, 40), asked(59_999, 5), asked(60_000, 7), asked(80_000, 90)]

    assert most_in_a_minute(entries, 0, 100_000) == 145
    assert most_in_a_minute(entries, 1, 100_000) == 142
    assert most_in_a_minute([], 0, 100_000) == 0


def test_the_same_episodes_come_out_the_same_and_trueup_says_nothing_false() -> None:
    mix, profiles = read_profiles()
    played = outcomes(mix, profiles, 40, 1)

    assert played == outcomes(mix, profiles, 40, 1)
    mine = [each for each in played if each.policy == "trueup"]
    assert score(mine).false_verdicts == 0
    assert {each.said for each in mine} >= {Fact.HELD, Fact.CLOSED, Fact.NOT_HELD, Fact.STILL_OPEN}


def test_the_rivals_meet_what_the_incident_met() -> None:
    mix, profiles = read_profiles()
    outage = tuple(each for each in profiles if each.name == "outage")
    played = outcomes(mix, outage, 60, 1)

    assert score(each for each in played if each.policy == "sleep3").false_rollbacks > 0
    assert score(each for each in played if each.policy == "sequential").false_closed > 0


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("failing = 0.001", "failing = 2", "a share is at most 1"),
        ("failing = 0.001", "failing = true", "not negative"),
        ("failing = 0.001", "", "lacks `failing`"),
        ("failing = 0.001", "failing = 0.001\nfailling = 1", "does not know `failling`"),
        ("median_ms = 30", "median_ms = 0", "above zero"),
        ("[healthy]", "[healthy", "profiles.toml"),
    ],
)
def test_a_wrong_profile_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], was: str, becomes: str, says: str
) -> None:
    changed = tmp_path / "profiles.toml"
    changed.write_text(FILE.read_text().replace(was, becomes, 1))

    with pytest.raises(ProfileError, match=says):
        read_profiles(changed)
    assert main(["--profiles", str(changed)]) == 3
    assert says in capsys.readouterr().err


def test_a_quantile_is_a_value_that_was_measured() -> None:
    assert [quantile([4, 1, 3, 2], share) for share in (0.0, 0.25, 0.5, 0.75, 1.0)] == [1, 1, 2, 3, 4]


def test_make_bench_is_listed() -> None:
    listed = subprocess.run(["make", "help"], cwd=FILE.parents[2], capture_output=True, text=True, check=True)

    assert "make bench" in listed.stdout
