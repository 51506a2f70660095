"""A state database for each test: a fresh SQLite file, and a fresh PostgreSQL schema."""

import asyncio
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.storage.backup import back_up
from reconciler.storage.database import Database, migrate
from reconciler.storage.rows import REVISIONS, StateRow
from reconciler.storage.schema import VERSION_TABLE
from tests.reconciler.storage.kept_state import find, url

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite state database just set up, to be copied (migrating takes a moment)."""
    path = tmp_path_factory.mktemp("state") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_state(migrated_file: Path, tmp_path: Path) -> str:
    """The url of a fresh SQLite state database."""
    path = tmp_path / "trueup.db"
    shutil.copy(migrated_file, path)
    return f"sqlite:///{path}"


@contextmanager
def _schema(postgres_url: str) -> Iterator[str]:
    """Make a schema on the server for as long as the block lasts; give its url."""
    server = sa.make_url(postgres_url)
    name = f"trueup_{os.getpid()}_{next(_NUMBERS)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        url = server.set(drivername="postgresql+psycopg").update_query_dict(
            {"options": f"-c search_path={name}"}
        )
        yield url.render_as_string(hide_password=False)
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def empty_postgres(postgres_url: str) -> Iterator[str]:
    """The url of a fresh, empty schema on the PostgreSQL server."""
    with _schema(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> Iterator[str]:
    """The url of a schema with the tables in it, which the tests share one after another."""
    with _schema(postgres_url) as url:
        migrate(url)
        yield url


@pytest.fixture
def postgres_state(migrated_postgres: str) -> Iterator[str]:
    """The url of a PostgreSQL state database with nothing in its tables."""
    yield migrated_postgres
    tables = ", ".join(StateRow.metadata.tables)
    engine = sa.create_engine(migrated_postgres)
    with engine.begin() as connection:
        connection.execute(sa.text(f"TRUNCATE {tables} RESTART IDENTITY"))
        connection.execute(sa.text(f"DELETE FROM {VERSION_TABLE}"))
        connection.execute(sa.text(f"INSERT INTO {VERSION_TABLE} VALUES ('{REVISIONS[-1]}')"))
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def state_url(request: pytest.FixtureRequest) -> str:
    """The url of a fresh state database, of each kind in turn."""
    return str(request.getfixturevalue(f"{request.param}_state"))


@pytest.fixture
def database(state_url: str) -> Iterator[Database]:
    """A fresh state database, of each kind in turn."""
    with Database.open(state_url, create=False) as opened:
        yield opened


@pytest.fixture
def state(tmp_path: Path, sqlite_state: str) -> Path:
    """A state database with one open alert."""
    assert sqlite_state
    asyncio.run(find(tmp_path / "trueup.db", "AVL/USDT:USDT"))
    return tmp_path / "trueup.db"


@pytest.fixture
def kept(state: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    back_up(url(state), tmp_path / "kept.backup")
    return tmp_path / "kept.backup"
