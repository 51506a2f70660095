"""The bot of the incident, on PostgreSQL: what its rows say, what they seem to say, and that it writes on."""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.facts.expectation import ExpectationState, StopPolicy
from reconciler.ledgers import open_ledger
from reconciler.ledgers.port import Ledger, LedgerOptions, LedgerTrouble, LedgerUnreadable
from verification.facts.clock import Moment

pytestmark = pytest.mark.postgres

_NUMBERS = itertools.count(1)
NOW = datetime(2025, 10, 28, 16, 30, tzinfo=UTC)

TABLES = """
CREATE SCHEMA monitoring;
CREATE TABLE monitoring.positions (
 id serial PRIMARY KEY, signal_id integer, symbol varchar(20) NOT NULL, exchange varchar(50) NOT NULL,
 side varchar(10) NOT NULL, quantity numeric(20, 8) NOT NULL, entry_price numeric(20, 8),
 stop_loss_price numeric(20, 8), status varchar(20) NOT NULL DEFAULT 'active', exit_reason text,
 opened_at timestamptz DEFAULT now(), closed_at timestamptz, updated_at timestamptz DEFAULT now(),
 has_stop_loss boolean DEFAULT false, exchange_order_id varchar(100));
CREATE TABLE monitoring.orders (
 id serial PRIMARY KEY, position_id varchar(100), order_id varchar(100), type varchar(50),
 status varchar(50));
CREATE TABLE monitoring.trailing_stop_state (position_id integer, symbol varchar(50),
 stop_order_id varchar(100));
INSERT INTO monitoring.positions (symbol, exchange, side, quantity, stop_loss_price, status, opened_at,
 updated_at, exchange_order_id) VALUES
 ('AVLUSDT', 'bybit', 'long', 43, NULL, 'rolled_back', '2025-10-28 13:19', '2025-10-28 13:19', 'a-1'),
 ('BTCUSDT', 'bybit', 'short', 0.024, 61000, 'active', '2025-10-28 12:00+02', '2025-10-28 16:29+00', 'a-2'),
 ('ETHUSDT', 'bybit', 'long', 0.5, NULL, 'active', '2025-10-28 16:00+00', '2025-10-28 16:00+00', 'a-3'),
 ('SOLUSDT', 'bybit', 'long', 10, NULL, 'pending_entry', '2025-10-28 16:00+00', '2025-10-28 16:00+00', NULL),
 ('XRPUSDT', 'bybit', 'long', 100, 2, 'active', '2025-10-20 16:00+00', '2025-10-20 16:00+00',
  'MANUAL_BYBIT_XRPUSDT_1'),
 ('LTCUSDT', 'bybit', 'long', 7, 60, 'phantom', '2025-10-28 10:00+00', '2025-10-28 15:00+00', 'a-6'),
 ('OLDUSDT', 'bybit', 'long', 7, 60, 'closed', '2025-10-01 10:00+00', '2025-10-02 15:00+00', 'a-7'),
 ('BNBUSDT', 'binance', 'long', 3, 600, 'active', '2025-10-28 10:00+00', '2025-10-28 15:00+00', 'b-1');
INSERT INTO monitoring.orders (position_id, order_id, type, status) VALUES
 ('2', 's-1', 'STOP_MARKET', 'NEW'), ('2', 's-2', 'stop_market', 'NEW'),
 ('2', 's-3', 'STOP_MARKET', 'FILLED'),
 ('3', 'l-1', 'LIMIT', 'NEW');
INSERT INTO monitoring.trailing_stop_state VALUES (5, 'XRPUSDT', 't-1'), (2, 'OTHERUSDT', 't-2');
"""


class StoppedClock:
    def now(self) -> Moment:
        return Moment.at(NOW, 0.0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("a ledger never waits on the clock")


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """The url of the bot's database."""
    server = sa.make_url(postgres_url).set(drivername="postgresql")
    name = f"trueup_atomic_{next(_NUMBERS)}"
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        admin.execute(f"CREATE DATABASE {name}".encode())
        admin.execute(f"ALTER DATABASE {name} SET timezone TO 'UTC'".encode())
        made = server.set(database=name).render_as_string(hide_password=False)
        with psycopg.connect(made) as bot:
            bot.execute(TABLES)
        yield made
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def ledger_of(url: str, venue: str = "bybit", **also: tuple[str, ...]) -> Ledger:
    options = LedgerOptions(venue, **also)  # type: ignore[arg-type]
    return open_ledger("mybot", "atomic_bot", url, StoppedClock(), options=options)


def tell(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as bot:
        bot.execute(statement.encode())


def test_its_rows_are_read_for_what_they_mean(url: str) -> None:
    rows = ledger_of(url, elsewhere=("binanceusdm",)).read().rows
    assert [(row.symbol, row.state.value, f"{row.expected:f}", f"{row.expected_high:f}") for row in rows] == [
        ("AVLUSDT", "failed", "0", "0"),
        ("BTCUSDT", "open", "0.02400000", "0.02400000"),
        ("ETHUSDT", "opening", "0.50000000", "0.50000000"),
        ("SOLUSDT", "opening", "0", "10.00000000"),
        ("XRPUSDT", "open", "100.00000000", "100.00000000"),
        ("LTCUSDT", "closed", "0", "0"),
    ]
    assert all(row.unit_size is None and row.stop_policy is StopPolicy.VENUE for row in rows)
    btc = rows[1]
    assert (btc.direction.value, btc.stop_price, btc.stop_order_ids) == ("short", Decimal(61000), ("s-2",))
    assert btc.opened_at == datetime(2025, 10, 28, 10, tzinfo=UTC)


def test_what_was_rolled_back_is_watched_by_its_order(url: str) -> None:
    [avl] = [row for row in ledger_of(url, elsewhere=("binance",)).read().rows if row.symbol == "AVLUSDT"]
    assert (avl.state, avl.entry_order_ids) == (ExpectationState.FAILED, ("a-1",))


def test_a_position_that_the_bot_took_over_is_told_and_its_id_is_no_order(url: str) -> None:
    reading = ledger_of(url, elsewhere=("binance",)).read()
    [xrp] = [row for row in reading.rows if row.symbol == "XRPUSDT"]
    assert (xrp.entry_order_ids, xrp.stop_order_ids) == ((), ("t-1",))
    [warning] = reading.warnings
    assert warning.startswith("position 5 (XRPUSDT) was found at the exchange and taken over by the bot")


def test_positions_of_another_exchange_are_told_unless_another_account_reads_them(url: str) -> None:
    [line] = ledger_of(url).read().left_out
    assert line.startswith("it has live positions on binance (1), which is not of this account")
    [bnb] = ledger_of(url, "binanceusdm", elsewhere=("bybit",)).read().rows
    assert bnb.symbol == "BNBUSDT"
    with pytest.raises(LedgerUnreadable, match="is of a bot that trades on binance, bybit") as caught:
        ledger_of(url, "okx").read()
    assert caught.value.trouble is LedgerTrouble.WRONG_ACCOUNT


def test_it_is_read_without_the_tables_of_stops(url: str) -> None:
    tell(url, "DROP TABLE monitoring.trailing_stop_state; DROP TABLE monitoring.orders")
    assert [row.stop_order_ids for row in ledger_of(url).read().rows] == [()] * 6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("status = 'half_open'", "position 2 (BTCUSDT) holds what cannot be read: `status` is 'half_open'"),
        ("quantity = -1", "`quantity` is -1.00000000: it is unsigned"),
        ("quantity = 'NaN'", "`quantity`: 'NaN' is no number that a position could have"),
        ("side = 'unknown'", "`side` is 'unknown', and has to be long or short"),
        ("updated_at = '2020-01-01', status = 'new_word'", "is this a newer version of the bot?"),
    ],
)
def test_a_row_that_cannot_be_read_fails_the_whole_reading(url: str, change: str, said: str) -> None:
    tell(url, f"UPDATE monitoring.positions SET {change} WHERE id = 2")
    with pytest.raises(LedgerUnreadable) as caught:
        ledger_of(url).read()
    assert said in str(caught.value)


def test_what_is_missing_or_forbidden_is_told_with_its_remedy(url: str) -> None:
    name, reader = sa.make_url(url).database, f"reader_{next(_NUMBERS)}"
    tell(url, f"CREATE ROLE {reader} LOGIN PASSWORD 'reads'")
    address = sa.make_url(url).set(username=reader, password="reads").render_as_string(hide_password=False)
    with pytest.raises(LedgerUnreadable, match="GRANT SELECT") as caught:
        ledger_of(address).read()
    assert caught.value.trouble is LedgerTrouble.PERMISSION
    tell(url, f"GRANT USAGE ON SCHEMA monitoring TO {reader}")
    tell(url, f"GRANT SELECT ON ALL TABLES IN SCHEMA monitoring TO {reader}")
    assert len(ledger_of(address).read().rows) == 6
    tell(url, f"DROP OWNED BY {reader}; DROP ROLE {reader}")
    tell(url, "ALTER TABLE monitoring.positions DROP COLUMN status")
    with pytest.raises(LedgerUnreadable, match=r"has no column status in `monitoring\.positions`") as caught:
        ledger_of(url).read()
    assert caught.value.trouble is LedgerTrouble.SCHEMA
    assert str(name) in str(caught.value)


WRITER = """
import psycopg, sys, time
with psycopg.connect(sys.argv[1], autocommit=True, options="-c lock_timeout=1000") as bot:
    longest = 0
    for number in range(1, 201):
        began = time.monotonic()
        bot.execute("UPDATE monitoring.positions SET quantity = %s WHERE id IN (2, 3)", (number,))
        longest = max(longest, time.monotonic() - began)
    print(longest)
"""


def test_the_bot_writes_on_while_it_is_read_and_every_reading_is_whole(url: str) -> None:
    ledger = ledger_of(url)
    with subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout is not None
        while bot.poll() is None:
            held = {row.symbol: row.expected for row in ledger.read().rows}
            assert held["BTCUSDT"] == held["ETHUSDT"] or held["BTCUSDT"] == Decimal("0.024")
        assert float(bot.stdout.read()) < 1
    assert bot.returncode == 0
    assert {row.symbol: row.expected for row in ledger.read().rows}["BTCUSDT"] == Decimal(200)
