"""The processes of one act and the folder they live in: `trueup up`, a bot, a person, at times a rival."""

import asyncio
import json
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

from simulator.binance.urls import ccxt_config, toml
from simulator.demo.house import CHECKS, free_port
from tests.reconciler.settings_files import written
from tests.torture.wall_clock import WallClock

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = """
[database]
url = "{state}"

[dashboard]
port = {port}

[notify.phone]
url_env = "PHONE_URL"
min_severity = "info"
repeat = 0

[ledgers.hands]
kind = "journal"
url = "{hands}"

[ledgers.robot]
kind = "journal"
url = "{robot}"

[accounts.main]
venue = "binanceusdm"
ledgers = ["hands", "robot"]
api_key_env = "BINANCE_KEY"
secret_env = "BINANCE_SECRET"

"""
PARTS = ("reconciler", "dashboard")
SERVED = ("supervisor", "robot", "person")
"""What a service manager would start again when it has ended."""

END_SECONDS = 40.0
KILLED = -signal.SIGKILL
_ENDED = re.compile(r"the (\w+) ended \(exit code (-?\d+)\)")


class Household:
    """Everything that runs. What each process says is kept in the folder, one file a process.

    Attributes:
        folder: Settings and logs; no database, for a disk cannot be taken away under a log.
        state_url: The state database.
        hands: The journal of what we believe ourselves.
        port: Of the dashboard.
    """

    def __init__(
        self,
        folder: Path,
        venue_url: str,
        clock: WallClock,
        *,
        state_url: str,
        bots: Path,
        phone: str,
        seed: int,
    ) -> None:
        """Nothing is started yet. `bots` is where the bots keep their journals, `phone` takes messages."""
        self.folder = folder
        self.state_url = state_url
        self.hands = f"sqlite:///{bots}/hands.db"
        self.port = free_port()
        self._mark = f"{os.getpid()}-{folder.parent.name}"
        self._off = False
        self._changing = asyncio.Lock()
        self._finishing = False
        self._running: dict[str, asyncio.subprocess.Process] = {}
        robot = f"sqlite:///{bots}/robot.db"
        text = SETTINGS.format(state=state_url, port=self.port, hands=self.hands, robot=robot)
        settings = written(folder, text + CHECKS + toml(venue_url))
        self._environment = {
            **os.environ,
            **clock.environment(),
            "PYTHONPATH": str(ROOT),
            "BINANCE_KEY": "the-key",
            "BINANCE_SECRET": "the-secret",
            "PHONE_URL": phone,
            "TORTURE": self._mark,
            "TORTURE_ROBOT": json.dumps({"ccxt": ccxt_config(venue_url), "journal": robot}),
        }
        self._words = {
            "supervisor": ("reconciler", "up", "--config", str(settings)),
            "rival": ("reconciler", "run", "--config", str(settings)),
            "robot": ("tests.torture.robot", str(seed)),
            "person": ("tests.torture.person", state_url),
        }

    async def start(self, name: str) -> None:
        """Start a process."""
        talks = name in {"robot", "person"}
        with self.log(name).open("ab") as log:
            self._running[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *self._words[name],
                cwd=self.folder,
                env=self._environment,
                stdin=asyncio.subprocess.PIPE if talks else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE if name == "person" else log,
                stderr=log,
            )

    async def keep(self) -> None:
        """Start what has ended again, as a service manager does, until cancelled."""
        while True:
            await asyncio.sleep(0.3)
            for name in SERVED:
                if self._is_missing(name):
                    await asyncio.sleep(0.5)
                    async with self._changing:
                        if self._is_missing(name):  # by now a power cut may have begun, or be over
                            await self.start(name)
                            self._tell_robot()

    def _is_missing(self, name: str) -> bool:
        process = self._running.get(name)
        if self._off or process is None or process.returncode is None:
            return False
        return not (self._finishing and name == "robot" and process.returncode == 0)

    def send(self, name: str, number: signal.Signals) -> bool:
        """Send a signal to a process; False where it does not run at the moment."""
        pid = self.pid(name)
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            return True
        return False

    def pid(self, name: str) -> int | None:
        """Return the number of a running process; None where it does not run."""
        if name in PARTS:
            mother = self.pid("supervisor")
            return None if mother is None else self._child(mother, name)
        process = self._running.get(name)
        return None if process is None or process.returncode is not None else process.pid

    async def power_off(self) -> None:
        """Kill everything at once, and wait until it is gone."""
        async with self._changing:
            self._off = True
        for pid in self.left_over():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while self.left_over():  # noqa: ASYNC110 - the kernel tells nobody when a grandchild is gone
            await asyncio.sleep(0.02)
        await asyncio.gather(*(process.wait() for process in self._running.values()))

    async def power_on(self) -> None:
        """Start everything again."""
        for name in SERVED:
            await self.start(name)
        self._tell_robot()
        self._off = False

    async def finish_robot(self) -> None:
        """Tell the bot to leave what it holds, in this life or the next."""
        self._finishing = True
        self._tell_robot()

    def robot_has_finished(self) -> bool:
        """Return whether it has left everything and ended well."""
        process = self._running.get("robot")
        return self._finishing and process is not None and process.returncode == 0

    def _tell_robot(self) -> None:
        process = self._running.get("robot")
        if self._finishing and process is not None and process.stdin is not None:
            process.stdin.close()

    async def ask_person(self, number: int, by: str, note: str, seconds: float) -> bool:
        """Have the person acknowledge an alert; return whether they were told that it is durable."""
        process = self._running["person"]
        assert process.stdin is not None
        assert process.stdout is not None
        asked = {"id": number, "by": by, "note": note}
        try:
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            await process.stdin.drain()
            async with asyncio.timeout(seconds):
                while line := await process.stdout.readline():
                    answer = json.loads(line)
                    if answer["note"] == note:
                        return bool(answer["done"])
        except (ConnectionError, TimeoutError):
            return False  # nobody was told anything
        return False

    async def end(self) -> list[str]:
        """End everything politely; return what is left all the same, as words."""
        async with self._changing:
            self._off = True
        alive = [process for process in self._running.values() if process.returncode is None]
        for process in alive:
            process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await asyncio.gather(*(process.wait() for process in alive))
        left = self.left_over()
        words = [_words_of(pid) for pid in left]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await asyncio.gather(*(process.wait() for process in self._running.values()))
        return words

    def log(self, name: str) -> Path:
        """Return where a process's words are kept."""
        return self.folder / f"{name}.log"

    def said(self) -> str:
        """Return everything that the supervisor, its children and rivals have said."""
        logs = (self.log("supervisor"), self.log("rival"))
        return "".join(path.read_text(errors="replace") for path in logs if path.exists())

    def own_ends(self) -> list[str]:
        """Return the ends of children that were not killed by us, as the supervisor told them."""
        return [f"{name} ended ({code})" for name, code in _ENDED.findall(self.said()) if int(code) != KILLED]

    def own_errors(self) -> list[str]:
        """Return what errors of its own Trueup has told of, each kind once: the last line of its trace."""
        found = []
        for trace in self.said().split("Traceback (most recent call last):\n")[1:]:
            last = next((line for line in trace.splitlines() if line[:1].strip()), "")
            found.append(last[:200])
        return list(dict.fromkeys(found))

    def left_over(self) -> list[int]:
        """Return the numbers of all living processes that came of us."""
        mark = f"TORTURE={self._mark}".encode()
        return [
            int(each.name)
            for each in Path("/proc").iterdir()
            if each.name.isdecimal() and mark in _environment_of(each) and not _is_dead(each)
        ]

    @staticmethod
    def _child(mother: int, name: str) -> int | None:
        word = "streamlit" if name == "dashboard" else "run"
        for tasks in Path(f"/proc/{mother}/task").glob("*/children"):
            with suppress(OSError):
                for pid in tasks.read_text().split():
                    if word in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                        return int(pid)
        return None


def _environment_of(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []  # it has ended, or is not ours to look at


def _words_of(pid: int) -> str:
    """Return what a process is, and what it does: `R` runs, `S` waits, `T` is stopped."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone meanwhile"
    return f"{words[-60:].strip()} ({state})"


def _is_dead(process: Path) -> bool:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except OSError:
        return True
