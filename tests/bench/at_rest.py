"""What an account costs that is at rest, what a further one costs, and what one open costs beside."""

import asyncio
import tempfile
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from reconciler.settings import ChecksSettings
from reconciler.settings.egresses import least_interval
from simulator.serving.spending import spent
from tests.bench import machine
from tests.bench.budget_house import House, Plan, house
from tests.bench.large_account import symbols_of
from verification.facts.verdict import VerdictKind

Numbers = dict[str, float]

HELD = 5
MARKETS = 600
ACCOUNTS = 3
SETTLE = 15.0
"""Seconds after the start until an account counts as being at rest."""

DAY = 86_400.0
MIB = 1024.0 * 1024.0
FULL_LISTS = frozenset({"openOrders", "openAlgoOrders"})
FULL_WEIGHT, FULL_EVERY = 80.0, 10.0
"""What the two full lists of orders weigh, and within how many minutes they are due, whatever else."""

OPENS = 20
OPEN_EVERY = 2.5
OPEN_CHECKS = "[checks]\ninterval = 1800\n"
"""No sweep falls into the opens: what they cost is theirs."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a house has spent in a time, from one point to another."""

    seconds: float
    cpu: float
    written: float
    weight: float
    since: int
    until: int


class Meter:
    """Reads what a house has spent since a moment."""

    def __init__(self, here: House) -> None:
        self._here = here
        self._began = perf_counter()
        self._cpu = machine.cpu_seconds(here.pid)
        self._written = here.written()
        self._since = here.venue.clock.ms()

    def read(self) -> Spent:
        """Return what has been spent until now."""
        here, until = self._here, self._here.venue.clock.ms()
        cost = spent(here.venue.journal.entries, since_ms=self._since, until_ms=until)
        return Spent(
            perf_counter() - self._began,
            machine.cpu_seconds(here.pid) - self._cpu,
            here.written() - self._written,
            sum(path["weight"] for path in cost["by_path"].values()),
            self._since,
            until,
        )


async def measure_accounts(minutes: float, accounts: int = ACCOUNTS, settle: float = SETTLE) -> Numbers:
    """Watch one account, and beside it several in one process, while nothing happens to any."""
    markets = tuple(symbols_of(MARKETS))
    numbers: Numbers = {"accounts.minutes": minutes}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="trueup-bench-")))
        houses: dict[int, House] = {}
        for count in (1, accounts):
            (place := folder / str(count)).mkdir()
            plan = Plan(markets[:HELD], markets[HELD:], count)
            houses[count] = await stack.enter_async_context(house(place, _paced(plan.names), plan))
        await asyncio.sleep(settle)
        meters = {count: Meter(here) for count, here in houses.items()}
        await _pass(tuple(houses.values()), minutes * 60)
        found = {count: meter.read() for count, meter in meters.items()}
        held = {count: machine.rss_mb(here.pid) for count, here in houses.items()}
        told = sum(len(here.told()) for here in houses.values())
        full = _asked_in_full(houses[1], found[1])
    for count, each in found.items():
        numbers[f"accounts.{count}.rss_mb"] = held[count]
        numbers[f"accounts.{count}.cpu_percent"] = 100 * each.cpu / each.seconds
        numbers[f"accounts.{count}.weight_per_minute"] = each.weight * 60 / each.seconds
        numbers[f"accounts.{count}.written_mb_per_day"] = each.written / each.seconds * DAY / MIB
    if not full:
        numbers["accounts.1.weight_per_minute"] += FULL_WEIGHT / FULL_EVERY
    for name, figure in (("rss_mb", "rss_mb_each"), ("cpu_percent", "cpu_percent_each")):
        more = numbers[f"accounts.{accounts}.{name}"] - numbers[f"accounts.1.{name}"]
        numbers[f"accounts.{accounts}.{figure}"] = more / (accounts - 1)
    numbers["accounts.alerts"] = float(told)
    return numbers


def _paced(names: Collection[str]) -> str:
    """Return the pace of sweeps that the settings would choose by themselves on the real venue's address.

    On this machine they would not, for a simulated venue is nobody's budget.
    """
    least = least_interval({name: {"venue": "binanceusdm"} for name in names}).total_seconds()
    usual = ChecksSettings().interval.total_seconds()
    return f"[checks]\ninterval = {max(usual, least):g}\n"


def _asked_in_full(here: House, over: Spent) -> bool:
    """Return whether a list of the orders of all symbols was asked for in that time."""
    return any(
        entry.path.rsplit("/", 1)[-1] in FULL_LISTS and "symbol" not in entry.params
        for entry in here.venue.journal.entries
        if over.since <= entry.at_ms < over.until
    )


async def measure_opens(opens: int = OPENS, every: float = OPEN_EVERY, settle: float = SETTLE) -> Numbers:
    """Let a bot open positions, one after another, and take off what the account costs at rest."""
    markets = tuple(symbols_of(MARKETS))
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as folder:
        async with house(Path(folder), OPEN_CHECKS, Plan(markets[:HELD], markets[HELD:])) as here:
            await asyncio.sleep(settle)
            quiet = Meter(here)
            await _pass((here,), opens * every)
            rest, busy = quiet.read(), Meter(here)
            for symbol in markets[HELD : HELD + opens]:
                began = perf_counter()
                await here.bot.open(symbol)
                await _pass((here,), began + every - perf_counter())
            took = busy.read()
            asked = here.console.queries.verifications(limit=10 * opens)
            opened = {each.symbol for each in asked if each.verdict == VerdictKind.CONFIRMED.value}
    at_rest = took.seconds / rest.seconds
    return {
        "open.weight": (took.weight - rest.weight * at_rest) / opens,
        "open.cpu_ms": 1000 * (took.cpu - rest.cpu * at_rest) / opens,
        "open.written_kb": (took.written - rest.written * at_rest) / opens / 1024,
        "open.opens": float(opens),
        "open.confirmed": float(len(opened & set(markets[HELD : HELD + opens]))),
    }


async def _pass(houses: Collection[House], seconds: float) -> None:
    end = perf_counter() + seconds
    while (left := end - perf_counter()) > 0:
        for here in houses:
            here.check()
        await asyncio.sleep(min(left, 1.0))
