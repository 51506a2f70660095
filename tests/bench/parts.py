"""The parts of the bench, each measured by itself: policies, frames, CPU, stall, budget."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import coordinator
from tests.bench.budget import CASES, BudgetCase, measure_budget
from tests.bench.frame_race import race
from tests.bench.policies import POLICIES
from tests.bench.policy_table import Outcome, outcomes, score
from tests.bench.profiles import FILE, read_profiles
from tests.bench.quantiles import quantile
from tests.bench.world import Fact

MICRO, MILLI = 1e6, 1e3

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        episodes: Opens, and as many closes, of each profile for each policy.
        rounds: Frames for each contender of the race.
        batches: Batches of verifications whose CPU is measured.
        stalls: How often the concurrent verifications are run.
        concurrent: How many they are.
        minutes: How long weight is counted.
        cases: Of the budget.
        checks: The `[checks]` that Trueup runs with there; empty for those that it has by itself.
        profiles: The file of profiles.
        jobs: Processes that play policies.
    """

    episodes: int = 1500
    rounds: int = 300
    batches: int = 100
    stalls: int = 5
    concurrent: int = 1000
    minutes: float = 5.0
    cases: tuple[BudgetCase, ...] = CASES
    checks: str = ""
    profiles: Path = FILE
    jobs: int = 1


def policies(size: Size) -> Numbers:
    """Play the policies side by side."""
    mix, profiles = read_profiles(size.profiles)
    played = outcomes(mix, profiles, size.episodes, size.jobs)
    numbers: Numbers = {}
    for profile in profiles:
        here = [each for each in played if each.profile == profile.name]
        one = [each for each in here if each.policy == "trueup"]
        numbers[f"world.{profile.name}.opens"] = sum(1 for each in one if each.opens)
        numbers[f"world.{profile.name}.closes"] = sum(1 for each in one if not each.opens)
        numbers[f"world.{profile.name}.executed_opens"] = sum(
            1 for each in one if each.opens and each.fact is not Fact.NOT_HELD
        )
        numbers[f"world.{profile.name}.failed_closes"] = sum(
            1 for each in one if each.fact in {Fact.STILL_OPEN, Fact.GREW}
        )
        numbers[f"world.{profile.name}.doubled"] = sum(1 for each in one if each.fact is Fact.GREW)
        for policy in POLICIES:
            counted = asdict(score(each for each in here if each.policy == policy))
            numbers |= {f"policy.{profile.name}.{policy}.{name}": value for name, value in counted.items()}
        numbers[f"policy.{profile.name}.trueup.p50_speedup_over_sleep3"] = _speedup(here)
    mine = [float(each.weight) for each in played if each.policy == "trueup"]
    numbers["verdict.p50_speedup_over_sleep3"] = _speedup(played)
    numbers["verdict.binance_weight"] = quantile(mine, 0.5)
    numbers["verdict.binance_weight_p99"] = quantile(mine, 0.99)
    return numbers


def _speedup(played: Sequence[Outcome]) -> float:
    slow = quantile([each.ms for each in played if each.policy == "sleep3"], 0.5)
    return slow / quantile([each.ms for each in played if each.policy == "trueup"], 0.5)


def frames(size: Size) -> Numbers:
    """Let a frame decide, in real time over loopback sockets."""
    times = asyncio.run(race(size.rounds))
    numbers: Numbers = {"verdict.rounds": size.rounds}
    for name, each in times.items():
        prefix = "verdict" if name == "trueup" else f"verdict.{name}"
        for share, word in ((0.25, "p25"), (0.5, "p50"), (0.75, "p75"), (0.99, "p99")):
            numbers[f"{prefix}.{word}_us"] = quantile(each, share) * MICRO
    mine = numbers["verdict.p50_us"]
    numbers["verdict.p50_ratio_to_bare_aiohttp"] = mine / numbers["verdict.bare_aiohttp.p50_us"]
    numbers["verdict.p50_ratio_to_ccxt"] = mine / numbers["verdict.ccxt_watch_positions.p50_us"]
    return numbers


def cpu(size: Size) -> Numbers:
    """Measure the verifier's own CPU: with it, less what the sources in memory cost without it."""
    took, disturbed = asyncio.run(coordinator.cpu(size.batches))
    middle = {name: quantile(times, 0.5) * MICRO for name, times in took.items()}
    return {
        "verdict.cpu_us": middle["whole"] - middle["sources"],
        "verdict.cpu_us_best": (min(took["whole"]) - min(took["sources"])) * MICRO,
        "verdict.bare_race_cpu_us_best": min(took["bare_race"]) * MICRO,
        "verdict.cpu_us_with_sources": middle["whole"],
        "verdict.bare_race_cpu_us": middle["bare_race"],
        "verdict.cpu_rounds_disturbed": disturbed,
    }


def stall(size: Size) -> Numbers:
    """Measure the longest turn of the loop with many verifications at once."""
    runs = [asyncio.run(coordinator.stall(size.concurrent)) for _ in range(size.stalls)]
    longest = [run[0] * MILLI for run in runs]
    _, lists, orders = runs[0]
    return {
        "verdict.concurrent": size.concurrent,
        "verdict.stall_ms_at_1000": quantile(longest, 0.5),
        "verdict.stall_ms_at_1000_best": min(longest),
        "verdict.stall_ms_at_1000_worst": max(longest),
        "verdict.concurrent_lists_each": lists / size.concurrent,
        "verdict.concurrent_orders_each": orders / size.concurrent,
    }


def budget(size: Size) -> Numbers:
    """Watch an account in each case, all at the same time, in real time."""
    return asyncio.run(measure_budget(size.minutes, size.cases, size.checks))


PARTS: Mapping[str, Callable[[Size], Numbers]] = {
    "policies": policies,
    "frames": frames,
    "cpu": cpu,
    "stall": stall,
    "budget": budget,
}
"""The longest comes last."""
