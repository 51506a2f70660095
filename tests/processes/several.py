"""Several `trueup run` on one state database, and what each of them says and writes."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reconciler.console import Console
from reconciler.journal.journal import Journal
from reconciler.sight.account_state import AccountState, state_of
from reconciler.storage.database import migrate
from simulator.binance.urls import toml
from simulator.server import SimulatedVenue
from tests.postgres import Server

ROOT = Path(__file__).resolve().parents[2]

LEDGER = """
[ledgers.mybot]
kind = "journal"
url = "sqlite:///bot.db"
"""
ACCOUNT = """
[accounts.{name}]
venue = "binanceusdm"
ledgers = ["mybot"]
api_key_env = "BINANCE_KEY"
secret_env = "BINANCE_SECRET"
"""
CHECKS = """
[checks]
interval = 30
"""

EVERYWHERE: Mapping[str, str] = MappingProxyType({})

WRITTEN = """
CREATE TABLE written (run text, name text, holder bigint, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION note() RETURNS trigger AS $$ BEGIN
    INSERT INTO written (run, name, holder)
        SELECT current_setting('trueup.run', true), TG_TABLE_NAME, pid FROM lease WHERE account = 'main';
    RETURN NULL;
END $$ LANGUAGE plpgsql;
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND tablename NOT IN ('written', 'process_state', 'worker') LOOP
        EXECUTE format('CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON %I '
            'FOR EACH ROW EXECUTE FUNCTION note()', one);
    END LOOP;
END $$;
"""
"""Has the server note every row that is written: by which run, and who had the account `main` then.

What a process says of itself (`process_state`, `worker`) is of no account, and needs no lease.
"""


class Run:
    """One `trueup run`, and the lines it has logged."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode().rstrip())

    @property
    def holder(self) -> str:
        return f"{socket.gethostname()} {self.process.pid}"

    def said(self, *words: str) -> list[str]:
        """The lines that have all these words."""
        return [line for line in self.lines if all(word in line for word in words)]

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def end(self, how: signal.Signals) -> int:
        if self.process.returncode is None:
            self.send(how)
            self.send(signal.SIGCONT)
        code = await self.process.wait()
        await self._reading
        return code


class Field:
    """A venue, a bot, a state database, and the reconcilers that are run on it."""

    def __init__(self, folder: Path, venue: SimulatedVenue, url: str) -> None:
        self.folder = folder
        self.url = url
        self.venue = venue
        self.runs: list[Run] = []
        self.journal = Journal(f"sqlite:///{folder}/bot.db", bot="mybot")
        migrate(url)
        self.console = Console.open(url)

    async def start(
        self, name: str, *accounts: str, options: Sequence[str] = (), egresses: Mapping[str, str] = EVERYWHERE
    ) -> Run:
        """Start a `trueup run` of these accounts. To a server it gives its name with every connection.

        Args:
            name: What the run is called: its settings file, and its connections.
            accounts: Those of its settings.
            options: What else it is started with, such as `--claim 2`.
            egresses: By account, the address that its requests leave by.
        """
        self.write(name, *accounts, egresses=egresses)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "reconciler", "run", "--config", f"{name}.toml", *options),
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "BINANCE_KEY": "the-key",
                "BINANCE_SECRET": "the-secret",
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        run = Run(process)
        self.runs.append(run)
        return run

    def write(
        self,
        name: str,
        *accounts: str,
        egresses: Mapping[str, str] = EVERYWHERE,
        groups: Mapping[str, str] = EVERYWHERE,
    ) -> None:
        """Write the settings file of a run: by account its address, and the group that it belongs to."""
        url = self.url if self.url.startswith("sqlite") else f"{self.url}?options=-c%20trueup.run%3D{name}"
        parts = [f'[database]\nurl = "{url}"', LEDGER, CHECKS]
        for account in accounts:
            named = {"egress": egresses.get(account), "group": groups.get(account)}
            own = "".join(f'{key} = "{value}"\n' for key, value in named.items() if value is not None)
            parts += [ACCOUNT.format(name=account) + own, toml(self.venue.url, account)]
        (self.folder / f"{name}.toml").write_text("\n".join(parts))

    async def trueup(self, *arguments: str) -> tuple[int | None, str]:
        """Run another command of `trueup` to its end: its exit code, and all that it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "reconciler", *arguments),
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode, said.decode()

    def holder(self, account: str = "main") -> str | None:
        """Who holds an account, as screens are told."""
        return next((one.holder for one in self.console.queries.watches() if one.account == account), None)

    def state(self, account: str = "main") -> AccountState:
        """The word for an account, as screens are told."""
        return state_of(self.console.queries.now(), account)

    async def watched_by(self, run: Run, account: str = "main", *, within: float = 60) -> float:
        """Wait until a run has looked at an account in full, and return how long that took, seconds."""

        def watched() -> bool:
            return self.holder(account) == run.holder and self.state(account) is AccountState.WATCHED

        return await self.until(watched, within=within, what=f"the watch over {account} by {run.holder}")

    async def until(self, condition: Callable[[], Any], *, within: float, what: str) -> float:
        """Wait until it holds, and return how long that took. Processes give no event to wait for."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not condition():
            said = [line for run in self.runs for line in run.lines[-5:]]
            assert loop.time() - began < within, f"{what} did not come within {within} s: {said}"
            await asyncio.sleep(0.2)
        return loop.time() - began


@asynccontextmanager
async def field(folder: Path, server: Server | None = None) -> AsyncIterator[Field]:
    """Open a field, its state in the folder or on a server; what still runs at the end is ended."""
    url = f"sqlite:///{folder}/trueup.db" if server is None else server.url
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        opened = Field(folder, venue, url)
        try:
            yield opened
        finally:
            for run in opened.runs:
                await run.end(signal.SIGKILL)
            opened.console.close()
            opened.journal.close()
