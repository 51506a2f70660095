"""One house of workers, in a process of its own: what is held against it must not make it late."""

import asyncio
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tests.torture.workers_act import WorkersAct


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        counts: How often each thing was done and seen.
        slowest: The longest until all accounts were watched again, seconds.
        wrong: Broken promises, each once.
    """

    counts: Counter[str]
    slowest: float
    wrong: list[str]


def play(seed: int, seconds: float, kills: int, told: Path) -> Outcome:
    """Play the act of several workers; what happens, and what they said, is told in the file `told`."""
    began = perf_counter()
    with (
        told.open("w") as out,
        tempfile.TemporaryDirectory(prefix="trueup-torture-", ignore_cleanup_errors=True) as folder,
    ):

        def say(line: str) -> None:
            out.write(f"{perf_counter() - began:7.1f} s  {line}\n")
            out.flush()

        act = WorkersAct(seed, seconds, kills, say)
        asyncio.run(act.play(Path(folder)))
        out.write(act.said)
    act.counts["lost"] = sum(witness.lost() for witness in act.witnesses.values())
    return Outcome(act.counts, max(act.taken_over, default=0.0), list(dict.fromkeys(act.wrong)))
