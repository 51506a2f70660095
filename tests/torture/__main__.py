"""`python -m tests.torture --minutes 3`: plays acts, prints counts, writes `build/torture.json`."""

import argparse
import asyncio
import functools
import json
import multiprocessing
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import TextIO

from tests.torture import workers_house
from tests.torture.act import Act
from tests.torture.scene import Scene
from tests.torture.torments import TORMENTS
from tests.torture.witness import Witness

RESULT = Path("build/torture.json")
TOLD = Path("build/torture.log")
MINUTES = 3.0
OVERHEAD_SECONDS = 40.0
"""About what the beginning and the calm take; at least fifteen seconds of storm are played."""

DATABASES = ("sqlite", "postgres")
DONE = ("kills", "cuts", "losses", "steps", "outages", "hangs", "rivals", "deafness")
WORKERS = "workers"
"""Played in a house of their own: what is done there is counted by names of its own."""

DONE_THERE = ("worker_kills", "holder_kills", "worker_stops", "worker_cuts")
SEEN_THERE = ("worker_alerts", "worker_messages", "worker_repeated", "worker_words", "grants", "written")
MESSAGES = ("owed", "sent", "unsent", "repeated")


class Torture:
    """One run of several acts."""

    def __init__(self, seed: int, names: Sequence[str], out: TextIO) -> None:
        """`names` are the torments that may happen; `out` is told what happens."""
        self.counts: Counter[str] = Counter()
        self.off: set[str] = set()
        self.wrong: list[str] = []
        self.slowest = 0.0
        self._seed = seed
        self._torments = [each for each in TORMENTS if each.name in names]
        self._out = out
        self._began = perf_counter()

    async def run(self, databases: Sequence[str], seconds: float, *, houses: int, kills: int) -> None:
        """Play one act for each of the databases, side by side, `seconds` of storm each.

        Args:
            databases: Which.
            seconds: Of the storm.
            houses: How many acts of several workers are played beside them, each on a server of its own.
            kills: After how many kills these end, in all of them; 0 for after `seconds`.
        """
        with ProcessPoolExecutor(max(1, houses), multiprocessing.get_context("spawn")) as apart:
            async with asyncio.TaskGroup() as group:
                for number, database in enumerate(databases):
                    group.create_task(self._play(database, self._seed + number, seconds))
                for house in range(houses):
                    group.create_task(self._play_workers(apart, house, seconds, -(-kills // houses)))

    async def _play_workers(self, apart: Executor, house: int, seconds: float, kills: int) -> None:
        told = TOLD.with_stem(f"{TOLD.stem}-{WORKERS}-{house + 1}")
        playing = functools.partial(workers_house.play, self._seed + house, seconds, kills, told)
        outcome = await asyncio.get_running_loop().run_in_executor(apart, playing)
        self.counts.update(outcome.counts)
        self.slowest = max(self.slowest, outcome.slowest)
        self.wrong += [f"{WORKERS} {house + 1}: {line}" for line in outcome.wrong]

    async def _play(self, database: str, seed: int, seconds: float) -> None:
        act = Act(database, seed, seconds, self._torments, lambda line: self._say(f"{database:<9} {line}"))
        with tempfile.TemporaryDirectory(prefix="trueup-torture-", ignore_cleanup_errors=True) as folder:
            scene, witness = await act.play(Path(folder))
            self._count(database, scene, witness)

    def _count(self, act: str, scene: Scene, witness: Witness) -> None:
        self.counts.update(scene.counts)
        self.counts["planted"] += len(scene.legs.planted)
        self.counts["told"] += len(witness.told)
        self.counts["healed"] += sum(episode.over for episode in scene.legs.planted)
        self.counts["alerts"] += len(witness.alerts)
        self.counts["resolved"] += len(witness.resolved)
        self.counts["acknowledged"] += len(witness.promises)
        self.counts["lost"] += witness.lost()
        self.counts["sent"] += scene.mailbox.messages
        self.counts["repeated"] += scene.mailbox.again
        self.counts["unsent"] += sum("nobody was told" in line for line in witness.wrong)
        self.wrong += [f"{act}: {line}" for line in dict.fromkeys(witness.wrong)]
        for torment in self._torments:
            if (why := torment.why_not(scene)) and not why.startswith("the state database is"):
                self.off.add(f"{torment.name}: {why}")
        for name in ("supervisor", "rival", "robot", "person"):
            if scene.household.log(name).exists():
                self._out.write(f"--- {act}: what the {name} said\n{scene.household.log(name).read_text()}\n")

    def document(self) -> dict[str, object]:
        """Return what is written to `build/torture.json`."""
        seen = ("planted", "told", "healed", "alerts", "resolved", "acknowledged", "lost")
        names = (*DONE, *seen, *MESSAGES, *DONE_THERE, *SEEN_THERE)
        return {
            "seed": self._seed,
            "seconds": round(perf_counter() - self._began, 1),
            **{name: self.counts[name] for name in names},
            "worker_slowest_s": round(self.slowest, 1),
            "off": sorted(self.off),
            "wrong": self.wrong,
        }

    def _say(self, line: str) -> None:
        self._out.write(f"{perf_counter() - self._began:7.1f} s  {line}\n")
        self._out.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every promise was kept, 1 with those that were not."""
    parser = argparse.ArgumentParser(prog="make torture", description="What must be survived, all mixed.")
    parser.add_argument("--minutes", type=float, default=MINUTES, help=f"about how long ({MINUTES:g})")
    parser.add_argument("--seed", type=int, default=None, help="of an earlier run; a new one without it")
    parser.add_argument("--database", choices=DATABASES, default=None, help="only this one; both without it")
    every = (*DONE, WORKERS)
    parser.add_argument("--only", choices=every, nargs="+", default=every, help="only these torments")
    parser.add_argument(
        "--kills", type=int, default=0, help="of workers: on with it until so many were killed"
    )
    parser.add_argument("--houses", type=int, default=1, help="of workers, side by side (1)")
    asked = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(1, 1_000_000) if asked.seed is None else asked.seed
    databases: Sequence[str] = DATABASES if asked.database is None else (asked.database,)
    if set(asked.only) == {WORKERS}:
        databases = ()
    seconds = max(15.0, 60 * asked.minutes - OVERHEAD_SECONDS)
    RESULT.parent.mkdir(exist_ok=True)
    with TOLD.open("w") as out:
        torture = Torture(seed, asked.only, out)
        _say(f"seed {seed}; what happens is told in {TOLD}")
        houses = asked.houses if WORKERS in asked.only and asked.database != "sqlite" else 0
        asyncio.run(torture.run(databases, seconds, houses=houses, kills=asked.kills))
    document = torture.document()
    RESULT.write_text(json.dumps(document, indent=2) + "\n")
    _say(*(f"{name:<14}{document[name]:>6}" for name in document if isinstance(document[name], int | float)))
    _say(*(f"off: {line}" for line in sorted(torture.off)))
    _say(*(torture.wrong or ["every promise was kept"]))
    if torture.wrong:
        _say(f"once more: make torture SEED={seed} MINUTES={asked.minutes:g}")
    return 1 if torture.wrong else 0


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
