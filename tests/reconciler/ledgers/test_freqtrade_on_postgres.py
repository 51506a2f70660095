"""The same freqtrade rows on PostgreSQL: same meaning, whatever zone the server writes its times in."""

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from zoneinfo import ZoneInfo

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.facts.expectation import ExpectationState
from reconciler.ledgers.freqtrade import FreqtradeLedger
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from tests.reconciler.ledgers.freqtrade_files import LIVE, RECORDED, StoppedClock, url_of

pytestmark = pytest.mark.postgres

TYPES = {
    "DATETIME": "timestamp without time zone",
    "FLOAT": "double precision",
    "BOOLEAN": "boolean",
    "INTEGER": "bigint",
}
_NUMBERS = itertools.count(1)


@pytest.fixture
def bot_url(postgres_url: str) -> Iterator[str]:
    """The url of a database with the live fixture's trades and orders, typed as freqtrade types them."""
    server = sa.make_url(postgres_url)
    name = f"trueup_freqtrade_{next(_NUMBERS)}"
    plain = server.set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        admin.execute(f"CREATE DATABASE {name}".encode())
        admin.execute(f"ALTER DATABASE {name} SET timezone TO 'UTC'".encode())
        _fill(plain.set(database=name).render_as_string(hide_password=False))
        yield server.set(database=name).render_as_string(hide_password=False)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _fill(url: str) -> None:
    address = f"file:{LIVE}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as source, psycopg.connect(url) as target:
        target.execute("CREATE TYPE tradingmode AS ENUM ('SPOT', 'MARGIN', 'FUTURES')")
        for table in ("trades", "orders"):
            _copy(source, target, table)


def _copy(source: sqlite3.Connection, target: psycopg.Connection, table: str) -> None:
    columns = [
        (str(row[1]), "tradingmode" if row[1] == "trading_mode" else TYPES.get(str(row[2]), "text"))
        for row in source.execute(f"PRAGMA table_info({table})")
    ]
    typed = ", ".join(f"{column} {kind}" for column, kind in columns)
    target.execute(f"CREATE TABLE {table} ({typed})".encode())
    flags = [kind == "boolean" for _, kind in columns]
    for row in source.execute(f"SELECT * FROM {table}"):
        values = [bool(value) if flag else value for value, flag in zip(row, flags, strict=True)]
        target.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(values))})".encode(), values)


def _direct(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def test_the_rows_mean_the_same_as_on_sqlite(bot_url: str) -> None:
    theirs = FreqtradeLedger("mybot", bot_url, clock=StoppedClock()).read()
    ours = FreqtradeLedger("mybot", url_of(LIVE), clock=StoppedClock()).read()
    assert theirs == ours


def test_times_written_in_tokyo_are_read_as_the_same_instants(bot_url: str) -> None:
    name = sa.make_url(bot_url).database
    with psycopg.connect(_direct(bot_url), autocommit=True) as bot:
        bot.execute(
            "UPDATE trades SET open_date = open_date + interval '9 hours',"
            " close_date = close_date + interval '9 hours'"
        )
        bot.execute(
            "UPDATE orders SET order_date = order_date + interval '9 hours',"
            " order_update_date = order_update_date + interval '9 hours',"
            " order_filled_date = order_filled_date + interval '9 hours'"
        )
    with pytest.raises(LedgerUnreadable, match="9:00:00 h in the future") as caught:
        FreqtradeLedger("mybot", bot_url, clock=StoppedClock()).read()
    assert caught.value.trouble is LedgerTrouble.SETTINGS
    with psycopg.connect(_direct(bot_url), autocommit=True) as bot:
        bot.execute(f"ALTER DATABASE {name} SET timezone TO 'Asia/Tokyo'".encode())
    theirs = FreqtradeLedger("mybot", bot_url, clock=StoppedClock()).read()
    assert theirs == FreqtradeLedger("mybot", url_of(LIVE), clock=StoppedClock()).read()


def test_the_token_changes_with_a_commit(bot_url: str) -> None:
    ledger = FreqtradeLedger("mybot", bot_url, clock=StoppedClock())
    with psycopg.connect(_direct(bot_url), autocommit=True) as bot:
        before = ledger.version()
        bot.execute("UPDATE trades SET amount = 1 WHERE id = 1")
        assert ledger.version() != before
        reading = ledger.read()
        assert reading.version is not None
        assert ledger.read().version == reading.version == ledger.version()
        bot.execute("UPDATE trades SET amount = 2 WHERE id = 1")
        assert ledger.version() != reading.version


def test_what_cannot_be_read_is_told_with_its_remedy_and_without_a_password(bot_url: str) -> None:
    url = sa.make_url(bot_url)
    cases = {
        url.set(database="nowhere"): LedgerTrouble.ABSENT,
        url.set(port=1): LedgerTrouble.ABSENT,
        url.set(username="stranger", password="secret"): LedgerTrouble.PERMISSION,
        url.set(database="template1"): LedgerTrouble.SCHEMA,
    }
    for case, trouble in cases.items():
        address = case.render_as_string(hide_password=False)
        with pytest.raises(LedgerUnreadable) as caught:
            FreqtradeLedger("mybot", address, clock=StoppedClock()).read()
        assert caught.value.trouble is trouble, str(caught.value)
        assert "secret" not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_the_zone_of_the_bots_session_can_be_set(bot_url: str) -> None:
    with psycopg.connect(_direct(bot_url), autocommit=True) as bot:
        _shift(bot, "-5 hours")
    theirs = FreqtradeLedger(
        "mybot", bot_url, clock=StoppedClock(), timezone=ZoneInfo("America/Bogota")
    ).read()
    assert theirs == FreqtradeLedger("mybot", url_of(LIVE), clock=StoppedClock()).read()


@pytest.mark.parametrize("options", ["-c timezone=Asia/Tokyo", "-c TimeZone=Asia/Tokyo -c work_mem=4MB"])
def test_options_in_the_url_reach_the_server_as_they_are(bot_url: str, options: str) -> None:
    with psycopg.connect(_direct(bot_url), autocommit=True) as bot:
        _shift(bot, "9 hours")
    url = sa.make_url(bot_url).update_query_dict({"options": options}).render_as_string(hide_password=False)
    theirs = FreqtradeLedger("mybot", url, clock=StoppedClock()).read()
    assert theirs == FreqtradeLedger("mybot", url_of(LIVE), clock=StoppedClock()).read()


@pytest.mark.parametrize(
    ("zone", "shift"), [("Asia/Tokyo", 9), ("Pacific/Kiritimati", 14), ("Etc/GMT+12", -12)]
)
def test_a_close_date_that_was_shifted_twice_blinds_nobody_and_is_still_told(
    bot_url: str, zone: str, shift: int
) -> None:
    """Freqtrade takes `close_date` from the order's time as it reads it back: without its zone."""
    name = sa.make_url(bot_url).database
    just_closed = "id = (SELECT MAX(id) FROM trades WHERE NOT is_open)"
    with psycopg.connect(_direct(bot_url), autocommit=True) as bot:
        bot.execute(f"UPDATE trades SET close_date = '2026-11-22 10:38:00' WHERE {just_closed}".encode())
        _shift(bot, f"{shift} hours")
        again = f"close_date + interval '{shift} hours'"
        bot.execute(f"UPDATE trades SET close_date = {again} WHERE {just_closed}".encode())
        bot.execute(f"ALTER DATABASE {name} SET timezone TO '{zone}'".encode())
        told = bot.execute(f"SELECT id FROM trades WHERE {just_closed}".encode()).fetchone()
    assert told is not None
    reading = FreqtradeLedger("mybot", bot_url, clock=StoppedClock()).read()
    [row] = [row for row in reading.rows if row.row_id == str(told[0])]
    assert row.state is ExpectationState.CLOSED
    assert row.updated_at is not None
    assert row.updated_at <= RECORDED
    assert reading.last_activity is not None
    assert reading.last_activity <= RECORDED


def _shift(bot: psycopg.Connection, by: str) -> None:
    for table, columns in {
        "trades": ("open_date", "close_date"),
        "orders": ("order_date", "order_update_date", "order_filled_date"),
    }.items():
        moved = ", ".join(f"{column} = {column} + interval '{by}'" for column in columns)
        bot.execute(f"UPDATE {table} SET {moved}".encode())


@pytest.mark.parametrize("query", ["password=secret", "sslpassword=secret", "options=-csearch_path%3Dsecret"])
def test_what_stands_behind_the_name_is_not_told(bot_url: str, query: str) -> None:
    url = sa.make_url(bot_url).set(port=1).render_as_string(hide_password=False)
    with pytest.raises(LedgerUnreadable) as caught:
        FreqtradeLedger("mybot", f"{url}?{query}", clock=StoppedClock()).read()
    assert "secret" not in str(caught.value)
