"""The bench runs in small, and says everything that it promises. What it measures is nobody's test."""

import asyncio
import json
import math
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import pytest

from simulator.serving.journal import Entry
from tests.bench import coordinator
from tests.bench.__main__ import main, measure
from tests.bench.budget import CASES, most_in_a_minute
from tests.bench.goals import GOALS, Goal
from tests.bench.many_accounts import Many
from tests.bench.parts import BESIDE, PARTS, Keep, Size
from tests.bench.policy_table import outcomes, score
from tests.bench.profiles import FILE, ProfileError, read_profiles
from tests.bench.quantiles import quantile
from tests.bench.scale import Scale
from tests.bench.screens import Looks
from tests.bench.screens_house import Year
from tests.bench.tables import COLUMNS, SCALE_COLUMNS
from tests.bench.turns import loop_with_turns
from tests.bench.world import Fact

QUICK = """
[checks]
interval = 2
spacing = 0.2
grace = 0.4
lagging_grace = 0.4
stop_placing = 0.4
stop_replacing = 0.4
"""
TWO_CASES = tuple(case for case in CASES if case.name in {"normal", "http_418"})
SMALL, SMALLER = 4, 2
TINY = Size(
    episodes=2,
    rounds=2,
    batches=1,
    stalls=1,
    concurrent=5,
    minutes=0.05,
    cases=TWO_CASES,
    checks=QUICK,
    scales=(Scale(SMALLER, 1, 1, 1.0), Scale(SMALL, 1, 1, 1.0)),
    orphans=2,
    orphaned=1,
    accounts=2,
    many=(Many(SMALL, 0.1, 0.2, 2, 2, 0.1),),
    settle=0.2,
    opens=1,
    met=1,
    every=0.1,
    commands=1,
    kept=(2, 2),
    year=Year(5, 3, 4, 1),
    looks=Looks(1, 1, 0.2, pages=("now", "latency")),
)
OF_CROWD = (
    "cpu_cores",
    "first_sweep_s",
    "open_verified_p99_s",
    "orphan_pending_p99_s",
    "share_of_fifth_most",
)
PROMISED = {
    "startup": {
        "cli.help_s",
        "cli.reconcile_once_s",
        "cli.reconcile_once_after_answer_s",
        "latency.fifty_accounts_ms",
    },
    "policies": {
        "verdict.p50_speedup_over_sleep3",
        "verdict.binance_weight",
        *(
            f"policy.{profile}.{policy}.{name}"
            for profile in ("healthy", "volatile", "outage")
            for policy in ("cron", "sleep3", "sequential", "first_discrepancy", "trueup")
            for name in COLUMNS
        ),
        *(f"policy.{profile}.best_rival.p99_ms" for profile in ("healthy", "volatile", "outage")),
    },
    "cpu": {"verdict.cpu_us", "verdict.bare_race_cpu_us"},
    "stall": {"verdict.stall_ms_at_1000"},
    "verdict": {
        *(
            f"verdict.after.{gap}.{who}.p50_us"
            for gap in ("0.5", "20", "200")
            for who in ("trueup", "bare_aiohttp", "ccxt_watch_positions")
        ),
        "verdict.p50_ratio_to_bare_aiohttp",
        *(f"verdict.p50_ratio_to_bare_aiohttp.{gap}" for gap in ("0.5", "20", "200")),
        "verdict.p50_ratio_to_ccxt",
    },
    "open": {"open.weight", "open.cpu_ms"},
    "accounts": {
        "accounts.1.weight_per_minute",
        "accounts.1.written_mb_per_day",
        "accounts.2.rss_mb_each",
        "accounts.2.cpu_percent_each",
    },
    "crowd": {
        *(f"accounts.{SMALL}.{name}" for name in ("rss_mb", "weight_per_minute", *OF_CROWD)),
        *(f"accounts.{SMALL}.share_of_fifth.{address}" for address in range(1, SMALL + 1)),
    },
    "detect": {"detect.pending_p99_s", "detect.visible_p99_s", "detect.stop_cancel_push_lost_s"},
    "screens": {
        *(f"screens.{name}_s" for name in ("first_alert", "slowest_page", "dialog")),
        *(f"screens.latency_{name}" for name in ("first_visit_mb", "data_kb")),
        *("screens.viewers_20_cores", "screens.idle_tab_cores"),
    },
    "scale": {
        *(
            f"scale.{legs}.{name}"
            for legs in (SMALLER, SMALL)
            for name in (*SCALE_COLUMNS, "sweep_ratio_to_ccxt_parse", "moving_ratio_to_ccxt_parse")
        ),
        "scale.slope",
        "scale.orphans_2.stored_ms",
    },
    "budget": {
        *(
            f"budget.{case.name}.{name}"
            for case in TWO_CASES
            for name in ("weight_per_minute", "weight_most_in_a_minute", "detection_s", "false_alerts")
        ),
        "budget.http_418.detection_after_s",
        "budget.http_418.detected_while_failing",
    },
}
BROWSED = {"detect", "screens"}
TOGETHER = tuple(BESIDE)
OF_EVERY_RUN = {
    *(f"machine.{name}_{when}" for name in ("load", "clock_mhz") for when in ("start", "end")),
    *(f"goals.{word}" for word in ("met", "missed", "not_measured")),
    "bench.seconds",
}


@pytest.mark.wire
@pytest.mark.processes
@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "parts",
    [
        *(
            pytest.param([each], id=each, marks=pytest.mark.browser if each in BROWSED else ())
            for each in PARTS
            if each not in TOGETHER
        ),
        pytest.param(TOGETHER, id=" beside ".join(TOGETHER)),
    ],
)
def test_every_promised_name_is_there_and_every_number_is_finite(
    parts: Sequence[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "bench.json"

    numbers, whole = measure(TINY, parts, result)

    printed = capsys.readouterr()
    assert whole, printed.err
    assert set(numbers) >= OF_EVERY_RUN.union(*(PROMISED[each] for each in parts))
    assert all(math.isfinite(value) for value in numbers.values())
    assert set(json.loads(result.read_text())) == set(numbers)
    assert "begin: Python" in printed.out
    assert printed.out.count(", load ") == 2 + len(parts)  # at the start, of each part, at the end


def test_every_goal_is_about_a_name_that_is_promised() -> None:
    small = {"scale.1000.": f"scale.{SMALL}.", "scale.10000.": f"scale.{SMALL}.", "_1000.": "_2."}
    small |= {
        "accounts.3.": "accounts.2.",
        "accounts.100.": f"accounts.{SMALL}.",
        "budget.storm.": "budget.normal.",
    }
    small |= {"budget.unknown_events.": "budget.normal.", "http_429": "http_418", "http_503": "http_418"}
    named = set()
    for goal in GOALS:
        name = goal.name
        for large, like in small.items():
            name = name.replace(large, like)
        named.add(name)

    assert named <= set().union(*PROMISED.values())


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
    def fails(_size: Size, keep: Keep) -> None:
        keep({"verdict.stall_ms_at_1000": 60.0})
        raise RuntimeError("the machine is too busy")

    monkeypatch.setitem(PARTS, "stall", fails)
    result = tmp_path / "bench.json"
    numbers, whole = measure(TINY, ["policies", "stall", "cpu"], result)

    told = capsys.readouterr()
    assert not whole
    assert "the machine is too busy" in told.err
    assert {"verdict.binance_weight", "verdict.stall_ms_at_1000", "verdict.cpu_us"} <= set(numbers)
    assert set(numbers) == set(json.loads(result.read_text()))
    assert ["verdict.stall_ms_at_1000", "60", "<=", "50", "missed"] in map(str.split, told.out.splitlines())


def test_parts_that_are_not_asked_for_stay_in_the_file(tmp_path: Path) -> None:
    result = tmp_path / "bench.json"
    result.write_text('{"verdict.cpu_us": 1.5}')

    numbers, _ = measure(TINY, ["policies"], result)

    assert numbers["verdict.cpu_us"] == 1.5
    assert json.loads(result.read_text())["verdict.cpu_us"] == 1.5


def test_a_run_of_every_part_begins_with_an_empty_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in PARTS:
        monkeypatch.setitem(PARTS, part, lambda _size, _keep: None)
    monkeypatch.setattr("tests.bench.__main__.BESIDE", {})
    result = tmp_path / "bench.json"
    result.write_text('{"of.an.earlier.run": 1.5}')

    measure(TINY, result=result)

    assert "of.an.earlier.run" not in json.loads(result.read_text())


def test_what_was_measured_is_written_when_it_is_told_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def is_ended(_size: Size, keep: Keep) -> None:
        keep({"verdict.cpu_us": 90.0})
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(10)

    monkeypatch.setitem(PARTS, "cpu", is_ended)
    monkeypatch.chdir(tmp_path)

    assert main(["--only", "cpu", "--only", "stall"]) == 130

    numbers = json.loads((tmp_path / "build/bench.json").read_text())
    assert numbers["verdict.cpu_us"] == 90.0
    assert {"machine.load_end", "goals.met", "bench.seconds"} <= set(numbers)
    assert "verdict.stall_ms_at_1000" not in numbers
    assert "verdict.cpu_us" in capsys.readouterr().out


def test_what_was_measured_is_written_when_its_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hangs(_size: Size, keep: Keep) -> None:
        keep({"verdict.cpu_us": 90.0})
        threading.Event().wait(30)

    monkeypatch.setitem(PARTS, "cpu", hangs)
    monkeypatch.chdir(tmp_path)

    assert main(["--only", "cpu", "--only", "stall", "--within", "0.005"]) == 130

    numbers = json.loads((tmp_path / "build/bench.json").read_text())
    assert numbers["verdict.cpu_us"] == 90.0
    assert "verdict.stall_ms_at_1000" not in numbers
    assert "its time is over" in capsys.readouterr().err


def test_a_goal_says_met_or_missed_and_nothing_of_what_was_not_measured() -> None:
    at_most, at_least, rival = Goal("a", 2), Goal("b", 25, least=True), Goal("c", "d")

    assert [at_most.met({"a": each}) for each in (1.9, 2, 2.1)] == [True, True, False]
    assert [at_least.met({"b": each}) for each in (24.0, 25)] == [False, True]
    assert rival.met({"c": 5, "d": 4}) is False
    assert rival.met({"c": 5}) is None
    assert at_most.met({}) is None
    assert at_most.line({"a": 2.5}).split() == ["a", "2.5", "<=", "2", "missed"]
    assert at_most.line({}).endswith("not measured")


def test_a_turn_is_the_time_between_two_waits_in_which_this_process_ran() -> None:
    loop, turns = loop_with_turns()

    async def works() -> None:
        await asyncio.sleep(0)
        turns.take()
        until = process_time() + 0.02
        while process_time() < until:
            pass
        await asyncio.sleep(0)

    async def is_away() -> None:
        await asyncio.sleep(0)
        turns.take()
        threading.Event().wait(0.05)  # the process does not run meanwhile
        await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(works())
        assert turns.take() >= 0.02
        runner.run(is_away())
        assert turns.take() < 0.05


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
