"""A simulated venue, a state database on PostgreSQL, settings, and a Ray cluster whose nodes come and go.

What is true is asked of the server and of the operating system: who holds a lease, whether that process
lives, with what it was started, and under which node. Trueup is asked to run its commands, and nothing else.
"""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.journal.journal import Journal
from simulator.binance.urls import toml
from simulator.server import SimulatedVenue
from tests.postgres import Server
from tests.ray.installed import environment

SETTINGS = """
[database]
url = "{url}"

[ledgers.mybot]
kind = "journal"
url = "sqlite:///bot.db"

[checks]
interval = 30

[serve]
port = 0
"""
ACCOUNT = """
[accounts.{name}]
venue = "binanceusdm"
ledgers = ["mybot"]
egress = "{egress}"
api_key_env = "BINANCE_KEY"
secret_env = "BINANCE_SECRET"
"""
HELD = "SELECT account, pid FROM lease WHERE instance IS NOT NULL AND expires_at > clock_timestamp()"


@dataclass(frozen=True)
class Told:
    """How a command of Trueup's ended.

    Attributes:
        code: Its exit code.
        out: What it printed.
        err: What it said on standard error.
        seconds: How long it took.
    """

    code: int
    out: str
    err: str
    seconds: float

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document


class House:
    """All of it."""

    def __init__(self, folder: Path, server: Server, venue: SimulatedVenue) -> None:
        self.folder, self.server, self.venue = folder, server, venue
        self.settings = folder / "trueup.toml"
        self.journal = Journal(f"sqlite:///{folder}/bot.db", bot="mybot")
        self.raylets: dict[str, int] = {}
        self._nodes: asyncio.subprocess.Process | None = None
        self._address = ""

    def write(self, egresses: Mapping[str, str]) -> None:
        """Write settings of these accounts, each with its address."""
        parts = [SETTINGS.format(url=self.server.url)]
        for name, egress in egresses.items():
            parts += [ACCOUNT.format(name=name, egress=egress), toml(self.venue.url, name)]
        self.settings.write_text("\n".join(parts))

    async def begin(self) -> None:
        """Start the cluster's head, which offers nothing."""
        self._nodes = await asyncio.create_subprocess_exec(
            *(environment() / "python", "-m", "tests.ray.nodes"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=(self.folder / "nodes.log").open("wb"),
            env={**_plain(), "BINANCE_KEY": "the-key", "BINANCE_SECRET": "the-secret"},
        )
        self._address = (await self._answer())["address"]

    async def node(self, name: str, *egresses: str) -> None:
        """Start a node that offers these addresses."""
        self.raylets[name] = (await self._ask("start", name, *egresses))["raylet"]

    async def kill_node(self, name: str) -> None:
        """Kill a node: its raylet, and with that all that it has started."""
        await self._ask("kill", name)
        del self.raylets[name]

    async def close(self) -> None:
        """End the cluster."""
        self.journal.close()
        if self._nodes is None:
            return
        if self._nodes.stdin is not None:
            self._nodes.stdin.write(b"end\n")
            self._nodes.stdin.close()
        try:
            await asyncio.wait_for(self._nodes.wait(), 60)
        except TimeoutError:
            self._nodes.kill()
            await self._nodes.wait()

    async def trueup(self, *arguments: str, cluster: bool = True) -> Told:
        """Run a command to its end. It has no key: only the nodes have."""
        there = ("--address", self._address) if cluster else ()
        loop = asyncio.get_running_loop()
        began = loop.time()
        process = await asyncio.create_subprocess_exec(
            *(environment() / "trueup", *arguments, *there, "--config", str(self.settings)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_plain(),
            cwd=self.folder,
        )
        out, err = await asyncio.wait_for(process.communicate(), 600)
        assert process.returncode is not None
        return Told(process.returncode, out.decode(), err.decode(), loop.time() - began)

    def held(self) -> dict[str, int]:
        """Who holds each account by the server: the process's number, of one that lives only."""
        with self.server.talk() as connection:
            rows = connection.execute(HELD).fetchall()
        return {account: pid for account, pid in rows if words_of(pid)}

    def holds(self) -> dict[int, set[str]]:
        """The same by process."""
        found: dict[int, set[str]] = {}
        for account, pid in self.held().items():
            found.setdefault(pid, set()).add(account)
        return found

    def node_of(self, pid: int) -> str | None:
        """The node under which a process was started."""
        by_raylet = {raylet: name for name, raylet in self.raylets.items()}
        while pid > 1:
            if pid in by_raylet:
                return by_raylet[pid]
            pid = parent_of(pid)
        return None

    def processes(self) -> set[int]:
        """Every `trueup run` of these settings that lives."""
        pids = (int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit())
        return {pid for pid in pids if {"run", "--claim", str(self.settings)} <= set(words_of(pid))}

    async def until(self, condition: Callable[[], Any], what: str, *, within: float = 240) -> float:
        """Wait until it holds, and return how long that took, seconds."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not condition():
            assert loop.time() - began < within, f"{what} did not come within {within:g} s: {self.holds()}"
            await asyncio.sleep(0.1)
        return loop.time() - began

    async def _ask(self, *words: str) -> dict[str, Any]:
        assert self._nodes is not None
        assert self._nodes.stdin is not None
        self._nodes.stdin.write((" ".join(words) + "\n").encode())
        await self._nodes.stdin.drain()
        return await self._answer()

    async def _answer(self) -> dict[str, Any]:
        assert self._nodes is not None
        assert self._nodes.stdout is not None
        while True:
            line = await asyncio.wait_for(self._nodes.stdout.readline(), 120)
            assert line, f"the cluster ended: {(self.folder / 'nodes.log').read_text()[-2000:]}"
            if line.startswith(b"{"):
                answer: dict[str, Any] = json.loads(line)
                return answer


def _plain() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRUEUP_", "BINANCE_"))}
    return {**kept, "RAY_USAGE_STATS_ENABLED": "0"}


def words_of(pid: int) -> list[str]:
    """What a process was started with; nothing of one that is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except (FileNotFoundError, ProcessLookupError):
        return []


def parent_of(pid: int) -> int:
    """The number of a process's parent; 0 of one that is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def kill(pid: int) -> None:
    """Kill a process."""
    os.kill(pid, signal.SIGKILL)
