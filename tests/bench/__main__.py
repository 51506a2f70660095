"""`python -m tests.bench`: measures, prints tables and goals, writes `build/bench.json`: docs/bench.md."""

import argparse
import asyncio
import json
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from time import perf_counter
from types import FrameType, TracebackType
from typing import NoReturn, Self

from tests.bench import goals, machine
from tests.bench.parts import BESIDE, PARTS, Numbers, Size
from tests.bench.profiles import FILE, ProfileError, read_profiles
from tests.bench.tables import TABLES, as_it_is

RESULT = Path("build/bench.json")
FAILED, WRONG_USAGE, INTERRUPTED = 1, 3, 130
WITHIN_MINUTES = 14.5
"""How long all of it may take, where accounts are watched for the usual time: half a minute is to end."""


class TimeIsOver(KeyboardInterrupt):
    """What may be taken for all of it is over: it ends as Ctrl-C ends it."""


class Record:
    """The figures so far, in the file as soon as they are there."""

    def __init__(self, result: Path, *, anew: bool) -> None:
        """`anew`: begin with none; else go on with those in the file."""
        self.numbers: Numbers = {} if anew or not result.exists() else dict(json.loads(result.read_text()))
        self._result = result
        self._began = perf_counter()

    def keep(self, found: Numbers) -> None:
        """Add figures, and write all of them down."""
        self.numbers |= found | {"bench.seconds": perf_counter() - self._began}
        self.numbers |= goals.counted(self.numbers)
        self._result.parent.mkdir(parents=True, exist_ok=True)
        rounded = {name: round(value, 3) for name, value in self.numbers.items()}
        written = self._result.with_name(f"{self._result.name}.new")
        written.write_text(json.dumps(rounded, indent=2) + "\n")
        written.replace(self._result)  # whoever reads it, and whenever this ends: it is whole


def measure(size: Size, parts: Sequence[str] = tuple(PARTS), result: Path = RESULT) -> tuple[Numbers, bool]:
    """Measure some parts, and print and write down each figure as soon as it is measured.

    When only some parts are asked for, the numbers of the others stay in the file as they are.

    Returns:
        One flat object of dotted names to numbers; and whether every part could be measured.
    """
    record = Record(result, anew=set(parts) == set(PARTS))
    _say(f"begin: {machine.described()}", "")
    record.keep(_machine("start"))
    whole = True
    try:
        for together in _side_by_side(parts):
            whole &= _measured(together, size, record)
    finally:
        record.keep(_machine("end"))
        took = f"{record.numbers['bench.seconds']:.0f} s"
        _say(f"end: {machine.described()}, {took}; {_summary(record.numbers)}")
    return record.numbers, whole


def _side_by_side(parts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the parts in their order: neighbours that only wait are measured together."""
    for waiting, neighbours in groupby(parts, BESIDE.__contains__):
        together = list(neighbours)
        yield from [together] if waiting else [[part] for part in together]


def _measured(parts: Sequence[str], size: Size, record: Record) -> bool:
    """Measure a part, or several side by side; return whether all of it could be."""
    tellings = [_Telling(part, record) for part in parts]

    async def beside(telling: _Telling) -> None:
        with telling:
            await BESIDE[telling.part](size, telling.keep)

    async def together() -> None:
        await asyncio.gather(*map(beside, tellings))

    if len(parts) > 1:
        asyncio.run(together())
    else:
        with tellings[0] as telling:
            PARTS[telling.part](size, telling.keep)
    return all(telling.whole for telling in tellings)


class _Telling:
    """A part while it is measured. What it has found before it fails is kept, and told when it ends.

    Attributes:
        part: Its name.
        whole: Whether it could be measured.
    """

    def __init__(self, part: str, record: Record) -> None:
        self.part, self.whole = part, False
        self._record, self._found = record, Numbers()
        self._began = perf_counter()

    def keep(self, numbers: Numbers) -> None:
        """Take figures, which are written down at once."""
        self._found.update(numbers)
        self._record.keep(numbers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        part, found, took = self.part, self._found, perf_counter() - self._began
        if isinstance(error, Exception):
            said = "".join(traceback.format_exception(error))
            sys.stderr.write(f"{part} could not be measured:\n{said}\n")
        self.whole = error is None and not found.get("budget.failed")
        self._record.keep({f"bench.{part}.seconds": took, f"bench.{part}.load": machine.load()})
        _say(f"{part} ({took:.0f} s, load {machine.load():.1f})")
        # Of a part that was not measured to its end there is no table, but each figure by itself.
        table = TABLES[part] if found and (self.whole or "budget.failed" in found) else as_it_is
        _say(*table(found), *goals.told(self._record.numbers, found), "")
        return isinstance(error, Exception)  # told, and it hides none of the other parts


def _machine(when: str) -> Numbers:
    return {f"machine.load_{when}": machine.load(), f"machine.clock_mhz_{when}": machine.clock_mhz()}


def _summary(numbers: Numbers) -> str:
    met, missed = (int(numbers[f"goals.{word}"]) for word in ("met", "missed"))
    return f"of the goals {met} are met, {missed} missed, {int(numbers['goals.not_measured'])} not measured"


@contextmanager
def _told_to_end(seconds: float) -> Iterator[None]:
    """Let SIGTERM and the end of the time end it as Ctrl-C does: what was measured is kept."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise TimeIsOver if number == signal.SIGUSR1 else KeyboardInterrupt

    before = {each: signal.signal(each, end) for each in (signal.SIGTERM, signal.SIGUSR1)}
    over = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGUSR1))
    over.daemon = True
    over.start()
    try:
        yield
    finally:
        over.cancel()
        for each, handler in before.items():
            signal.signal(each, handler)


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when all could be measured: whether a goal is met is for people, and for CI to compare."""
    parser = argparse.ArgumentParser(
        prog="make bench", description="What Trueup costs, beside the alternatives."
    )
    parser.add_argument("--episodes", type=int, default=Size().episodes, help="opens and closes a profile")
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), help="processes")
    parser.add_argument("--minutes", type=float, default=Size().minutes, help="how long weight is counted")
    parser.add_argument(
        "--within", type=float, default=WITHIN_MINUTES, help="minutes for all of it, with the usual --minutes"
    )
    parser.add_argument("--profiles", type=Path, default=FILE, help="the file of profiles")
    parser.add_argument("--only", choices=PARTS, action="append", help="one part; several times for several")
    asked = parser.parse_args(arguments)
    if asked.episodes < 1 or asked.jobs < 1 or not (asked.minutes > 0 and asked.within > 0):
        parser.error("--episodes, --jobs, --minutes and --within are positive numbers")
    try:
        read_profiles(asked.profiles)
    except ProfileError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_USAGE
    size = Size(episodes=asked.episodes, profiles=asked.profiles, jobs=asked.jobs, minutes=asked.minutes)
    try:
        with _told_to_end(60 * (asked.within + asked.minutes - Size().minutes)):
            _, whole = measure(size, asked.only or tuple(PARTS))
    except KeyboardInterrupt as ended:
        why = "its time is over" if isinstance(ended, TimeIsOver) else "ended early"
        sys.stderr.write(f"{why}: what was measured by then is in {RESULT}\n")
        return INTERRUPTED
    return 0 if whole else FAILED


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
