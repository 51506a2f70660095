"""The process of a worker is begun again when it dies, ends calmly, and never outlives who keeps it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from reconciler.cluster.kept_process import KeptProcess
from reconciler.cluster.report import Report
from verification.budget.backoff import Backoff
from verification.facts.clock import SystemClock

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

STAND_IN = """
import os, signal, sys, time
def say(word):
    with open({said!r}, "a") as file:
        file.write(f"{{word}} {{os.getpid()}}\\n")
def calm(*_):
    say("calm")
    sys.exit(0)
signal.signal(signal.SIGTERM, {term})
signal.signal(signal.SIGHUP, lambda *_: say("again"))
say("begun")
{then}
while True:
    time.sleep(0.05)
"""
CLOCK = SystemClock()
AT_ONCE = Backoff(0.01, most=0.01)


class Place:
    """A folder with a module that stands in for Trueup, and what that has said."""

    def __init__(self, folder: Path) -> None:
        self.said = folder / "said"
        self.folder = folder

    def write(self, *, term: str = "calm", then: str = "") -> None:
        text = STAND_IN.format(said=str(self.said), term=term, then=then)
        (self.folder / "stand_in.py").write_text(text)

    def lines(self, word: str) -> list[int]:
        text = self.said.read_text() if self.said.exists() else ""
        return [int(line.split()[1]) for line in text.splitlines() if line.startswith(word)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    made = Place(tmp_path)
    made.write()
    return made


@contextmanager
def kept(pauses: Backoff = AT_ONCE) -> Iterator[KeptProcess]:
    process = KeptProcess("stand_in", (), pauses=pauses)
    try:
        yield process
    finally:
        process.end(0.0)


def until(holds: Callable[[], object], what: str, within: float = 60) -> None:
    end = CLOCK.now().monotonic + within
    while not holds():
        assert CLOCK.now().monotonic < end, f"{what} did not come"
        Event().wait(0.02)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_one_that_is_killed_is_begun_again_and_both_are_counted(place: Place) -> None:
    with kept() as process:
        until(lambda: place.lines("begun"), "the first")
        first = process.report()
        assert (first.pid, first.begun, first.last_exit) == (place.lines("begun")[0], 1, None)

        os.kill(place.lines("begun")[0], signal.SIGKILL)
        until(lambda: len(place.lines("begun")) == 2, "the second")

        second = process.report()
        assert (second.pid, second.begun) == (place.lines("begun")[1], 2)
        assert second.last_exit == -signal.SIGKILL


def test_one_that_is_told_to_end_ends_calmly_and_is_not_begun_again(place: Place) -> None:
    with kept() as process:
        until(lambda: place.lines("begun"), "the first")

        assert process.end(60) is True

        assert place.lines("calm") == place.lines("begun")
        told = process.report()
        assert (told.pid, told.holder, told.last_exit) == (None, None, 0)
        assert process.end(0) is True, "a second time is no harm"
        assert not process.hang_up()


def test_one_that_does_not_end_in_its_time_is_killed_and_that_is_said(place: Place) -> None:
    place.write(term="signal.SIG_IGN")
    with kept() as process:
        until(lambda: place.lines("begun"), "the first")

        assert process.end(0.2) is False

        assert not lives(place.lines("begun")[0])


def test_between_two_beginnings_none_is_said_to_run(place: Place) -> None:
    place.write(then="sys.exit(3)")
    with kept(Backoff(600, most=600)) as process:
        until(lambda: process.report().last_exit is not None, "its end")

        told = process.report()

        assert (told.pid, told.last_exit) == (None, 3)
        assert process.end(60) is True, "its pause is no reason to wait"


def test_where_the_system_begins_no_process_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", refused)
    with kept(Backoff(600, most=600)) as process:
        until(lambda: process.report().said, "the word")
        told: Report = process.report()

        assert (told.pid, told.begun) == (None, 0)
        assert told.said == "the system begins no process: Resource temporarily unavailable"


def test_a_hangup_reaches_it(place: Place) -> None:
    with kept() as process:
        until(lambda: place.lines("begun"), "the first")
        assert process.hang_up()
        until(lambda: place.lines("again"), "the hangup")


KEEPER = """
import threading, time
from reconciler.cluster.kept_process import KeptProcess
def begin():
    global kept
    kept = KeptProcess("stand_in", ())
# As an actor is made: by a thread that may end.
thread = threading.Thread(target=begin)
thread.start()
thread.join()
time.sleep(600)
"""


def test_it_outlives_the_thread_that_asked_for_it_and_dies_with_the_process(place: Place) -> None:
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER])
    try:
        until(lambda: place.lines("begun"), "the first")
        child = place.lines("begun")[0]
        os.kill(child, signal.SIGHUP)
        until(lambda: place.lines("again"), "a sign of life")
    finally:
        keeper.kill()
        keeper.wait()
    until(lambda: not lives(child), "its end")
    assert place.lines("begun") == [child]
