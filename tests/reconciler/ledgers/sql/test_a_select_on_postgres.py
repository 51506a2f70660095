"""A SELECT on PostgreSQL: its own types, its own zone, and nothing that it could do to the bot."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from tests.reconciler.ledgers.sql.own_bot import ledger_of

pytestmark = pytest.mark.postgres

_NUMBERS = itertools.count(1)

TABLE = """
CREATE TABLE positions (id bigserial, symbol text, quantity numeric(30, 18), ratio real,
 opened_at timestamptz, noted timestamp, stop_order_ids text[]);
INSERT INTO positions (symbol, quantity, ratio, opened_at, noted, stop_order_ids) VALUES
 ('BTCUSDT', 0.123456789012345678, 0.1, '2026-11-22 10:00+00', '2026-11-22 19:00', ARRAY['1', '2']),
 ('ETHUSDT', -2, 3.5, '2026-11-22 10:00+00', '2026-11-22 19:00', NULL)
"""


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """The url of a bot's database."""
    server = sa.make_url(postgres_url).set(drivername="postgresql")
    name = f"trueup_own_bot_{next(_NUMBERS)}"
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        admin.execute(f"CREATE DATABASE {name}".encode())
        admin.execute(f"ALTER DATABASE {name} SET timezone TO 'Asia/Tokyo'".encode())
        made = server.set(database=name).render_as_string(hide_password=False)
        with psycopg.connect(made) as bot:
            bot.execute(TABLE)
        yield made
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def options(query: str, **also: object) -> LedgerOptions:
    return LedgerOptions("binanceusdm", query=query, **also)  # type: ignore[arg-type]


def test_its_types_are_read_exactly_and_its_zone_is_the_sessions(url: str) -> None:
    query = "SELECT id, symbol, quantity, opened_at, noted AS updated_at, stop_order_ids FROM positions"
    rows = ledger_of(url, options(query)).read().rows
    assert rows[0].expected == Decimal("0.123456789012345678")
    assert (rows[0].stop_order_ids, rows[1].stop_order_ids) == (("1", "2"), ())
    assert rows[1].direction.value == "short"
    assert rows[0].opened_at == rows[0].updated_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    [btc, _] = ledger_of(url, options("SELECT symbol, ratio AS quantity FROM positions")).read().rows
    assert btc.expected == Decimal("0.1")


def test_since_is_bound_and_other_colons_and_signs_are_left_alone(url: str) -> None:
    query = (
        "SELECT id::text AS id, symbol, quantity FROM positions WHERE opened_at >= :since"
        " AND symbol LIKE 'B%' AND '12:30' <> symbol"
    )
    assert len(ledger_of(url, options(query, since=datetime(2026, 11, 22, 10, tzinfo=UTC))).read().rows) == 1
    assert ledger_of(url, options(query, since=datetime(2026, 11, 22, 11, tzinfo=UTC))).read().rows == ()
    plain = "SELECT symbol, quantity FROM positions WHERE symbol LIKE 'E%' AND '12:30' <> symbol"
    assert len(ledger_of(url, options(plain)).read().rows) == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT symbol FROM positions", "has no column `quantity`"),
        ("SELECT symbol, quantity FROM nowhere", "check the ledger's kind and url, and its `query`"),
        ("WITH x AS (DELETE FROM positions RETURNING *) SELECT symbol, quantity FROM x", "read-only"),
        ("SELECT symbol, quantity FROM positions FOR UPDATE", "read-only"),
        ("SELECT symbol, quantity FROM positions; DELETE FROM positions", ""),
    ],
)
def test_what_does_not_fit_or_would_write_is_refused(url: str, query: str, said: str) -> None:
    with pytest.raises(LedgerUnreadable) as caught:
        ledger_of(url, options(query)).read()
    assert said in str(caught.value)
    assert len(ledger_of(url, options("SELECT symbol, quantity FROM positions")).read().rows) == 2


def test_a_query_that_takes_too_long_is_ended_by_the_server(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.ledgers.postgres_reading.STATEMENT_MILLISECONDS", 200)
    slow = "SELECT symbol, quantity FROM positions, pg_sleep(30)"
    with pytest.raises(LedgerUnreadable) as caught:
        ledger_of(url, options(slow)).read()
    assert (caught.value.trouble, caught.value.again) == (LedgerTrouble.LOCKED, True)


WRITER = """
import psycopg, sys, time
with psycopg.connect(sys.argv[1], autocommit=True, options="-c lock_timeout=1000") as bot:
    longest = 0
    for number in range(1, 201):
        began = time.monotonic()
        bot.execute("UPDATE positions SET quantity = %s", (number,))
        longest = max(longest, time.monotonic() - began)
    print(longest)
"""


def test_the_bot_writes_on_while_it_is_read_and_every_reading_is_whole(url: str) -> None:
    ledger = ledger_of(url, options("SELECT symbol, quantity FROM positions WHERE id > 0"))
    with subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout is not None
        while bot.poll() is None:
            rows = ledger.read().rows
            signed = {row.direction.sign * row.expected for row in rows}
            assert len(signed) == 1 or signed == {Decimal("0.123456789012345678"), Decimal(-2)}
        assert float(bot.stdout.read()) < 1
    assert bot.returncode == 0
    assert [row.expected for row in ledger.read().rows] == [Decimal(200), Decimal(200)]
