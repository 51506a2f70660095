"""The databases that the model is played on; the clock of PostgreSQL's server is one that can be set."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.storage.database import Database, migrate
from tests.model.played import Place

SCHEMA = f"trueup_model_{os.getpid()}"
CLOCK = """
CREATE TABLE set_clock AS SELECT pg_catalog.clock_timestamp() AS at;
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT at FROM set_clock'
"""
"""Found before the server's own, for it stands in a schema that is searched before `pg_catalog`."""


@pytest.fixture(scope="session")
def in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path_factory.mktemp("model")
    path = folder / f"{SCHEMA}.db"
    try:
        url = f"sqlite:///{path}"
        migrate(url)
        with Database.open(url, create=False) as database:
            yield Place(database, None)
    finally:
        for each in folder.glob(f"{SCHEMA}.db*"):
            each.unlink()


@pytest.fixture(scope="session")
def in_postgres(postgres_url: str) -> Iterator[Place]:
    server = sa.make_url(postgres_url)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    options = {"options": f"-c search_path={SCHEMA},pg_catalog"}
    url = server.set(drivername="postgresql+psycopg").update_query_dict(options)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {SCHEMA}")
        migrate(url.render_as_string(hide_password=False))
        connection.execute(f"SET search_path = {SCHEMA},pg_catalog")
        connection.execute(CLOCK)

        def tell_time(now: datetime) -> None:
            connection.execute("UPDATE set_clock SET at = %s", [now])

        with Database.open(url.render_as_string(hide_password=False), create=False) as database:
            yield Place(database, tell_time)
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest) -> Place:
    """A state database of each kind in turn."""
    found: Place = request.getfixturevalue(f"in_{request.param}")
    return found
