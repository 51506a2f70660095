"""`python -m tests.bench`: measures, prints tables, writes `build/bench.json`. See docs/bench.md."""

import argparse
import asyncio
import json
import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from tests.bench import coordinator
from tests.bench.frame_race import race
from tests.bench.policies import POLICIES
from tests.bench.policy_table import Outcome, outcomes, score
from tests.bench.profiles import FILE, ProfileError, read_profiles
from tests.bench.quantiles import quantile
from tests.bench.world import Fact

RESULT = Path("build/bench.json")
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
    """

    episodes: int = 1500
    rounds: int = 300
    batches: int = 100
    stalls: int = 5
    concurrent: int = 1000


def measure(size: Size, profiles: Path = FILE, jobs: int = 1) -> Numbers:
    """Measure everything; return one flat object of dotted names to numbers."""
    numbers = policies(size, profiles, jobs)
    numbers |= frames(size)
    numbers |= cpu(size)
    numbers |= stall(size)
    return numbers


def policies(size: Size, file: Path, jobs: int) -> Numbers:
    """Play the policies side by side."""
    mix, profiles = read_profiles(file)
    played = outcomes(mix, profiles, size.episodes, jobs)
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
    took = asyncio.run(coordinator.cpu(size.batches))
    middle = {name: quantile(times, 0.5) * MICRO for name, times in took.items()}
    return {
        "verdict.cpu_us": middle["whole"] - middle["sources"],
        "verdict.cpu_us_best": (min(took["whole"]) - min(took["sources"])) * MICRO,
        "verdict.bare_race_cpu_us_best": min(took["bare_race"]) * MICRO,
        "verdict.cpu_us_with_sources": middle["whole"],
        "verdict.bare_race_cpu_us": middle["bare_race"],
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when it could be measured: the numbers are for people, and for CI to compare."""
    parser = argparse.ArgumentParser(prog="make bench", description="Verdicts beside the alternatives.")
    parser.add_argument("--episodes", type=int, default=Size().episodes, help="opens and closes a profile")
    parser.add_argument("--profiles", type=Path, default=FILE, help="the file of profiles")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="processes")
    asked = parser.parse_args(arguments)
    if asked.episodes < 1 or asked.jobs < 1:
        parser.error("--episodes and --jobs are positive numbers")
    began = perf_counter()
    try:
        numbers = measure(Size(episodes=asked.episodes), asked.profiles, asked.jobs)
    except ProfileError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    numbers["bench.seconds"] = perf_counter() - began
    _say(*table(numbers))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({name: round(value, 3) for name, value in numbers.items()}, indent=2) + "\n")
    return 0


def table(numbers: Numbers) -> list[str]:
    """Return what is printed."""
    lines: list[str] = []
    for profile in dict.fromkeys(name.split(".")[1] for name in numbers if name.startswith("world.")):
        world = {
            word: int(numbers[f"world.{profile}.{word}"])
            for word in ("opens", "closes", "executed_opens", "failed_closes", "doubled")
        }
        lines.append(
            f"{profile}: {world['opens']} opens, {world['executed_opens']} executed; "
            f"{world['closes']} closes, {world['failed_closes']} failed, {world['doubled']} of them doubled"
        )
        lines.append(
            f"  {'':<18}{'false':>7}{'rollbacks':>11}{'closed':>8}{'unknown':>9}{'doubled seen':>14}"
            f"{'p50 ms':>10}{'p99 ms':>10}{'weight':>8}"
        )
        for policy in POLICIES:
            at = {name: numbers[f"policy.{profile}.{policy}.{name}"] for name in COLUMNS}
            lines.append(
                f"  {policy:<18}{at['false_verdicts']:>7.0f}{at['false_rollbacks']:>11.0f}"
                f"{at['false_closed']:>8.0f}{at['unknown']:>9.0f}{at['doubled_flagged']:>14.0f}"
                f"{at['p50_ms']:>10.0f}{at['p99_ms']:>10.0f}{at['weight']:>8.1f}"
            )
        lines.append("")
    lines.append(f"from a frame to the answer, {numbers['verdict.rounds']:.0f} rounds, us: p25 p50 p75 p99")
    for name in ("verdict", "verdict.bare_aiohttp", "verdict.ccxt_watch_positions"):
        told = "".join(f"{numbers[f'{name}.{word}_us']:>8.0f}" for word in ("p25", "p50", "p75", "p99"))
        lines.append(f"  {'trueup' if name == 'verdict' else name.split('.')[1]:<22}{told}")
    return [*lines, "", *(f"  {name:<40}{numbers[name]:>10.2f}" for name in HEADLINES)]


COLUMNS = (
    "false_verdicts",
    "false_rollbacks",
    "false_closed",
    "unknown",
    "doubled_flagged",
    "p50_ms",
    "p99_ms",
    "weight",
)
HEADLINES = (
    "verdict.p50_ratio_to_bare_aiohttp",
    "verdict.p50_ratio_to_ccxt",
    "verdict.p50_speedup_over_sleep3",
    "verdict.cpu_us",
    "verdict.bare_race_cpu_us",
    "verdict.stall_ms_at_1000",
    "verdict.binance_weight",
)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
