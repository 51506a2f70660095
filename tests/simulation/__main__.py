"""`python -m tests.simulation`: plays worlds, replays one, shows that planted faults are caught.

* `--seeds 100000`: many worlds, then the planted faults; with `--only-worlds` without these;
* `--seed 123`: one world, event by event; with `--mutant NAME` as a planted fault meets it.
"""

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.simulation.campaign import Control, Tally, campaign, controls, judged, planted_faults
from tests.simulation.sometimes import ENOUGH, met

RESULT = Path("build/simulation.json")
SHOWN = 20
MOST_FOR_A_CONTROL = 5_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when no promise was broken, every planted fault was caught and every state was met."""
    parser = argparse.ArgumentParser(prog="make simulate", description="Worlds in virtual time.")
    parser.add_argument("--seeds", type=int, default=100_000, help="how many worlds")
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="replay this world and print all that happens in it")
    parser.add_argument("--mutant", choices=list(planted_faults()), help="with a planted fault")
    parser.add_argument("--only-worlds", action="store_true", help="no planted faults: the tests have them")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="processes")
    asked = parser.parse_args(arguments)
    if asked.seed is not None:
        return replay(asked.seed, asked.mutant)
    if asked.seeds < 1 or asked.jobs < 1:
        parser.error("--seeds and --jobs are positive numbers")
    began = time.perf_counter()
    total = _played(range(asked.start, asked.start + asked.seeds), asked.jobs)
    took = time.perf_counter() - began
    planted = [] if asked.only_worlds else list(planted_faults())
    caught = list(controls(planted, MOST_FOR_A_CONTROL, asked.jobs))
    _say(*_report(total, took), "", *_sometimes(total), "", *(_table(caught) if planted else ()))
    _write(total, took, caught)
    missed = total.worlds >= ENOUGH and not all(met(total.verdicts, total.states).values())
    return 1 if total.broken or missed or any(not control.seed for control in caught) else 0


def replay(seed: int, mutant: str | None) -> int:
    """Print one world event by event, its answers, and what it broke."""
    world = judged(seed, planted_faults()[mutant] if mutant else None, traced=True)
    _say(f"seed {seed}: {', '.join(sorted(world.faults)) or 'no faults'}", *world.trace.lines)
    _say(*(f"{word} ({numbers})" for word, numbers in world.words))
    _say(*(f"BROKEN: {each.promise}: {each.detail}" for each in world.broken), f"trace {world.trace.digest}")
    return 1 if world.broken else 0


def _played(seeds: range, jobs: int) -> Tally:
    total = Tally()
    began = shown = time.perf_counter()
    for part in campaign(seeds, jobs):
        for seed, broken in part.broken:
            if len(total.broken) < SHOWN:
                _say(f"BROKEN: {broken.promise}: {broken.detail}", f"    again: make simulate SEED={seed}")
        total.add(part)
        now = time.perf_counter()
        if now - shown >= 10:
            shown = now
            _say(f"{total.worlds} worlds, {total.worlds / (now - began):.0f}/s, {len(total.broken)} broken")
    return total


def _report(total: Tally, took: float) -> list[str]:
    return [
        f"{total.worlds} worlds, {total.verdicts.total()} answers, {took:.1f} s: {total.worlds / took:.0f}/s",
        f"broken promises: {len(total.broken)}; all answers together: {total.digest}",
        "",
        *(f"  {name:<28}{count:>9} worlds" for name, count in sorted(total.faults.items())),
        "",
        *(f"  {name:<42}{count:>9}" for name, count in total.verdicts.most_common()),
    ]


def _sometimes(total: Tally) -> list[str]:
    lines = [f"met sometimes (never is a failure from {ENOUGH} worlds on)"]
    return [
        *lines,
        *(f"  {name:<50}{count or 'NEVER':>9}" for name, count in met(total.verdicts, total.states).items()),
    ]


def _table(caught: list[Control]) -> list[str]:
    lines = ["planted fault                       caught at seed   by"]
    return [*lines, *(f"  {each.name:<34}{each.seed or 'NEVER':>14}   {each.promise}" for each in caught)]


def _write(total: Tally, took: float, caught: list[Control]) -> None:
    """Write one flat object of dotted names to numbers."""
    kinds = sorted({broken.promise for _, broken in total.broken})
    numbers: dict[str, float] = {
        "simulation.seeds": total.worlds,
        "simulation.answers": total.verdicts.total(),
        "simulation.seconds": round(took, 3),
        "simulation.seeds_per_second": round(total.worlds / took, 1),
        "simulation.violations": len(total.broken),
        "simulation.mutants": len(caught),
        "simulation.mutants_caught": sum(1 for control in caught if control.seed),
    }
    for kind in kinds:
        numbers[f"broken.{kind}"] = sum(1 for _, broken in total.broken if broken.promise == kind)
    numbers |= {f"fault.{name}.worlds": count for name, count in sorted(total.faults.items())}
    numbers |= {f"sometimes.{name}": count for name, count in met(total.verdicts, total.states).items()}
    numbers |= {f"verdict.{name}": count for name, count in sorted(total.verdicts.items())}
    numbers |= {f"mutant.{control.name}.seeds": control.seed for control in caught}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(numbers, indent=2) + "\n")


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
