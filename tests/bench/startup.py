"""What a person waits for: the help, one reconciliation from cold, the latency page of many accounts."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from time import perf_counter, process_time

from reconciler.console import Console
from reconciler.storage import latency
from reconciler.storage.database import Database
from tests.bench.at_rest import HELD, MARKETS
from tests.bench.budget_house import Plan, furnished
from tests.bench.large_account import symbols_of
from tests.bench.quantiles import quantile
from verification.facts.clock import SystemClock
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

Numbers = dict[str, float]

ACCOUNTS = 50
WINDOWS = 360
WINDOW = timedelta(seconds=10)
PERIOD, BUCKET = timedelta(hours=1), timedelta(minutes=1)
"""What the latency page shows when it is opened."""

AT_ONCE = 3000
RUNS = 5
LONGEST = 60.0
_MEASURED = (
    (Source.WEBSOCKET, Measure.VISIBILITY_LAG),
    (Source.ORDER, Measure.VISIBILITY_LAG),
    (Source.REST, Measure.VISIBILITY_LAG),
    (Source.ORDER, Measure.REQUEST_TIME),
    (Source.REST, Measure.REQUEST_TIME),
)


class CommandError(Exception):
    """A command has not ended as it should."""


async def measure_startup(runs: int = RUNS, markets: int = MARKETS) -> Numbers:
    """Run each command some times, one after another."""
    waited = os.times()
    helped = [await _run(("--help",), None) for _ in range(runs)]
    used = os.times()
    symbols = tuple(symbols_of(markets))
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as name:
        folder, plan = Path(name), Plan(symbols[:HELD], symbols[HELD:])
        async with furnished(folder, "", plan):
            once = [await _run(("reconcile", "--once"), folder, plan.environment()) for _ in range(runs)]
    return {
        "cli.help_s": quantile([each[1] for each in helped], 0.5),
        "cli.help_cpu_s": _of_children(used, waited) / runs,
        "cli.reconcile_once_s": quantile([each[1] for each in once], 0.5),
        "cli.reconcile_once_after_answer_s": quantile([each[1] - each[0] for each in once], 0.5),
    }


def _of_children(now: os.times_result, before: os.times_result) -> float:
    """Return the processor time of the children that ended between two moments."""
    return sum(now[2:4]) - sum(before[2:4])


async def _run(
    words: Sequence[str], folder: Path | None, environment: dict[str, str] | None = None
) -> tuple[float, float]:
    """Run a command; return the seconds until its last word, and until it had ended.

    Raises:
        CommandError: It did not end well.
    """
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "reconciler", *words),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    answered, said = began, b""
    try:
        async with asyncio.timeout(LONGEST):
            while more := await process.stdout.read(65536):
                answered, said = perf_counter(), said + more
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise CommandError(f"{' '.join(words)} has not ended after {LONGEST:.0f} s") from None
    if process.returncode != 0:
        raise CommandError(f"{' '.join(words)} ended with {process.returncode}: {said.decode()[-500:]}")
    return answered - began, perf_counter() - began


def measure_latency(accounts: int = ACCOUNTS, windows: int = WINDOWS, reads: int = RUNS) -> Numbers:
    """Ask what the latency page asks, of an hour in which every source of so many accounts was measured."""
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as folder:
        url = f"sqlite:///{folder}/trueup.db"
        _fill(url, accounts, windows)
        took, found = [], 0
        with closing(Console.open(url)) as console:
            for _ in range(reads):
                began, running = perf_counter(), process_time()
                found = len(console.queries.latency(PERIOD, BUCKET))
                # Of the time that passed no more than this process was running.
                took.append(min(perf_counter() - began, process_time() - running) * 1000)
    return {"latency.fifty_accounts_ms": quantile(took, 0.5), "latency.series": float(found)}


def _fill(url: str, accounts: int, windows: int) -> None:
    now = SystemClock().now().utc
    samples = [
        LatencySample(f"account{account}", *named, now - window * WINDOW, 20.0 + account + window % 50)
        for window in range(windows)
        for account in range(accounts)
        for named in _MEASURED
    ]
    with closing(Database.open(url, create=True)) as database:
        for start in range(0, len(samples), AT_ONCE):
            with database.write() as connection:
                latency.add_samples(connection, samples[start : start + AT_ONCE])
