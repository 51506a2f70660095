"""How the cost of a look grows with the account: a hundred to ten thousand legs, each with its stop."""

import asyncio
import math
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from simulator.binance.urls import toml
from simulator.server import SimulatedVenue
from tests.bench.children import ended
from tests.bench.large_account import hold, markets_of, running_bot, symbols_of, write_down
from tests.bench.quantiles import quantile
from tests.bench.scale_watch import MOVE, MOVED
from verification.facts.clock import SystemClock

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = """
[ledgers.large]
kind = "journal"
url = "sqlite:///bot.db"

[accounts.main]
venue = "binanceusdm"
ledgers = ["large"]
api_key_env = "BENCH_KEY"
secret_env = "BENCH_SECRET"

[log]
level = "warning"
"""
LONGEST_SECONDS = 900.0
"""How long one size is measured at most."""

Numbers = dict[str, float]
Keep = Callable[[Numbers], None]


class ScaleError(Exception):
    """The watching process has failed."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An account of one size, and how often it is looked at.

    Attributes:
        legs: How many positions it holds.
        sweeps: How many looks at all of it are measured.
        targeted: How many looks at one symbol.
        seconds: After so many no further look of a kind is begun.
    """

    legs: int
    sweeps: int
    targeted: int
    seconds: float


SCALES = (Scale(100, 20, 20, 10.0), Scale(1000, 10, 10, 10.0), Scale(10_000, 4, 4, 15.0))


async def measure_scale(keep: Keep, scales: Sequence[Scale], orphans: int, orphaned: int) -> None:
    """Measure the moment when many orphans are met at once, so often; then each size, the largest last."""
    stored: list[Numbers] = []

    def note(told: Numbers) -> None:
        if "stored_ms" in told:
            stored.append(told)

    for _ in range(orphaned):
        await _watched(symbols_of(orphans), (), [], note)
    for name in ("stored_ms", "stored_cpu_ms", "start_stall_ms"):
        keep({f"scale.orphans_{orphans}.{name}": quantile([each[name] for each in stored], 0.5)})
    sweeps: dict[int, float] = {}
    for scale in scales:
        found: Numbers = {}
        await _size(scale, found, keep)
        sweeps[scale.legs] = found["sweep_ms"]
    before, most = sorted(sweeps)[-2:]
    keep({"scale.slope": math.log(sweeps[most] / sweeps[before]) / math.log(most / before)})


async def _size(scale: Scale, found: Numbers, keep: Keep) -> None:
    symbols = symbols_of(scale.legs)
    asked = ["--sweeps", str(scale.sweeps), "--targeted", str(scale.targeted)]

    def heard(told: Numbers) -> None:
        found.update(told)
        if "ccxt_parse_ms" in told:
            for look in ("sweep", "moving"):
                found[f"{look}_ratio_to_ccxt_parse"] = found[f"{look}_ms"] / told["ccxt_parse_ms"]
        keep({f"scale.{scale.legs}.{name}": value for name, value in found.items()})

    await _watched(symbols, symbols, [*asked, "--seconds", str(scale.seconds), "--rivals"], heard)


async def _watched(
    held: Sequence[str], believed: Sequence[str], arguments: Sequence[str], heard: Keep
) -> None:
    """Let a process of its own watch an account that holds some positions, of which a bot knows some.

    Args:
        held: The symbols of the positions.
        believed: Those of them that the bot knows.
        arguments: Of the process.
        heard: Called with what it tells of its looks, as it comes.

    Raises:
        ScaleError: It failed; its last words say how.
    """
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as name:
        folder = Path(name)
        venue = SimulatedVenue(markets=list(markets_of(held)), api_key="key", secret="secret")
        venue.limits.change({"weight": 1_000_000_000})
        hold(venue, held)
        write_down(folder / "bot.db", believed, SystemClock().now().utc)
        async with venue, running_bot(folder / "bot.db"):
            (folder / "trueup.toml").write_text(ACCOUNT + toml(venue.url))
            with (folder / "said.log").open("wb") as complaints:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *("-m", "tests.bench.scale_watch", *arguments),
                    cwd=folder,
                    env={**os.environ, "PYTHONPATH": str(ROOT), "BENCH_KEY": "key", "BENCH_SECRET": "secret"},
                    stdout=asyncio.subprocess.PIPE,
                    stderr=complaints,
                )
            prices = Prices(venue, held)

            def told(numbers: Numbers) -> None:
                if MOVE in numbers:
                    prices.move()
                    (folder / MOVED).touch()
                else:
                    heard(numbers)

            async with ended(process):
                await _listened(process, len(held), folder / "said.log", told)


class Prices:
    """The prices of some contracts: they go up by a tick and down again, past nobody's stop."""

    def __init__(self, venue: SimulatedVenue, symbols: Sequence[str]) -> None:
        self._markets, self._symbols = venue.exchange.truth.markets, symbols
        self._up = False

    def move(self) -> None:
        """Move all of them."""
        self._up = not self._up
        for symbol in self._symbols:
            market = self._markets.find(symbol)
            self._markets.reprice(symbol, market.price + (market.tick if self._up else -market.tick))


async def _listened(process: asyncio.subprocess.Process, legs: int, complaints: Path, heard: Keep) -> None:
    assert process.stdout is not None, "it is a pipe"
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            async for line in process.stdout:
                heard(dict(orjson.loads(line)))
            await process.wait()
    except TimeoutError:
        raise ScaleError(f"{legs} legs: no end after {LONGEST_SECONDS:.0f} s") from None
    if process.returncode != 0:
        raise ScaleError(f"{legs} legs: the watch ended with {process.returncode}: {_last(complaints)}")


def _last(complaints: Path) -> str:
    return complaints.read_text(errors="replace")[-3000:]
