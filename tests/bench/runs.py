"""`python -m tests.bench.runs`: the goals over several runs of the bench, for one may be luck."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests.bench.goals import GOALS, Goal, Numbers

FILES = "build/bench-{number}.json"


def table(runs: Sequence[Numbers]) -> list[str]:
    """Return a table in Markdown: of each goal its bound, what was measured, and in how many it was met."""
    heads = [
        "| figure | goal | least | middle | most | met in |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    return heads + [row for goal in GOALS if (row := _row(goal, runs))]


def _row(goal: Goal, runs: Sequence[Numbers]) -> str:
    measured = [numbers for numbers in runs if goal.met(numbers) is not None]
    if not measured:
        return f"| `{goal.name}` | {_bound(goal, runs)} | | | | not measured |"
    met = sum(goal.met(numbers) is True for numbers in measured)
    told = _spread([numbers[goal.name] for numbers in measured])
    word = f"{met} of {len(measured)}" if met == len(measured) else f"**{met} of {len(measured)}**"
    return f"| `{goal.name}` | {_bound(goal, measured)} | {told} | {word} |"


def _spread(values: Sequence[float]) -> str:
    return " | ".join(_figure(each) for each in (min(values), median(values), max(values)))


def _bound(goal: Goal, runs: Sequence[Numbers]) -> str:
    """Return the bound; where it is another figure, the least that it was."""
    bounds = [bound for numbers in runs if (bound := goal.bound_in(numbers)) is not None]
    sign = "≥" if goal.least else "≤"
    return f"{sign} {_figure(min(bounds))}" if bounds else f"{sign} `{goal.bound}`"


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def figures(runs: Sequence[Numbers], beginnings: Sequence[str]) -> list[str]:
    """Return a table in Markdown of every figure whose name begins so, with a goal or without."""
    names = dict.fromkeys(name for numbers in runs for name in numbers if name.startswith(tuple(beginnings)))
    heads = ["| figure | least | middle | most |", "| --- | ---: | ---: | ---: |"]
    return heads + [
        f"| `{name}` | {_spread([each[name] for each in runs if name in each])} |" for name in names
    ]


def loads(runs: Sequence[Numbers]) -> str:
    """Return how long each run took, and how busy the machine was as each of its parts ended."""
    told = []
    for numbers in runs:
        busy = [
            value for name, value in numbers.items() if name.startswith("bench.") and name.endswith(".load")
        ]
        took = numbers.get("bench.seconds", 0.0)
        told.append(f"{took:.0f} s at loads of {min(busy, default=0):.1f} to {max(busy, default=0):.1f}")
    return f"{len(runs)} runs: {'; '.join(told)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all of it several times, each in a process of its own, or read what was; print the table."""
    parser = argparse.ArgumentParser(prog="make bench RUNS=5", description=main.__doc__)
    parser.add_argument("--runs", type=int, help=f"measure so often: {FILES.format(number='<number>')}")
    parser.add_argument("--figures", nargs="+", default=[], help="also every figure whose name begins so")
    parser.add_argument("files", nargs="*", type=Path, help="or read these, of runs that were made")
    asked = parser.parse_args(arguments)
    if bool(asked.runs) == bool(asked.files):
        parser.error("say either --runs, or the files of runs that were made")
    files = list(asked.files)
    for number in range(1, (asked.runs or 0) + 1):
        ended = subprocess.run([sys.executable, "-m", "tests.bench"], check=False).returncode
        if ended:
            return ended
        files.append(Path("build/bench.json").replace(FILES.format(number=number)))
    runs = [json.loads(file.read_text()) for file in files]
    also = ["", *figures(runs, asked.figures)] if asked.figures else []
    sys.stdout.write("\n".join((loads(runs), "", *table(runs), *also, "")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
