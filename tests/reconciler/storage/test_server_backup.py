"""The commands that are told for PostgreSQL: run as they stand, they copy a state and put it back."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.alerts.policy import Detected, Observed
from reconciler.console import Console
from reconciler.storage.server_backup import dump_command, restore_command
from reconciler.storage.store import Store
from tests.reconciler.alert_life import NOON, finding

pytestmark = [pytest.mark.postgres, pytest.mark.processes]

STATE, RESTORED = "keeping_house", "keeping_house_restored"


def _tools() -> str:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"), reverse=True)
    return str(places[0].parent) if places else str(Path(shutil.which("pg_dump") or "").parent)


async def _find(url: str) -> None:
    async with Store.open(url) as store:
        await store.observe(Observed((Detected(finding(), NOON, confirmed=True),)), now=NOON)


def test_they_copy_a_state_and_put_it_into_a_new_database(postgres_url: str, tmp_path: Path) -> None:
    server = sa.make_url(postgres_url)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    url = server.set(database=STATE).render_as_string(hide_password=False)
    again = server.set(database=RESTORED).render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {STATE}")
        try:
            asyncio.run(_find(url))
            with psycopg.connect(plain.replace(f"/{server.database}", f"/{STATE}"), autocommit=True) as bot:
                bot.execute("CREATE TABLE trades (id integer)")  # a bot's, in the same database
            told = restore_command(url, tmp_path / "kept").partition(" -- ")[0]
            for command in (dump_command(url, tmp_path / "kept"), told):
                subprocess.run(
                    command, shell=True, check=True, env={"PATH": f"{_tools()}:/usr/bin:/bin"}, timeout=50
                )
            with Console.open(url) as before, Console.open(again) as after:
                assert after.queries.alerts() == before.queries.alerts()
                assert len(after.queries.alerts()) == 1
            with psycopg.connect(plain.replace(f"/{server.database}", f"/{RESTORED}")) as restored:
                assert restored.execute("SELECT to_regclass('trades')").fetchone() == (None,)
        finally:
            connection.execute(f"DROP DATABASE IF EXISTS {STATE} WITH (FORCE)")
            connection.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
