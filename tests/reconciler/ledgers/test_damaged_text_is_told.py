"""Text in a bot's database that is no UTF-8 is told with its row: no position is read without its name."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.ledgers import open_ledger
from reconciler.ledgers.freqtrade import FreqtradeLedger
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, copied, url_of

BROKEN = "CAST(x'42544355ff' AS TEXT)"


def _refused(path: Path, *statements: str) -> str:
    with closing(sqlite3.connect(path)) as bot, bot:
        for statement in statements:
            bot.execute(statement)
    ledger = open_ledger(
        "mybot", "freqtrade", url_of(path), StoppedClock(), options=LedgerOptions("binanceusdm")
    )
    with pytest.raises(LedgerUnreadable) as caught:
        ledger.read()
    assert caught.value.trouble is LedgerTrouble.CORRUPT
    assert "\n" not in str(caught.value)
    str(caught.value).encode()  # what is said can be printed and stored
    return str(caught.value)


@pytest.mark.parametrize("column", ["pair", "exchange", "strategy"])
def test_a_damaged_text_of_a_trade_names_the_trade_and_the_column(tmp_path: Path, column: str) -> None:
    said = _refused(copied(LIVE, tmp_path), f"UPDATE trades SET {column} = {BROKEN} WHERE id = 1")

    assert f"no UTF-8 in `trades`, row 1, column `{column}` (BTCU\\xff)" in said


@pytest.mark.parametrize("column", ["order_id", "ft_order_side", "order_date"])
def test_a_damaged_text_of_an_order_names_the_order_and_its_trade(tmp_path: Path, column: str) -> None:
    said = _refused(copied(LIVE, tmp_path), f"UPDATE orders SET {column} = {BROKEN} WHERE id = 1")

    assert f"no UTF-8 in `orders`, row 1 (of trade 1), column `{column}`" in said


def test_a_text_that_is_stored_as_bytes_is_the_same_text(tmp_path: Path) -> None:
    path = copied(LIVE, tmp_path)
    before = FreqtradeLedger("mybot", url_of(path), clock=StoppedClock()).read()
    with closing(sqlite3.connect(path)) as bot, bot:
        bot.execute("UPDATE trades SET pair = CAST(pair AS BLOB)")

    assert FreqtradeLedger("mybot", url_of(path), clock=StoppedClock()).read() == before


def test_a_time_that_is_none_in_a_trade_of_another_market_is_told(tmp_path: Path) -> None:
    said = _refused(
        copied(LIVE, tmp_path),
        "UPDATE trades SET trading_mode = 'SPOT', open_date = 'yesterday' WHERE id = 1",
    )

    assert "holds a time that cannot be read" in said


@pytest.fixture
def bytes_url(postgres_url: str) -> Iterator[str]:
    """A database whose server checks no encoding and tells of none."""
    server = sa.make_url(postgres_url)
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS trueup_bytes")
        admin.execute(
            "CREATE DATABASE trueup_bytes TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
        yield server.set(drivername="postgresql", database="trueup_bytes").render_as_string(
            hide_password=False
        )
        admin.execute("DROP DATABASE trueup_bytes WITH (FORCE)")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("query", "told"),
    [("", "in `trades`, row 1, column `pair`"), ("?client_encoding=utf8", "invalid byte sequence")],
)
def test_damaged_text_on_postgresql_is_told_too(bytes_url: str, query: str, told: str) -> None:
    with psycopg.connect(bytes_url, autocommit=True) as bot:
        bot.execute(
            "CREATE TABLE trades (id int, exchange text, pair text, is_open boolean, amount float8,"
            " open_date timestamp, close_date timestamp)"
        )
        bot.execute(
            "CREATE TABLE orders (id int, ft_trade_id int, ft_order_side text, ft_is_open boolean,"
            " order_id text, amount float8, filled float8, order_date timestamp)"
        )
        # The server is given what it does not look at.
        pair = b"\\377TC"
        bot.execute(
            b"INSERT INTO trades VALUES (1, 'binance', convert_from('" + pair + b"'::bytea, 'SQL_ASCII'),"
            b" true, 1, now(), NULL)"
        )
    ledger = FreqtradeLedger("mybot", bytes_url + query, clock=StoppedClock())
    with pytest.raises(LedgerUnreadable) as caught:
        ledger.read()
    assert caught.value.trouble is LedgerTrouble.CORRUPT, str(caught.value)
    assert told in str(caught.value)
