"""`trueup up` keeps several processes running: one that ends is started again, and none outlives us."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from textwrap import dedent

import pytest

from reconciler.cli.processes import Child, supervise
from reconciler.service.hangup import Terminal
from verification.budget.backoff import Backoff
from verification.facts.clock import SystemClock

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]

# Each program writes what becomes of it into a file of its name, in the folder `sys.argv[1]`.
PROGRAMS = {
    "patient": """
        signal.signal(signal.SIGTERM, lambda *_: (say("told"), sys.exit(0)))
        say("runs"); os.write(1, b"ready\\n"); signal.pause()
    """,
    "stubborn": """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say("runs"); os.write(1, b"ready\\n")
        while True: signal.pause()
    """,
    "refuses": "sys.exit(3)",
    "fails": "say('failed'); sys.exit(5)",
    "ends": "say('ended'); sys.exit(0)",
    "hears": """
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.signal(signal.SIGHUP, lambda *_: say("heard"))
        say("runs")
        while True: signal.pause()
    """,
    "dies": "say('died'); os.kill(os.getpid(), signal.SIGKILL)",
}
HEAD = """
import os, pathlib, signal, sys
def say(word): pathlib.Path(sys.argv[1], __spec__.name).write_text(word)
with pathlib.Path(sys.argv[1], f"{__spec__.name}.starts").open("a") as file: print(os.getpid(), file=file)
def after(name):
    while not pathlib.Path(sys.argv[1], name).exists(): os.sched_yield()
"""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the programs as modules; what they say appears beside them."""
    for name, text in PROGRAMS.items():
        (tmp_path / f"{name}.py").write_text(HEAD + dedent(text) + "\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def child(house: Path, name: str, *, after: str = "") -> Child:
    if after:
        module = f"{name}_after"
        program = (house / f"{name}.py").read_text().replace(HEAD, f"{HEAD}\nafter({after!r})\n")
        (house / f"{module}.py").write_text(program)
        return Child(name, module, (str(house),))
    return Child(name, name, (str(house),))


QUICK = Backoff(0.05, most=0.2)


async def _supervised(house: Path, children: tuple[Child, ...], until: Callable[[], bool]) -> int:
    """Supervise until something has come true, then send Ctrl-C to ourselves; return the exit code."""
    clock = SystemClock()

    async def interrupt() -> None:
        end = clock.now().monotonic + 20
        while not until() and clock.now().monotonic < end:
            await clock.sleep(0.02)
        assert until(), "it did not come true"
        os.kill(os.getpid(), signal.SIGINT)

    watching = asyncio.create_task(interrupt())
    try:
        return await supervise(children, grace=1, pauses=QUICK)
    finally:
        await watching


def starts(house: Path, name: str) -> int:
    file = house / f"{name}.starts"
    return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.mark.parametrize(
    ("mortal", "code"), [("fails", "exit code 5"), ("ends", "exit code 0"), ("dies", "exit code -9")]
)
async def test_one_that_ends_is_started_again_and_the_other_goes_on(
    house: Path, mortal: str, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    children = (child(house, "patient"), child(house, mortal, after="patient"))

    assert await _supervised(house, children, lambda: starts(house, f"{mortal}_after") >= 3) == 0
    assert starts(house, "patient") == 1
    assert (house / "patient").read_text() == "told"
    assert f"trueup: the {mortal} ended ({code}): started again in" in capfd.readouterr().err


async def test_a_hangup_is_passed_on_to_who_hears_it_and_ends_nobody(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = signal.getsignal(signal.SIGHUP)
    children = (child(house, "patient"), replace(child(house, "hears"), hears_hangups=True))

    def heard() -> bool:
        both = [house / name for name in ("patient", "hears")]
        if all(file.exists() for file in both):
            os.kill(os.getpid(), signal.SIGHUP)
        return (house / "hears").exists() and (house / "hears").read_text() == "heard"

    try:
        terminal = Terminal()
        monkeypatch.setattr("tests.cli.test_supervision.supervise", partial(supervise, terminal=terminal))
        assert await _supervised(house, children, heard) == 0
    finally:
        signal.signal(signal.SIGHUP, told)
    assert (starts(house, "patient"), starts(house, "hears")) == (1, 1)
    assert (house / "patient").read_text() == "told"  # by Ctrl-C, at the end


async def test_the_pauses_grow_and_have_a_longest(house: Path, capfd: pytest.CaptureFixture[str]) -> None:
    await _supervised(house, (child(house, "fails"),), lambda: starts(house, "fails") >= 5)

    said = re.findall(r"started again in ([0-9.]+) s", capfd.readouterr().err)
    assert [float(pause) for pause in said[:4]] == [0.05, 0.1, 0.2, 0.2]


async def test_a_first_start_that_is_refused_ends_all_of_them(house: Path) -> None:
    children = (child(house, "patient"), child(house, "refuses", after="patient"))

    assert await supervise(children, grace=5, pauses=QUICK) == 3
    assert (house / "patient").read_text() == "told"


async def test_one_that_does_not_listen_is_killed_after_the_grace(house: Path) -> None:
    children = (child(house, "stubborn"), child(house, "refuses", after="stubborn"))

    assert await supervise(children, grace=0.2) == 3
    assert (house / "stubborn").read_text() == "runs"


@contextmanager
def supervisor(house: Path, *names: str) -> Iterator[subprocess.Popen[str]]:
    """Run a supervisor of these children as a process of its own, from when all of them are ready."""
    (house / "supervisor.py").write_text(
        "import asyncio, sys\n"
        "from reconciler.cli.processes import Child, supervise\n"
        "children = [Child(name, name, sys.argv[1:2]) for name in sys.argv[2:]]\n"
        "sys.exit(asyncio.run(supervise(children)))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "supervisor", str(house), *names],
        env={**os.environ, "PYTHONPATH": f"{house}:{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert [process.stdout.readline() for _ in names] == ["ready\n"] * len(names)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_them_and_is_a_good_end(house: Path, number: signal.Signals) -> None:
    with supervisor(house, "patient") as process:
        process.send_signal(number)

        assert process.wait(30) == 0
    assert (house / "patient").read_text() == "told"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_no_child_outlives_a_supervisor_that_is_killed_outright(house: Path) -> None:
    with supervisor(house, "patient", "stubborn") as process:
        process.kill()

        process.wait(30)
        assert process.stdout is not None
        # The pipe is theirs too: it ends with the last of them.
        assert process.stdout.read() == ""
    assert (house / "patient").read_text() == "runs"  # killed, and not asked
