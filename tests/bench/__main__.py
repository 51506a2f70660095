"""`python -m tests.bench`: measures, prints tables, writes `build/bench.json`. See docs/bench.md."""

import argparse
import json
import multiprocessing
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from tests.bench.parts import PARTS, Numbers, Size
from tests.bench.profiles import FILE, ProfileError, read_profiles
from tests.bench.tables import TABLES

RESULT = Path("build/bench.json")
FAILED, WRONG_USAGE = 1, 3


def measure(size: Size, parts: Sequence[str] = tuple(PARTS), result: Path = RESULT) -> tuple[Numbers, bool]:
    """Measure some parts, and print and write down each as soon as it is measured.

    When only some are asked for, the numbers of the others stay in the file as they are.

    Returns:
        One flat object of dotted names to numbers; and whether every part could be measured.
    """
    numbers = {} if set(parts) == set(PARTS) else _written_before(result)
    began, failed = perf_counter(), 0
    for part in parts:
        try:
            found = PARTS[part](size)
        except Exception as error:  # noqa: BLE001 - told, and it hides none of the other parts
            sys.stderr.write(f"{part} could not be measured:\n{''.join(traceback.format_exception(error))}\n")
            failed += 1
        else:
            failed += bool(found.get("budget.failed"))
            numbers |= found | {"bench.seconds": perf_counter() - began}
            _say(*TABLES[part](numbers), "")
            _write(numbers, result)
    return numbers, not failed


def _write(numbers: Numbers, result: Path) -> None:
    result.parent.mkdir(parents=True, exist_ok=True)
    rounded = {name: round(value, 3) for name, value in numbers.items()}
    result.write_text(json.dumps(rounded, indent=2) + "\n")


def _written_before(result: Path) -> Numbers:
    return dict(json.loads(result.read_text())) if result.exists() else {}


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when all could be measured: the numbers are for people, and for CI to compare."""
    parser = argparse.ArgumentParser(prog="make bench", description="Verdicts beside the alternatives.")
    parser.add_argument("--episodes", type=int, default=Size().episodes, help="opens and closes a profile")
    parser.add_argument("--profiles", type=Path, default=FILE, help="the file of profiles")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="processes")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; several times for several")
    parser.add_argument("--minutes", type=float, default=Size().minutes, help="how long weight is counted")
    asked = parser.parse_args(arguments)
    if asked.episodes < 1 or asked.jobs < 1 or not asked.minutes > 0:
        parser.error("--episodes, --jobs and --minutes are positive numbers")
    try:
        read_profiles(asked.profiles)
    except ProfileError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USAGE
    size = Size(episodes=asked.episodes, profiles=asked.profiles, jobs=asked.jobs, minutes=asked.minutes)
    _, whole = measure(size, asked.only or tuple(PARTS))
    return 0 if whole else FAILED


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
