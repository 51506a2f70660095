"""A process that has imported all of Trueup, and bears workers by `fork`: no life has Python to start.

What it bears is a process as any other: killed, stopped and waited for by its number. A line in, as JSON:
`words` of the command line, `folder`, `log`, `environment`. A line out: `{"born": number}`, and later
`{"ended": number, "code": code}`, in any order.
"""

import asyncio
import importlib
import json
import os
import pkgutil
import select
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("__main__", "migrations", "cluster", "testing")
"""Begun by others, or for libraries that are not everywhere."""


class Born:
    """A process that a nursery bore, with the words of `asyncio.subprocess.Process`."""

    def __init__(self, pid: int) -> None:
        """It has just begun."""
        self.pid = pid
        self.returncode: int | None = None
        self._over = asyncio.Event()

    def send_signal(self, number: int) -> None:
        """Send a signal; one that has ended gets none."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Return how it ended, once it has: as Python says it, less than zero for a signal."""
        await self._over.wait()
        assert self.returncode is not None
        return self.returncode

    def ended(self, code: int) -> None:
        """It has."""
        self.returncode = code
        self._over.set()


class Nursery:
    """The side of whoever wants processes. Used from one event loop, for one birth at a time."""

    def __init__(self) -> None:
        """Nothing is begun yet."""
        self._process: asyncio.subprocess.Process | None = None
        self._alive: dict[int, Born] = {}
        self._births: asyncio.Queue[Born] = asyncio.Queue()
        self._one = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin it; it imports meanwhile."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.torture.nursery"),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._reading = asyncio.create_task(self._read())

    async def bear(
        self, words: Sequence[str], *, folder: Path, log: Path, environment: Mapping[str, str]
    ) -> Born:
        """Return a new process of `trueup`, in this folder, which adds what it says to the log."""
        asked = {"words": list(words), "folder": str(folder), "log": str(log), "environment": {**environment}}
        async with self._one:
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            return await self._births.get()

    async def close(self) -> None:
        """End it. What it bore must have ended."""
        if self._process is None or self._reading is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said: dict[str, int] = json.loads(line)
            if "born" in said:
                born = self._alive[said["born"]] = Born(said["born"])
                self._births.put_nowait(born)
            else:
                self._alive.pop(said["ended"]).ended(said["code"])


def _import_all() -> None:
    for package in ("verification", "reconciler"):
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not any(part in each.name.split(".") for part in LEFT_OUT):
                importlib.import_module(each.name)
    importlib.import_module("ccxt.pro")
    importlib.import_module("psycopg")


def _say(**said: int) -> None:
    os.write(1, json.dumps(said).encode() + b"\n")


def _bear(asked: dict[str, object]) -> None:
    pid = os.fork()
    if pid:
        _say(born=pid)
        return
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.chdir(str(asked["folder"]))
        environment = asked["environment"]
        assert isinstance(environment, dict)
        os.environ.update(environment)
        log = os.open(str(asked["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        for number, to in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
            os.dup2(number, to)
        os.closerange(3, 1024)
        words = asked["words"]
        assert isinstance(words, list)
        from reconciler.cli import main

        code = main(words)
    except BaseException:  # noqa: BLE001 - it must never go on as the nursery
        sys.excepthook(*sys.exc_info())
        code = 70
    sys.stderr.flush()
    os._exit(code)


def _bury() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _say(ended=pid, code=os.waitstatus_to_exitcode(status))


def main() -> None:
    """Bear what is asked for, until nobody asks any more."""
    _import_all()
    assert threading.active_count() == 1, "a thread does not live on in what is born"
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    rest = b""
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
            _bury()
        if 0 in ready:
            some = os.read(0, 65536)
            if not some:
                return
            *lines, rest = (rest + some).split(b"\n")
            for line in lines:
                _bear(json.loads(line))


if __name__ == "__main__":
    main()
