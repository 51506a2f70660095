"""Builds the stage: the folder with its settings, and the processes in the order of their needs."""

import asyncio
import json
import os
import socket
from pathlib import Path

from reconciler.console import Console, StateDatabaseError
from reconciler.service.child_process import command, environment
from simulator.binance.urls import ccxt_config, toml
from simulator.demo.phone import DemoPhone
from simulator.demo.stage import READY_SECONDS, Stage, StageError

ACCOUNT = "demo"
KEY = "demo"
"""Trueup's; the venue takes any."""

POLL_SECONDS = 0.2
CHECKS = """\
[checks]
# Seconds. A demo shows in seconds what an account of one's own is given more patience for. Events are looked
# at without waiting for a sweep, which costs 85 of the 480 units of weight that Trueup spends in a minute.
interval = 30
spacing = 1
grace = 2
lagging_grace = 3
stop_placing = 5
stop_replacing = 2
stuck_after = 20
longest = 15
"""


class House:
    """Where everything of the demo is.

    Attributes:
        stage: The processes.
        state_url: Trueup's own database.
        settings: The settings file.
        venue_url: The simulated exchange, once it runs.
    """

    def __init__(self, folder: Path) -> None:
        """Nothing is started yet."""
        self.stage = Stage(folder)
        self.state_url = f"sqlite:///{folder / 'trueup.db'}"
        self.settings = folder / "trueup.toml"
        self.venue_url = ""
        self._journal = f"sqlite:///{folder / 'bot.sqlite'}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The processes that were started."""
        return self.stage.names

    async def open(self, *, seed: int, dashboard_port: int | None, phone: DemoPhone | None = None) -> None:
        """Start venue, bot and reconciler, and the dashboard if it has a port; messages go to the phone.

        Raises:
            StageError: A part did not come up.
        """
        port = free_port()
        await self.stage.start("venue", "simulator", "--port", str(port), "--seed", str(seed), talks=True)
        await self.stage.first_line("venue")
        self.venue_url = f"http://127.0.0.1:{port}"
        self.settings.write_text(self._settings_text(dashboard_port, phone))
        await self.stage.start(
            "bot",
            "simulator.demo.bot_process",
            environ={"DEMO_BOT": json.dumps(self._bot_settings(seed))},
            talks=True,
        )
        await self.stage.start(
            "reconciler",
            "reconciler",
            "run",
            "--config",
            str(self.settings),
            environ={
                "DEMO_KEY": KEY,
                "DEMO_SECRET": KEY,
                "DEMO_PHONE": "" if phone is None else phone.address,
            },
        )
        if dashboard_port is not None:
            await self.stage.start(
                "dashboard",
                "dashboard",
                "--port",
                str(dashboard_port),
                environ={"TRUEUP_STATE_URL": self.state_url},
            )
        await self.stage.first_line("bot")
        await self._first_sweep()

    async def link(self, port: int) -> str:
        """Return the link that lets its reader in to the dashboard on a port.

        Raises:
            StageError: There is none.
        """
        process = await asyncio.create_subprocess_exec(
            *command("dashboard", "--link", "--port", str(port)),
            env=environment(os.environ, {"TRUEUP_STATE_URL": self.state_url}),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complaint = await process.communicate()
        if process.returncode != 0:
            raise StageError(f"the dashboard has no link: {complaint.decode().strip()}")
        return said.decode().strip()

    async def _first_sweep(self) -> None:
        """Wait until the reconciler has seen everything once: the story is not to begin before it watches."""
        end = asyncio.get_running_loop().time() + READY_SECONDS
        while asyncio.get_running_loop().time() < end:
            code = self.stage.ended("reconciler")
            if code is not None:
                raise StageError(f"the reconciler ended ({code}): {self.stage.last_words('reconciler')}")
            if await asyncio.to_thread(self._swept):
                return
            await asyncio.sleep(POLL_SECONDS)
        raise StageError(
            f"the reconciler saw nothing for {READY_SECONDS:.0f} s: see {self.stage.log('reconciler')}"
        )

    def _swept(self) -> bool:
        try:
            with Console.open(self.state_url) as console:
                return any(cycle.status == "complete" for cycle in console.queries.now().cycles)
        except StateDatabaseError:
            return False  # not made yet: the wait goes on, and ends with an error if it never is

    def _bot_settings(self, seed: int) -> dict[str, object]:
        return {
            "account": ACCOUNT,
            "ccxt": ccxt_config(self.venue_url),
            "journal": self._journal,
            "seed": seed,
        }

    def _settings_text(self, dashboard_port: int | None, phone: DemoPhone | None) -> str:
        return "\n".join(
            (
                "# Made by `trueup demo`.",
                f'[database]\nurl = "{self.state_url}"\n',
                f'[ledgers.bot]\nkind = "journal"\nurl = "{self._journal}"\n',
                f'[accounts.{ACCOUNT}]\nvenue = "binanceusdm"\nledgers = ["bot"]',
                'api_key_env = "DEMO_KEY"\nsecret_env = "DEMO_SECRET"\n',
                CHECKS,
                f"[dashboard]\nport = {dashboard_port}\n" if dashboard_port is not None else "",
                phone.settings if phone is not None else "",
                toml(self.venue_url, ACCOUNT),
            )
        )


def free_port() -> int:
    """Return a port of this machine that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Return whether the dashboard could listen on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
