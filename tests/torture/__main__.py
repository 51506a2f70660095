"""`python -m tests.torture --minutes 3`: plays acts, prints counts, writes `build/torture.json`."""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TextIO

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
MESSAGES = ("owed", "sent", "unsent", "repeated")


class Torture:
    """One run of several acts."""

    def __init__(self, seed: int, names: Sequence[str], out: TextIO) -> None:
        """`names` are the torments that may happen; `out` is told what happens."""
        self.counts: Counter[str] = Counter()
        self.off: set[str] = set()
        self.wrong: list[str] = []
        self._seed = seed
        self._torments = [each for each in TORMENTS if each.name in names]
        self._out = out
        self._began = perf_counter()

    async def run(self, databases: Sequence[str], seconds: float) -> None:
        """Play one act for each of the databases, side by side, `seconds` of storm each."""
        async with asyncio.TaskGroup() as group:
            for number, database in enumerate(databases):
                group.create_task(self._play(database, self._seed + number, seconds))

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
        names = (*DONE, *seen, *MESSAGES)
        return {
            "seed": self._seed,
            "seconds": round(perf_counter() - self._began, 1),
            **{name: self.counts[name] for name in names},
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
    parser.add_argument("--only", choices=DONE, nargs="+", default=DONE, help="only these torments")
    asked = parser.parse_args(arguments)
    seed = random.SystemRandom().randrange(1, 1_000_000) if asked.seed is None else asked.seed
    databases = DATABASES if asked.database is None else (asked.database,)
    seconds = max(15.0, 60 * asked.minutes - OVERHEAD_SECONDS)
    RESULT.parent.mkdir(exist_ok=True)
    with TOLD.open("w") as out:
        torture = Torture(seed, asked.only, out)
        _say(f"seed {seed}; what happens is told in {TOLD}")
        asyncio.run(torture.run(databases, seconds))
    document = torture.document()
    RESULT.write_text(json.dumps(document, indent=2) + "\n")
    _say(*(f"{name:<14}{document[name]:>6}" for name in document if isinstance(document[name], int)))
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
