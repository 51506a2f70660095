"""The real `trueup run` takes changed settings: the rest goes on, and what is wrong changes nothing."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from reconciler.alerts.alert import AlertState
from reconciler.facts.finding import Kind
from reconciler.service.control import _places
from simulator.binance.urls import toml
from tests.processes.several import ACCOUNT, CHECKS, LEDGER, ROOT, Field, Run, field
from tests.reconciler.serve.served import free_port
from tests.wire.simulated import order

pytestmark = [pytest.mark.processes, pytest.mark.wire, pytest.mark.timeout(300)]

IN_VARIABLES = 'api_key_env = "BINANCE_KEY"\nsecret_env = "BINANCE_SECRET"'
IN_FILES = 'api_key_file = "key"\nsecret_file = "secret"'


class Reloaded:
    """A field with one run whose settings are changed, and `trueup reload` beside it."""

    def __init__(self, there: Field, run: Run) -> None:
        self.there = there
        self.run = run

    async def ask(self, *options: str) -> tuple[int, str, str]:
        """Call `trueup reload` and return its exit code and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "reconciler", "reload", "--config", "trueup.toml", *options),
            cwd=self.there.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    def streams(self) -> int:
        """How often the venue was asked to open a private stream."""
        asked = [each for each in self.there.venue.journal.entries if each.method == "POST"]
        return sum(each.path.endswith("/listenKey") for each in asked)

    def states(self, account: str) -> list[AlertState]:
        alerts = self.there.console.queries.alerts(kinds=[Kind.ORPHANED_POSITION], accounts=[account])
        return [alert.state for alert in alerts]


def write(there: Field, *accounts: str, more: str = "") -> None:
    """Write the settings file of these accounts."""
    parts = [f'[database]\nurl = "{there.url}"', LEDGER, CHECKS, more]
    for account in accounts:
        parts += [
            ACCOUNT.format(name=account).replace(IN_VARIABLES, IN_FILES),
            toml(there.venue.url, account),
        ]
    (there.folder / "trueup.toml").write_text("\n".join(parts))


@asynccontextmanager
async def running(folder: Path, command: str, *accounts: str) -> AsyncIterator[Reloaded]:
    (folder / "key").write_text("the-key")
    (folder / "secret").write_text("the-secret")
    async with field(folder) as there:
        write(there, *accounts)
        order(there.venue, "100")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "reconciler", command, "--config", "trueup.toml"),
            cwd=folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "TRUEUP_SERVE__PORT": str(free_port()),
                "TRUEUP_DASHBOARD__PORT": str(free_port()),
            },
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        run = Run(process)
        there.runs.append(run)
        yield Reloaded(there, run)


async def test_what_has_not_changed_goes_on_and_what_is_wrong_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, "run", "main", "gone") as it:
        there, firing = it.there, [AlertState.FIRING]
        await there.until(
            lambda: it.states("main") == it.states("gone") == firing, within=120, what="both are watched"
        )
        (alert,) = there.console.queries.alerts(kinds=[Kind.ORPHANED_POSITION], accounts=["main"])
        streams = it.streams()

        # Wrong settings: refused in words, and in the log.
        write(there, "main", "new", more='[notify.phone]\nurl_env = "NO_SUCH_VARIABLE"\n[check]\n')
        code, out, err = await it.ask()
        assert (code, out) == (3, "")
        assert "trueup: trueup.toml: check: is not a setting: did you mean checks?" in err
        assert "goes on with the settings that it had" in err
        assert there.holder("gone") == there.holder("main") == it.run.holder
        assert it.run.said("settings.refused", "did you mean checks?")

        # One account more, one less, a channel, and what needs a restart.
        (tmp_path / "phone").write_text("ntfy://127.0.0.1:9/topic")
        more = '[notify.phone]\nurl_file = "phone"\n[dashboard]\npublic_url = "http://x"\n'
        write(there, "main", "new", more=more)
        code, out, err = await it.ask("--json")
        assert (code, err) == (0, "")
        (told,) = json.loads(out)
        assert told["pid"] == it.run.process.pid
        assert told["lines"] == [
            "account new added",
            "account gone removed",
            "account main unchanged",
            "notifier phone added",
            "[dashboard] needs a restart, and stays as it was",
        ]
        await there.until(lambda: it.states("new") == firing, within=60, what="the new account's alert")
        assert it.streams() == streams + 1  # the stream of the new account, and no other
        assert there.console.queries.alert(alert.id).alert.first_seen == alert.first_seen
        assert it.states("main") == firing
        await there.until(lambda: it.run.said("alert.retired"), within=90, what="that it is retired")
        assert it.states("gone") == [AlertState.RETIRED]
        await there.until(lambda: it.run.said("message.not_taken", "phone"), within=60, what="a message")

        # An account that is another now, asked for by the signal: it alone is watched anew.
        text = (tmp_path / "trueup.toml").read_text()
        (tmp_path / "trueup.toml").write_text(
            text.replace("[accounts.new]", "[accounts.new]\nexclusive = false")
        )
        it.run.send(signal.SIGHUP)
        what = "account new changed; account main unchanged"
        await there.until(lambda: it.run.said("settings.taken", what), within=30, what="the line of it")
        await there.until(lambda: it.streams() == streams + 2, within=60, what="a stream of it")
        await there.watched_by(it.run, "new")
        assert it.states("main") == it.states("new") == firing
        assert await it.run.end(signal.SIGTERM) == 0
    assert not list(_places(tmp_path / "trueup.toml"))


async def test_where_nobody_runs_it_says_so(tmp_path: Path) -> None:
    async with field(tmp_path) as there:
        code, out, err = await Reloaded(there, None).ask()  # type: ignore[arg-type]  # nothing runs
        assert (code, out) == (2, "")
        assert err.startswith("trueup: no `trueup run` by trueup.toml was found here")
