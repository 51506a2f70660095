"""The bench runs in small, and says everything that it promises. What it measures is nobody's test."""

import math
import subprocess
from pathlib import Path

import pytest

from tests.bench.__main__ import COLUMNS, HEADLINES, Size, main, measure, table
from tests.bench.policies import POLICIES
from tests.bench.policy_table import outcomes, score
from tests.bench.profiles import FILE, ProfileError, read_profiles
from tests.bench.quantiles import quantile
from tests.bench.world import Fact

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
}
TINY = Size(episodes=2, rounds=2, batches=1, stalls=1, concurrent=5)


@pytest.mark.wire
def test_every_promised_name_is_there_and_every_number_is_finite() -> None:
    numbers = measure(TINY)

    assert set(numbers) >= PROMISED
    assert all(math.isfinite(value) for value in numbers.values())
    assert len(table(numbers)) > 3 * len(POLICIES)


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
