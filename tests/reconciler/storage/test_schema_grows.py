"""The schema: made by its migrations and equal to the rows, upgraded once, refused when it is not ours."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reconciler.storage import migrations
from reconciler.storage.database import Database, migrate, schema_state
from reconciler.storage.errors import StateDatabaseError, StateTrouble
from reconciler.storage.rows import REVISIONS, StateRow
from reconciler.storage.schema import VERSION_TABLE, SchemaState

FREQTRADE = Path(__file__).parents[2] / "fixtures" / "freqtrade-2026.9-binance-futures-live.sqlite"


def test_the_migrations_make_exactly_the_tables_of_the_rows(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True}
        )
        difference = compare_metadata(context, StateRow.metadata)
        tables = set(sa.inspect(connection).get_table_names())
        conditions = {
            index["name"]: index.get("dialect_options", {}).get(f"{connection.dialect.name}_where")
            for index in sa.inspect(connection).get_indexes("alert")
        }

    assert difference == []
    assert tables == {*StateRow.metadata.tables, VERSION_TABLE}
    assert conditions["uq_alert_open"] is not None, "without it only one episode could ever be"


def test_the_known_revisions_are_those_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert tuple(reversed(revisions)) == REVISIONS


def test_migrating_twice_changes_nothing(state_url: str) -> None:
    assert schema_state(state_url) is SchemaState.CURRENT

    migrate(state_url)

    assert schema_state(state_url) is SchemaState.CURRENT


@pytest.mark.parametrize(
    ("version", "state", "trouble"),
    [("0000", SchemaState.NEWER, StateTrouble.NEWER), (None, SchemaState.OLDER, StateTrouble.OLDER)],
)
def test_a_database_of_another_version_is_refused_with_what_to_do(
    state_url: str, version: str | None, state: SchemaState, trouble: StateTrouble
) -> None:
    with Database.open(state_url, create=False) as database, database.write() as connection:
        connection.execute(sa.text(f"DELETE FROM {VERSION_TABLE}"))
        if version:
            connection.execute(sa.text(f"INSERT INTO {VERSION_TABLE} VALUES ('{version}')"))

    assert schema_state(state_url) is state
    with pytest.raises(StateDatabaseError, match="Trueup") as refused:
        Database.open(state_url, create=False)
    assert refused.value.trouble is trouble


def test_a_newer_database_is_never_migrated(sqlite_state: str) -> None:
    with Database.open(sqlite_state, create=False) as database, database.write() as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))

    with pytest.raises(StateDatabaseError, match="newer"):
        migrate(sqlite_state)


def test_the_database_of_a_bot_is_refused_and_not_a_byte_of_it_changes(tmp_path: Path) -> None:
    bot = tmp_path / "tradesv3.sqlite"
    shutil.copy(FREQTRADE, bot)
    before = bot.read_bytes()

    for create in (True, False):
        with pytest.raises(StateDatabaseError, match="another program") as refused:
            Database.open(f"sqlite:///{bot}", create=create)
        assert refused.value.trouble is StateTrouble.FOREIGN

    assert bot.read_bytes() == before


@pytest.mark.postgres
def test_a_server_with_a_table_of_our_name_in_the_way_is_refused(empty_postgres: str) -> None:
    engine = sa.create_engine(empty_postgres)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alert (id integer)"))
    engine.dispose()

    with pytest.raises(StateDatabaseError, match="another program"):
        migrate(empty_postgres)


@pytest.mark.postgres
def test_a_server_that_was_never_set_up_says_so(empty_postgres: str) -> None:
    with pytest.raises(StateDatabaseError, match="never set up"):
        Database.open(empty_postgres, create=False)


@pytest.mark.processes
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_two_processes_that_set_it_up_at_once_both_succeed(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/new.db" if kind == "sqlite" else request.getfixturevalue("empty_postgres")
    code = "import sys; from reconciler.storage.database import migrate; migrate(sys.argv[1])"

    both = [
        subprocess.Popen([sys.executable, "-c", code, url], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=50)[1] for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert schema_state(url) is SchemaState.CURRENT


def test_sqlite_is_set_to_lose_nothing(sqlite_state: str) -> None:
    with Database.open(sqlite_state, create=False) as database, database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


def test_the_database_itself_refuses_a_second_open_episode(tmp_path: Path, sqlite_state: str) -> None:
    connection = sqlite3.connect(tmp_path / "trueup.db")
    names = [row[1] for row in connection.execute("PRAGMA table_info(alert)") if row[1] != "id"]
    insert = f"INSERT INTO alert ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"

    def values(state: str) -> list[str]:
        return [state if name == "state" else "1" for name in names]

    connection.execute(insert, values("resolved"))
    connection.execute(insert, values("resolved"))
    connection.execute(insert, values("retired"))
    connection.execute(insert, values("retired"))
    connection.execute(insert, values("closed"))
    connection.execute(insert, values("closed"))
    connection.execute(insert, values("firing"))
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(insert, values("pending"))
    connection.close()
