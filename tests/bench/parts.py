"""The parts of the bench, each measured by itself, and each of its figures kept as soon as it is there."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import coordinator
from tests.bench.at_rest import measure_accounts, measure_opens
from tests.bench.budget import CASES, BudgetCase, measure_budget
from tests.bench.coordinator import ATTEMPTS, Disturbed
from tests.bench.detection import EVERY, ORPHANS, measure_detection
from tests.bench.frame_race import GAPS, race
from tests.bench.many_accounts import MANY, Many, measure_many
from tests.bench.policies import POLICIES
from tests.bench.policy_table import Outcome, outcomes, score
from tests.bench.profiles import FILE, read_profiles
from tests.bench.quantiles import quantile
from tests.bench.scale import SCALES, Scale, measure_scale
from tests.bench.screens import USUAL, Looks, measure_screens
from tests.bench.screens_house import BUSY, Year
from tests.bench.startup import measure_latency, measure_startup
from tests.bench.turns import loop_with_turns
from tests.bench.world import Fact

MICRO, MILLI = 1e6, 1e3

OF_MINUTES = frozenset({"accounts.1.rss_mb", "accounts.1.weight_per_minute"})
"""Figures of one account that those minutes give, and no crowd of one."""

Numbers = dict[str, float]
Keep = Callable[[Numbers], None]
"""Takes figures as they come: they are written down at once."""

Part = Callable[["Size", Keep], None]
Waiting = Callable[["Size", Keep], Coroutine[None, None, None]]
"""A part that waits most of the time, for what comes at its own hour."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured.

    Attributes:
        episodes: Opens, and as many closes, of each profile for each policy.
        rounds: Frames for each contender of the race, after the shortest quiet; after a longer one, fewer.
        batches: Batches of verifications whose CPU is measured.
        stalls: How often the concurrent verifications are run.
        concurrent: How many they are.
        minutes: How long weight is counted.
        cases: Of the budget.
        checks: The `[checks]` that Trueup runs with there; empty for those that it has by itself.
        scales: The sizes of an account.
        orphans: How many positions are met at once that no bot knows.
        orphaned: How often they are.
        accounts: How many are watched by one process, on one address.
        many: How many are watched by one process over several addresses.
        settle: Seconds until an account is taken to be at rest.
        opens: How many are made beside an account at rest.
        met: How many orphans are met one after another.
        every: Seconds between two of them.
        commands: How often a command is run.
        kept: How many accounts, and how many windows of ten seconds of each, the latency page shows.
        year: What a state database holds whose screens are looked at.
        looks: How often they are.
        profiles: The file of profiles.
        jobs: Processes that play policies.
    """

    episodes: int = 1500
    rounds: int = 300
    batches: int = 100
    stalls: int = 5
    concurrent: int = 1000
    minutes: float = 2.0
    cases: tuple[BudgetCase, ...] = CASES
    checks: str = ""
    scales: tuple[Scale, ...] = SCALES
    orphans: int = 1000
    orphaned: int = 3
    accounts: int = 3
    many: tuple[Many, ...] = MANY
    settle: float = 15.0
    opens: int = 20
    met: int = ORPHANS
    every: float = EVERY
    commands: int = 5
    kept: tuple[int, int] = (50, 360)
    year: Year = BUSY
    looks: Looks = USUAL
    profiles: Path = FILE
    jobs: int = 1


def policies(size: Size, keep: Keep) -> None:
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
        rivals = [numbers[f"policy.{profile.name}.{each}.p99_ms"] for each in POLICIES if each != "trueup"]
        numbers[f"policy.{profile.name}.best_rival.p99_ms"] = min(rivals)
        numbers[f"policy.{profile.name}.trueup.p50_speedup_over_sleep3"] = _speedup(here)
    mine = [float(each.weight) for each in played if each.policy == "trueup"]
    numbers["verdict.p50_speedup_over_sleep3"] = _speedup(played)
    numbers["verdict.binance_weight"] = quantile(mine, 0.5)
    numbers["verdict.binance_weight_p99"] = quantile(mine, 0.99)
    keep(numbers)


def _speedup(played: Sequence[Outcome]) -> float:
    slow = quantile([each.ms for each in played if each.policy == "sleep3"], 0.5)
    return slow / quantile([each.ms for each in played if each.policy == "trueup"], 0.5)


def verdict(size: Size, keep: Keep) -> None:
    """Let a frame decide, in real time over loopback sockets, after a short, a usual and a long quiet."""
    shares = dict(zip(GAPS, (1, 2 / 3, 1 / 5), strict=True))
    rounds = {gap: max(2, int(size.rounds * share)) for gap, share in shares.items()}
    times, disturbed = asyncio.run(race(rounds))
    numbers: Numbers = {"verdict.rounds": size.rounds, "verdict.rounds_disturbed": disturbed}
    for gap, found in times.items():
        for name, each in found.items():
            prefix = f"verdict.after.{gap:g}.{name}"
            for share, word in ((0.25, "p25"), (0.5, "p50"), (0.75, "p75"), (0.99, "p99")):
                numbers[f"{prefix}.{word}_us"] = quantile(each, share) * MICRO
        mine = numbers[f"verdict.after.{gap:g}.trueup.p50_us"]
        for rival, word in (("bare_aiohttp", "bare_aiohttp"), ("ccxt_watch_positions", "ccxt")):
            ratio = mine / numbers[f"verdict.after.{gap:g}.{rival}.p50_us"]
            numbers[f"verdict.p50_ratio_to_{word}.{gap:g}"] = ratio
    for word in ("bare_aiohttp", "ccxt"):
        ratios = [numbers[f"verdict.p50_ratio_to_{word}.{gap:g}"] for gap in GAPS]
        numbers[f"verdict.p50_ratio_to_{word}"] = max(ratios)
    keep(numbers)


def cpu(size: Size, keep: Keep) -> None:
    """Measure the verifier's own CPU: with it, less what the sources in memory cost without it."""
    took, disturbed = asyncio.run(coordinator.cpu(size.batches))
    middle = {name: quantile(times, 0.5) * MICRO for name, times in took.items()}
    keep(
        {
            "verdict.cpu_us": middle["whole"] - middle["sources"],
            "verdict.cpu_us_best": (min(took["whole"]) - min(took["sources"])) * MICRO,
            "verdict.bare_race_cpu_us_best": min(took["bare_race"]) * MICRO,
            "verdict.cpu_us_with_sources": middle["whole"],
            "verdict.bare_race_cpu_us": middle["bare_race"],
            "verdict.cpu_rounds_disturbed": disturbed,
        }
    )


def stall(size: Size, keep: Keep) -> None:
    """Measure the longest turn of the loop with many verifications at once."""
    runs: list[tuple[float, int, int]] = []
    disturbed = 0
    while len(runs) < size.stalls:
        loop, turns = loop_with_turns()
        with asyncio.Runner(loop_factory=lambda loop=loop: loop) as runner:  # type: ignore[misc]  # a default
            try:
                runs.append(runner.run(coordinator.stall(size.concurrent, turns)))
            except Disturbed:
                disturbed += 1
                if disturbed > ATTEMPTS:
                    raise
    longest = [run[0] * MILLI for run in runs]
    _, lists, orders = runs[0]
    keep(
        {
            "verdict.concurrent": size.concurrent,
            "verdict.stall_ms_at_1000": quantile(longest, 0.5),
            "verdict.stall_ms_at_1000_best": min(longest),
            "verdict.stall_ms_at_1000_worst": max(longest),
            "verdict.stalls_disturbed": disturbed,
            "verdict.concurrent_lists_each": lists / size.concurrent,
            "verdict.concurrent_orders_each": orders / size.concurrent,
        }
    )


async def budget(size: Size, keep: Keep) -> None:
    """Watch an account in each case, all at the same time, in real time."""
    keep(await measure_budget(size.minutes, size.cases, size.checks))


def scale(size: Size, keep: Keep) -> None:
    """Look at accounts of a hundred, a thousand, ten thousand legs."""
    asyncio.run(measure_scale(keep, size.scales, size.orphans, size.orphaned))


async def accounts(size: Size, keep: Keep) -> None:
    """Watch one account, and several, while nothing happens; and beside them crowds, one after another."""

    def of_crowd(numbers: Numbers) -> None:
        keep({name: value for name, value in numbers.items() if name not in OF_MINUTES})

    async def few() -> None:
        keep(await measure_accounts(size.minutes, size.accounts, size.settle))

    async def crowds() -> None:
        for many in size.many[:-1]:
            await measure_many(many, of_crowd)

    async with asyncio.TaskGroup() as group:
        group.create_task(few())
        group.create_task(crowds())


def crowd(size: Size, keep: Keep) -> None:
    """Watch the largest crowd, by itself."""
    asyncio.run(measure_many(size.many[-1], keep))


async def opens(size: Size, keep: Keep) -> None:
    """Let a bot open positions beside the real reconciler."""
    keep(await measure_opens(size.opens, settle=size.settle))


def detect(size: Size, keep: Keep) -> None:
    """Meet orphans with a page open, and lose the push of a cancelled stop."""
    keep(asyncio.run(measure_detection(size.met, size.every, size.checks)))


def startup(size: Size, keep: Keep) -> None:
    """Run commands from cold, and ask what the latency page asks."""
    keep(asyncio.run(measure_startup(size.commands)))
    keep(measure_latency(*size.kept, reads=size.commands))


def screens(size: Size, keep: Keep) -> None:
    """Open every page of the screens after a busy year, in a real browser."""
    asyncio.run(measure_screens(size.year, size.looks, keep))


def alone(waiting: Waiting) -> Part:
    """Return a part that waits, as one that is measured by itself."""
    return lambda size, keep: asyncio.run(waiting(size, keep))


BESIDE: dict[str, Waiting] = {"open": opens, "accounts": accounts, "budget": budget}
"""Parts that are measured side by side. What they count is weight and memory, and the processor time of
processes that each has for itself."""

PARTS: dict[str, Part] = {
    "startup": startup,
    "policies": policies,
    "cpu": cpu,
    "stall": stall,
    "verdict": verdict,
    "detect": detect,
    **{name: alone(waiting) for name, waiting in BESIDE.items()},
    "screens": screens,
    "crowd": crowd,
    "scale": scale,
}
"""In the order in which they are measured: what is quick comes first."""
