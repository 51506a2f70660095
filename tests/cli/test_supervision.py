"""`trueup up` runs several processes as one: they end together, whoever ends first and however."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from reconciler.cli.processes import Child, supervise

pytestmark = pytest.mark.processes

ROOT = Path(__file__).resolve().parents[2]

# Each program writes what becomes of it into a file of its name, in the folder `sys.argv[1]`.
PROGRAMS = {
    "patient": """
        signal.signal(signal.SIGTERM, lambda *_: (say("told"), sys.exit(0)))
        say("runs"); print("ready", flush=True); signal.pause()
    """,
    "stubborn": """
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say("runs"); print("ready", flush=True)
        while True: signal.pause()
    """,
    "fails": "say('failed'); sys.exit(5)",
    "ends": "say('ended'); sys.exit(0)",
    "dies": "say('died'); os.kill(os.getpid(), signal.SIGKILL)",
}
HEAD = """
import os, pathlib, signal, sys
def say(word): pathlib.Path(sys.argv[1], __spec__.name).write_text(word)
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


@pytest.mark.parametrize(("first", "code"), [("fails", 5), ("ends", 2), ("dies", 2)])
async def test_the_end_of_one_ends_the_other(
    house: Path, first: str, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    children = (child(house, "patient"), child(house, first, after="patient"))

    assert await supervise(children) == code
    assert (house / "patient").read_text() == "told"
    assert f"trueup: the {first} ended by itself" in capfd.readouterr().err


async def test_one_that_does_not_listen_is_killed_after_the_grace(house: Path) -> None:
    children = (child(house, "stubborn"), child(house, "fails", after="stubborn"))

    assert await supervise(children, grace=0.2) == 5
    assert (house / "stubborn").read_text() == "runs"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_them_and_is_a_good_end(house: Path, number: signal.Signals) -> None:
    (house / "supervisor.py").write_text(
        "import asyncio, sys\n"
        "from reconciler.cli.processes import Child, supervise\n"
        "sys.exit(asyncio.run(supervise([Child('patient', 'patient', sys.argv[1:])])))\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "supervisor", str(house)],
        env={**os.environ, "PYTHONPATH": f"{house}:{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "ready\n"

        supervisor.send_signal(number)

        assert supervisor.wait(30) == 0
    assert (house / "patient").read_text() == "told"
