"""A simulated venue, a bot's journal and the real `trueup run` beside them, to be killed and restarted."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from reconciler.alerts.alert import Alert, AlertState
from reconciler.console import Console
from reconciler.journal.journal import Journal
from reconciler.storage.database import migrate
from simulator.binance.urls import toml
from simulator.server import SimulatedVenue
from tests.reconciler.serve.served import free_port
from tests.reconciler.settings_files import written

ROOT = Path(__file__).resolve().parents[2]

SETTINGS = """
[ledgers.mybot]
kind = "journal"
url = "sqlite:///bot.db"

[accounts.main]
venue = "binanceusdm"
ledgers = ["mybot"]
api_key_env = "BINANCE_KEY"
secret_env = "BINANCE_SECRET"

[checks]
interval = 15
spacing = 0.3
grace = 0.5
lagging_grace = 0.5
stop_placing = 0.5
stop_replacing = 0.5
stuck_after = 5
"""


class Place:
    """A folder with settings, a venue and a bot; and the reconciler that is run there."""

    def __init__(self, folder: Path, venue: SimulatedVenue, state: str | None = None) -> None:
        url = state or f"sqlite:///{folder}/trueup.db"
        named = "" if state is None else f'[database]\nurl = "{state}"\n'
        written(folder, SETTINGS + named + toml(venue.url))
        self.folder = folder
        self.venue = venue
        self.journal = Journal(f"sqlite:///{folder}/bot.db", bot="mybot")
        migrate(url)
        self.console = Console.open(url)
        self.process: asyncio.subprocess.Process | None = None
        self.port = free_port()

    async def trueup(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start `trueup` with these arguments."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "reconciler",
            *arguments,
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PYTHONASYNCIODEBUG": "",
                "PYTHONWARNINGS": "default",
                "BINANCE_KEY": "the-key",
                "BINANCE_SECRET": "the-secret",
                "TRUEUP_SERVE__PORT": str(self.port),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def start(self) -> None:
        """Start the reconciler."""
        self.process = await self.trueup("run")

    async def end(self, how: signal.Signals) -> tuple[int, str]:
        """End the reconciler, and return its exit code and what it said on standard error."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        _, err = await self.process.communicate()
        code = self.process.returncode
        self.process = None
        assert code is not None
        return code, err.decode()

    def open_alerts(self) -> list[Alert]:
        """Every open alert that people were told of."""
        told = [state for state in AlertState if state.open and state is not AlertState.PENDING]
        return list(self.console.queries.alerts(states=told))

    def kinds(self) -> set[tuple[str, str]]:
        return {(str(alert.key.kind), alert.key.symbol) for alert in self.open_alerts()}

    async def until(self, condition: Callable[[], Any], *, within: float, what: str) -> None:
        """Wait until it holds. The other side is a process: there is no event to wait for."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while not condition():
            assert loop.time() < end, f"{what} did not come within {within} s: {self.kinds()}"
            if self.process is not None and self.process.returncode is not None:
                _, err = await self.process.communicate()
                raise AssertionError(f"the reconciler ended ({self.process.returncode}): {err.decode()}")
            await asyncio.sleep(0.05)


@asynccontextmanager
async def place(folder: Path, state: str | None = None) -> AsyncIterator[Place]:
    """Open a place, its state in the database of this url; whatever still runs in it at the end is ended."""
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        opened = Place(folder, venue, state)
        try:
            yield opened
        finally:
            if opened.process is not None:
                await opened.end(signal.SIGKILL)
            opened.console.close()
            opened.journal.close()
