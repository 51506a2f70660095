"""`python -m tests.bench.scale_watch`: watches the account of the folder it runs in, and measures its looks.

The parts are the real ones: the account unit with its stream, ledger thread and state database, the gateway
with unmodified ccxt, over sockets to a venue in another process. Only the governor's limits are lifted: looks
follow each other faster than a venue would allow. It writes what it measures to standard output as soon as it
is there, a JSON object a line.
"""

import argparse
import asyncio
import gc
import os
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import orjson

from reconciler.account.unit import AccountUnit
from reconciler.cli.log import write_log
from reconciler.service.claims import Claim, Claims, this_process
from reconciler.service.garbage import Garbage
from reconciler.service.loading import loading
from reconciler.service.wiring import open_ledgers, pace_of, rules_of
from reconciler.settings import Settings, load
from reconciler.sight.blindness import BlindnessSettings
from reconciler.storage.store import Store
from tests.bench import machine
from tests.bench.quantiles import quantile
from tests.bench.rivals import rivals
from tests.bench.turns import Turns, loop_with_turns
from tests.bench.unlimited import unlimited
from verification.facts.account import AccountReading
from verification.facts.clock import SystemClock
from verification.venues.ccxt.outgoing import GovernorRegistry
from verification.venues.gateway.account import CcxtVenue
from verification.venues.stream_state import StreamState

MILLI = 1e3
ACCOUNT = "main"
START_SECONDS = 900.0
MOVE = "move_prices"
"""Told when all prices are to move, which is answered by the file `MOVED`."""
MOVED = Path("moved")
SETTLE = 2.0
"""Seconds without a further look, after which what follows from the start is done."""

Numbers = dict[str, float]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of this process.

    Attributes:
        sweeps: How many looks at the whole account are measured, and for how many seconds at most; half as
            many more follow, each after every price has moved.
        targeted: How many looks at one symbol.
        seconds: After so many no further look is begun, once there was one of a kind.
        rivals: Whether the same comparison is also made by a dict and by pandas, and ccxt parses the list.
    """

    sweeps: int
    targeted: int
    seconds: float
    rivals: bool


class Watched:
    """The account under watch, and the turns of the loop it runs on.

    Attributes:
        stored: How long it took until each look was stored, once it was judged.
    """

    def __init__(self, unit: AccountUnit, turns: Turns) -> None:
        self.unit = unit
        self.turns = turns
        self.stored: list[Numbers] = []
        self._follow = unit.loop.on_look
        self._storing: set[asyncio.Task[None]] = set()
        unit.loop.on_look = self._looked

    def _looked(self, reading: AccountReading) -> None:
        storing = asyncio.create_task(self._note(perf_counter(), process_time()))
        self._storing.add(storing)
        storing.add_done_callback(self._storing.discard)
        self._follow(reading)

    async def _note(self, judged: float, running: float) -> None:
        async with self.unit.loop._turn:  # free when all that follows from the look is durable
            self.stored.append(
                {
                    "stored_ms": (perf_counter() - judged) * MILLI,
                    "stored_cpu_ms": (process_time() - running) * MILLI,
                }
            )

    async def look(self, symbols: frozenset[str] | None) -> Numbers:
        """Look, and return what it took, in ms: `passed`, `cpu`, and the longest `turn`."""
        async with self.unit.loop._turn:  # what is begun already is not this look's
            pass
        await asyncio.sleep(0.05)
        self.turns.take()
        began, running = perf_counter(), _cpu()
        await self.unit.loop._look_at(symbols)
        ended, used = perf_counter(), _cpu() - running
        await asyncio.sleep(0)  # the turn that ended it is over then
        return {
            "passed": (ended - began) * MILLI,
            "cpu": used * MILLI,
            "turn": self.turns.take() * MILLI,
        }

    async def settle(self) -> None:
        """Wait until no look has followed another for a while: what the start has moved is settled then."""
        seen = 0
        while seen != len(self.stored):
            seen = len(self.stored)
            await asyncio.sleep(SETTLE)

    async def looks(
        self, symbols: frozenset[str] | None, most: int, seconds: float, *, moving: bool = False
    ) -> list[Numbers]:
        """Look again and again: as often as asked, or until the time is over, but at least once.

        `moving`: all prices move before each look.
        """
        end, seen = perf_counter() + seconds, list[Numbers]()
        while len(seen) < most and (not seen or perf_counter() < end):
            if moving:
                _have_prices_moved()
                await _until(MOVED.exists)
            seen.append(await self.look(symbols))
        return seen


def _have_prices_moved() -> None:
    """Ask the process of the venue to move every price; the file is there once it has."""
    MOVED.unlink(missing_ok=True)
    _tell({MOVE: 1.0})


def _cpu() -> float:
    """Return the processor time of this process and of those that it has started, seconds."""
    others = [pid for pid in machine.processes_of(os.getpid()) if pid != os.getpid()]
    return process_time() + sum(machine.cpu_seconds(pid) for pid in others)


@asynccontextmanager
async def _watching(settings: Settings, turns: Turns) -> AsyncIterator[tuple[Watched, CcxtVenue]]:
    clock = SystemClock()
    access = settings.access(ACCOUNT)
    with loading():  # as the service does
        venue = CcxtVenue(access, clock, unlimited(access.venue), GovernorRegistry(clock))
    async with Store.open(settings.database.url, clock=clock) as store:
        claim = await Claims(store, this_process(), clock).claim(ACCOUNT)
        assert isinstance(claim, Claim), "the folder is this process's own"
        unit = AccountUnit(
            venue,
            open_ledgers(settings, ACCOUNT, clock),
            rules=rules_of(settings),
            blindness=BlindnessSettings(),
            pace=pace_of(settings),
            store=claim.store,
            clock=clock,
            rng=random.Random(1),
        )
        watched = Watched(unit, turns)
        running = asyncio.create_task(unit.run())
        try:
            yield watched, venue
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await unit.close()
            claim.let_go()


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not true():  # noqa: ASYNC110 - a reading, not an event
            await asyncio.sleep(0.02)


async def measured(settings: Settings, wish: Wish, turns: Turns) -> None:
    """Watch, and write down what it took."""
    began, running = perf_counter(), _cpu()
    async with _watching(settings, turns) as (watched, venue):
        await _until(lambda: bool(watched.stored) and venue.stream_health().state is StreamState.LIVE)
        found = {"start_ms": (perf_counter() - began) * MILLI, "start_cpu_ms": (_cpu() - running) * MILLI}
        found |= watched.stored[0]
        await watched.settle()
        _tell(found | {"start_stall_ms": turns.take() * MILLI})
        if wish.sweeps:
            sweeps = await watched.looks(None, wish.sweeps, wish.seconds)
            turned = [each["turn"] for each in sweeps]
            _tell(_of_looks("sweep", sweeps))
            _tell({"stall_ms": max(turned), "stall_p50_ms": quantile(turned, 0.5)})
            moving = await watched.looks(None, max(1, wish.sweeps // 2), wish.seconds, moving=True)
            _tell(_of_looks("moving", moving) | {"moving_stall_ms": max(each["turn"] for each in moving)})
        if wish.targeted:
            symbol = min(venue.markets)
            targeted = await watched.looks(frozenset({symbol}), wish.targeted, wish.seconds / 2)
            _tell(_of_looks("targeted", targeted))
            _tell({"targeted_stall_ms": max(each["turn"] for each in targeted)})
        gc.collect()
        _tell({"rss_mb": machine.rss_mb(os.getpid())})
        if wish.rivals:  # last: they need memory of their own
            _tell(await rivals(settings, ACCOUNT))


def _tell(numbers: Numbers) -> None:
    sys.stdout.write(orjson.dumps(numbers).decode() + "\n")
    sys.stdout.flush()


def _of_looks(name: str, seen: list[Numbers]) -> Numbers:
    return {
        f"{name}_ms": quantile([each["cpu"] for each in seen], 0.5),
        f"{name}_passed_ms": quantile([each["passed"] for each in seen], 0.5),
        f"{name}s": float(len(seen)),
    }


def main() -> int:
    """Measure what the arguments ask for, and write it down."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale_watch")
    parser.add_argument("--sweeps", type=int, default=0)
    parser.add_argument("--targeted", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rivals", action="store_true")
    asked = parser.parse_args()
    settings = load()
    write_log(settings.log)
    loop, turns = loop_with_turns()
    wish = Wish(asked.sweeps, asked.targeted, asked.seconds, asked.rivals)
    # What long collections leave is set aside, as the service does.
    with Garbage().watched(), asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(measured(settings, wish, turns))
    return 0


if __name__ == "__main__":
    sys.exit(main())
