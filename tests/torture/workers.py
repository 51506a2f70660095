"""Several `trueup run --claim`, each with a cable of its own to the database; what the server notes of them.

The server notes, by triggers, by which life of a worker each row of an account was written, and to whom the
account was given then. It asks nothing of Trueup: the lives' numbers are those of their processes.
"""

import asyncio
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psycopg

from simulator.binance.urls import toml
from simulator.demo.house import CHECKS
from tests.torture.cable import Cable
from tests.torture.nursery import Born, Nursery
from tests.torture.postgres_server import PostgresServer

ACCOUNTS = ("a", "b", "c", "d")
NAMES = ("one", "two", "three")
SETTINGS = """
[database]
url = "{state}"

[notify.phone]
url_env = "PHONE_URL"
min_severity = "info"
repeat = 0

[ledgers.hands]
kind = "journal"
url = "{hands}"
"""
ACCOUNT = """
[accounts.{name}]
venue = "binanceusdm"
ledgers = ["hands"]
api_key_env = "BINANCE_KEY"
secret_env = "BINANCE_SECRET"
"""
STARTING_SECONDS = 15.0
UNSERVED = 2

NOTED = """
CREATE TABLE noted (run text, what text, account text, token bigint, holder bigint,
    PRIMARY KEY (run, what, account, token, holder));
CREATE FUNCTION note() RETURNS trigger AS $$
DECLARE row jsonb; mine text;
BEGIN
    row := to_jsonb(coalesce(NEW, OLD));
    mine := row->>'account';
    IF mine IS NULL AND row ? 'alert_id' THEN
        SELECT account INTO mine FROM alert WHERE id = (row->>'alert_id')::bigint;
    END IF;
    IF TG_TABLE_NAME = 'lease' AND TG_OP = 'INSERT' THEN RETURN NULL; END IF;
    INSERT INTO noted
        SELECT coalesce(current_setting('trueup.run', true), ''), TG_TABLE_NAME, account, token,
            coalesce(pid, 0) FROM lease WHERE account = mine ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$ LANGUAGE plpgsql;
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'noted' LOOP
        EXECUTE format('CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON %I '
            'FOR EACH ROW EXECUTE FUNCTION note()', one);
    END LOOP;
END $$;
"""
"""A row that says that an account exists (`lease`, inserted with nobody's name) is anybody's to write."""

HELD = "SELECT account, pid FROM lease WHERE at > now() - interval '8 seconds' AND expires_at > now()"


class Noted(NamedTuple):
    """What the server noted of writes.

    Attributes:
        run: The life that wrote.
        what: The table.
        account: Of which a row was written.
        token: The number under which the account was given last.
        holder: To which process it was given, by its number; 0 for nobody.
    """

    run: str
    what: str
    account: str
    token: int
    holder: int


@dataclass(slots=True)
class Life:
    """One life of a worker.

    Attributes:
        run: The name that it gives the server.
        process: Its process.
        began: When, monotonic seconds.
        stopped: It stands still.
        unserved: It was cut off from the database while it started, which it says and ends by, with 2.
    """

    run: str
    process: Born
    began: float
    stopped: bool = False
    unserved: bool = False


@dataclass(slots=True)
class Workers:
    """All of them, and the folder that they live in.

    Attributes:
        folder: Settings and logs.
        server: Of the state database.
        venue_url: The exchange, which all accounts are of.
        hands: The journal of what the bot believes.
        phone: Where messages go.
        lives: Every life so far, by the name that it gives the server.
    """

    folder: Path
    server: PostgresServer
    venue_url: str
    hands: str
    phone: str
    lives: dict[str, Life] = field(default_factory=dict)
    cables: dict[str, Cable] = field(default_factory=dict)
    _nursery: Nursery = field(default_factory=Nursery)
    _now: dict[str, Life] = field(default_factory=dict)
    _ended: bool = False

    async def begin(self) -> None:
        """Lay the cables, and start everybody."""
        await self._nursery.open()
        for name in NAMES:
            self.cables[name] = Cable(self.server.port)
            await self.cables[name].lay()
            await self._start(name)

    async def _start(self, name: str) -> None:
        run = f"{name}{len(self.lives) + 1}"
        state = f"postgresql+psycopg://trueup@127.0.0.1:{self.cables[name].port}/state"
        parts = [SETTINGS.format(state=f"{state}?options=-c%20trueup.run%3D{run}", hands=self.hands), CHECKS]
        parts += [ACCOUNT.format(name=account) + toml(self.venue_url, account) for account in ACCOUNTS]
        (self.folder / f"{name}.toml").write_text("\n".join(parts))
        words = ("run", "--config", f"{name}.toml", "--claim", str(len(ACCOUNTS)))
        environment = {"BINANCE_KEY": "the-key", "BINANCE_SECRET": "the-secret", "PHONE_URL": self.phone}
        process = await self._nursery.bear(
            words, folder=self.folder, log=self.log(name), environment=environment
        )
        began, cut = asyncio.get_running_loop().time(), not self.cables[name].whole
        self.lives[run] = self._now[name] = Life(run, process, began, unserved=cut)

    async def keep(self) -> None:
        """Start what has ended again, as a service manager does, until cancelled."""
        while True:
            await asyncio.sleep(0.3)
            for name, life in list(self._now.items()):
                if life.process.returncode is not None and not self._ended:
                    await asyncio.sleep(0.5)
                    await self._start(name)

    def send(self, name: str, number: signal.Signals) -> Life | None:
        """Send a signal to who lives under a name; None where nobody does."""
        life = self._now[name]
        if life.process.returncode is not None:
            return None
        with suppress(ProcessLookupError):
            life.process.send_signal(number)
        if number in {signal.SIGSTOP, signal.SIGCONT}:
            life.stopped = number is signal.SIGSTOP
        return life

    def cut(self, name: str) -> None:
        """Cut a worker off from the database."""
        life = self._now[name]
        life.unserved |= asyncio.get_running_loop().time() - life.began < STARTING_SECONDS
        self.cables[name].cut()

    def well(self) -> set[int]:
        """Return the numbers of the processes that go on and reach the database."""
        return {
            life.process.pid
            for name, life in self._now.items()
            if life.process.returncode is None and not life.stopped and self.cables[name].whole
        }

    def holders(self) -> dict[str, int]:
        """Return who watches each account at this moment, as the server's rows say. Asks the server."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            return dict(connection.execute(HELD).fetchall())

    def all_watched(self) -> bool:
        """Return whether each account is watched by somebody who is well. Asks the server."""
        well = self.well()
        try:
            held = self.holders()
        except psycopg.OperationalError:  # the machine is busy: nobody knows
            return False
        return len(held) == len(ACCOUNTS) and all(pid in well for pid in held.values())

    def note_from_now_on(self) -> None:
        """Have the server note who writes what."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(NOTED)

    def noted(self) -> list[Noted]:
        """Return what was noted of writes that came from workers."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            rows = connection.execute("SELECT run, what, account, token, holder FROM noted WHERE run <> ''")
            return sorted(Noted(*row) for row in rows)

    async def end(self) -> list[str]:
        """End everything politely; return what did not end by that, as words."""
        self._ended = True
        alive = [life for life in self._now.values() if life.process.returncode is None]
        for life in alive:
            life.process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(40):
                await asyncio.gather(*(life.process.wait() for life in alive))
        left = [life for life in alive if life.process.returncode is None]
        for life in left:
            life.process.kill()
            await life.process.wait()
        await self._nursery.close()
        for cable in self.cables.values():
            await cable.remove()
        return [f"{life.run} did not end" for life in left]

    def log(self, name: str) -> Path:
        """Return where the words of all lives of a name are kept."""
        return self.folder / f"{name}.log"

    def own_errors(self) -> list[str]:
        """Return what errors of its own Trueup has told of, each kind once: the last line of its trace."""
        found = []
        for name in NAMES:
            said = self.log(name).read_text(errors="replace") if self.log(name).exists() else ""
            traces = said.split("Traceback (most recent call last):\n")[1:]
            found += [next((x for x in each.splitlines() if x[:1].strip()), "")[:200] for each in traces]
        return list(dict.fromkeys(found))

    def own_ends(self) -> list[str]:
        """Return the lives that ended by themselves."""
        lines = []
        for life in self.lives.values():
            code, fine = life.process.returncode, {None, 0, -signal.SIGKILL}
            if code not in fine and not (code == UNSERVED and life.unserved):
                lines.append(f"{life.run} ended ({code}) by itself")
        return lines

    @property
    def _address(self) -> str:
        return self.server.url.replace("+psycopg", "") + "?connect_timeout=30"


def strays(noted: Sequence[Noted], pids: Mapping[str, int]) -> list[str]:
    """Return what a life wrote of an account that was another's then, a line each."""
    return [
        f"{each.run} wrote {each.what} of account {each.account}, which process {each.holder} had then"
        for each in noted
        if each.holder and each.holder != pids[each.run]
    ]


def shared_numbers(noted: Sequence[Noted]) -> list[str]:
    """Return the numbers of an account that more than one process had, a line each."""
    having: dict[tuple[str, int], set[int]] = {}
    for each in noted:
        if each.holder:
            having.setdefault((each.account, each.token), set()).add(each.holder)
    return [
        f"number {token} of account {account} was given to {len(holders)} processes"
        for (account, token), holders in sorted(having.items())
        if len(holders) > 1
    ]
