"""The same rows where hummingbot keeps them on PostgreSQL."""

import itertools
import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import LedgerOptions
from tests.reconciler.ledgers.hummingbot.bot_file import RECORDED_FILE, StoppedClock, ledger_of

pytestmark = pytest.mark.postgres

_NUMBERS = itertools.count(1)
_TYPES = {"BIGINT": "bigint", "INTEGER": "integer", "JSON": "json"}


@pytest.fixture
def bot_url(postgres_url: str) -> Iterator[str]:
    """The url of a database with the recorded tables, typed as hummingbot types them."""
    server = sa.make_url(postgres_url)
    name = f"trueup_hummingbot_{next(_NUMBERS)}"
    plain = server.set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        admin.execute(f"CREATE DATABASE {name}".encode())
        _fill(plain.set(database=name).render_as_string(hide_password=False))
        yield plain.set(database=name).render_as_string(hide_password=False)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _fill(url: str) -> None:
    address = f"file:{RECORDED_FILE}?mode=ro&immutable=1"
    with sqlite3.connect(address, uri=True) as source, psycopg.connect(url) as target:
        for table in ("TradeFill", "Order", "MarketState"):
            columns = source.execute(f'PRAGMA table_info("{table}")').fetchall()
            typed = ", ".join(f'"{row[1]}" {_TYPES.get(row[2], "text")}' for row in columns)
            target.execute(f'CREATE TABLE "{table}" ({typed})'.encode())
            for row in source.execute(f'SELECT * FROM "{table}"'):
                places = ", ".join(["%s"] * len(row))
                target.execute(f'INSERT INTO "{table}" VALUES ({places})'.encode(), row)


def test_the_rows_mean_the_same_as_on_sqlite(bot_url: str) -> None:
    options = LedgerOptions("binanceusdm")
    ledger = open_ledger("mybot", "hummingbot", bot_url, StoppedClock(), options=options)
    assert ledger.read() == ledger_of(RECORDED_FILE).read()
    with psycopg.connect(bot_url, autocommit=True) as bot:
        bot.execute(
            'UPDATE "MarketState" SET saved_state = replace(saved_state::text,'
            ' \'"executed_amount_base": "0"\', \'"executed_amount_base": "7.25"\')::json'
        )
        bot.execute("BEGIN")
        bot.execute('INSERT INTO "TradeFill" SELECT * FROM "TradeFill" LIMIT 1')
        rows = {row.symbol: row for row in ledger.read().rows}  # the bot is in the middle of a transaction
        bot.execute("COMMIT")
    assert str(rows["SOL-USDT"].expected) == "7.25"
