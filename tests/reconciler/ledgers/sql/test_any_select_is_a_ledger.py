"""A SELECT that returns the neutral columns is a ledger: exact, whole, or refused with what to write."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reconciler.facts.expectation import Direction, ExpectationState, StopPolicy
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from tests.reconciler.ledgers.sql.own_bot import OPTIONS, ledger_of, made, row


def refused(path: Path, options: LedgerOptions = OPTIONS) -> LedgerUnreadable:
    with pytest.raises(LedgerUnreadable) as caught:
        ledger_of(path, options).read()
    assert "\n" not in str(caught.value)
    return caught.value


def test_every_column_is_read(tmp_path: Path) -> None:
    path = made(tmp_path / "bot.db", row(7, way="SHORT", size="0.30", entry="11, 12", stop="13"))
    reading = ledger_of(path).read()
    [one] = reading.rows
    assert (one.row_id, one.symbol, one.direction) == ("7", "BTCUSDT", Direction.SHORT)
    assert (one.expected, one.expected_low, one.expected_high) == (Decimal("0.30"),) * 3
    assert one.unit_size == Decimal(1)
    assert (one.state, one.stop_policy) == (ExpectationState.OPEN, StopPolicy.VENUE)
    assert (one.entry_order_ids, one.stop_order_ids) == (("11", "12"), ("13",))
    assert one.opened_at == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert reading.last_activity == one.updated_at == datetime(2026, 11, 22, 11, tzinfo=UTC)
    assert reading.own_names


def test_an_entry_price_is_told_of_what_is_held(tmp_path: Path) -> None:
    held = "SELECT 'BTCUSDT' AS symbol, 0.5 AS quantity, '61000.50' AS entry_price, 1 AS id"
    flat = "SELECT 'ETHUSDT', 0, '2900', 2"
    path = made(tmp_path / "bot.db", row(7))
    told = ledger_of(path, query=f"{held} UNION ALL {flat}").read().rows
    assert [each.entry_price for each in told] == [Decimal("61000.50"), None]


def test_contracts_are_told_from_base_currency(tmp_path: Path) -> None:
    path = made(tmp_path / "bot.db", row(7))
    assert ledger_of(path, contracts=True).read().rows[0].unit_size is None


@pytest.mark.parametrize(
    ("state", "bounds"),
    [
        ("opening", ("0", "0", "5")),
        ("open", ("5", "5", "5")),
        ("closing", ("5", "0", "5")),
        ("failed", ("0",) * 3),
    ],
)
def test_what_a_state_allows(tmp_path: Path, state: str, bounds: tuple[str, ...]) -> None:
    [one] = ledger_of(made(tmp_path / "bot.db", row(1, size="5", status=state))).read().rows
    assert (one.expected, one.expected_low, one.expected_high) == tuple(Decimal(each) for each in bounds)


def test_a_row_may_say_itself_what_its_orders_allow(tmp_path: Path) -> None:
    path = made(tmp_path / "bot.db", row(1, size="5", status="opening"))
    query = "SELECT pair AS symbol, 2 AS quantity, 1 AS quantity_low, size AS quantity_high FROM positions"
    [one] = ledger_of(path, query=query).read().rows
    assert (one.expected, one.expected_low, one.expected_high) == (Decimal(2), Decimal(1), Decimal(5))


def test_a_signed_quantity_needs_no_side_and_a_flat_one_is_closed(tmp_path: Path) -> None:
    path = made(
        tmp_path / "bot.db", row(1, size="-3"), row(2, size="0", pair="ETHUSDT"), row(3, pair="XRPUSDT")
    )
    rows = ledger_of(path, query="SELECT pair AS symbol, size AS quantity FROM positions").read().rows
    assert [(one.row_id, one.direction.value, one.state.value) for one in rows] == [
        ("BTCUSDT short", "short", "open"),
        ("ETHUSDT long", "long", "closed"),
        ("XRPUSDT long", "long", "open"),
    ]


@pytest.mark.parametrize(
    ("stored", "exact"),
    [
        ("0.1", "0.1"),
        (0.1, "0.1"),
        (3, "3"),
        (1e-7, "1E-7"),
        (" 0.1000000000000000001 ", "0.1000000000000000001"),
    ],
)
def test_quantities_are_exact_whatever_type_holds_them(tmp_path: Path, stored: object, exact: str) -> None:
    table = "CREATE TABLE positions (id, pair, way, size, status, opened, touched, entry, stop, venue)"
    path = made(tmp_path / "bot.db", row(1, size=stored), table=table)
    assert str(ledger_of(path).read().rows[0].expected) == exact


@pytest.mark.parametrize(
    "stored",
    [
        "2026-11-22 10:00:00",
        "2026-11-22T12:00:00+02:00",
        "2026-11-22T10:00:00Z",
        1795341600,
        "1795341600.0",
        1795341600000,
        1795341600000000,
        1795341600000000000,
    ],
)
def test_times_are_read_in_all_their_forms(tmp_path: Path, stored: object) -> None:
    table = "CREATE TABLE positions (id, pair, way, size, status, opened, touched, entry, stop, venue)"
    path = made(tmp_path / "bot.db", row(1, opened=stored), table=table)
    assert ledger_of(path).read().rows[0].opened_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_times_without_a_zone_are_of_the_zone_that_is_set(tmp_path: Path) -> None:
    path = made(tmp_path / "bot.db", row(1))
    tokyo = ledger_of(path, timezone=ZoneInfo("Asia/Tokyo")).read().rows[0].opened_at
    assert tokyo == datetime(2026, 11, 22, 1, tzinfo=UTC)
    ahead = refused(
        path,
        LedgerOptions(
            "binanceusdm", query=OPTIONS.query, states=OPTIONS.states, timezone=ZoneInfo("America/New_York")
        ),
    )
    assert ahead.trouble is LedgerTrouble.SETTINGS
    assert "was last written 4:00:00 h in the future" in str(ahead)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": "much"}, "row 7 (BTCUSDT): `quantity`: 'much' is no number"),
        ({"size": None}, "`quantity`: None is no number"),
        ({"size": "nan"}, "`quantity`: 'nan' is no number that a position could have"),
        ({"size": "1e999999"}, "`quantity`: '1e999999' is no number that a position could have"),
        ({"size": "-1"}, "`quantity` is -1 and `side` is long: one of the two is wrong"),
        ({"way": "up"}, "`side` is 'up', and has to be one of long, buy, short, sell"),
        (
            {"status": "pending_sl"},
            "`state` is 'pending_sl', which is not known: write states = { \"pending_sl\" =",
        ),
        ({"status": None}, "`state` is '', which is not known"),
        ({"opened": "monday"}, "`opened_at`: 'monday' is no time"),
        ({"pair": " "}, "`symbol` is empty"),
    ],
)
def test_a_row_that_cannot_be_read_fails_the_whole_reading(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    path = made(tmp_path / "bot.db", row(1), row(7, **change))
    error = refused(path)
    assert said in str(error)
    assert error.trouble is LedgerTrouble.CORRUPT


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "SELECT pair AS symbol FROM positions",
            "`query` has no column `quantity` (what the bot believes it holds",
        ),
        (
            "SELECT size AS quantity FROM positions",
            "`query` has no column `symbol` (the symbol, as ccxt or the",
        ),
        (
            "SELECT pair AS symbol, size AS quantity, stop AS stop_order_id FROM positions",
            "`query` has a column `stop_order_id` that means nothing here: did you mean `stop_order_ids`?",
        ),
        (
            "SELECT pair AS symbol, size AS quantity, 1 AS zzz FROM positions",
            "that means nothing here: leave it out; known are symbol, quantity, side, state, id,",
        ),
        (
            "SELECT pair AS symbol, pair AS symbol, size AS quantity FROM positions",
            "column `symbol` 2 times: keep one",
        ),
        (
            "SELECT pair AS symbol, amount AS quantity FROM positions",
            "no such column: amount): check the ledger's",
        ),
        ("SELECT pair AS symbol, size AS quantity FROM trades", "no such table: trades"),
        (
            "SELECT pair AS symbol, size AS quantity FROM positions",
            "`query` returns BTCUSDT long twice: add a column",
        ),
    ],
)
def test_a_select_that_does_not_fit_is_told_column_by_column(tmp_path: Path, query: str, said: str) -> None:
    path = made(tmp_path / "bot.db", row(1), row(2))
    error = refused(path, LedgerOptions("binanceusdm", query=query))
    assert said in str(error)
    assert error.trouble is LedgerTrouble.SCHEMA


def test_columns_are_checked_before_there_is_any_row(tmp_path: Path) -> None:
    error = refused(
        made(tmp_path / "bot.db"), LedgerOptions("binanceusdm", query="SELECT pair FROM positions")
    )
    assert "has no column `symbol`" in str(error)
    assert "has no column `quantity`" in str(error)


def test_a_query_that_writes_writes_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "bot.db", row(1))
    for query in ("WITH x AS (SELECT 1) DELETE FROM positions", "DELETE FROM positions RETURNING pair"):
        refused(path, LedgerOptions("binanceusdm", query=query))
    assert len(ledger_of(path).read().rows) == 1


def test_a_query_without_an_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.ledgers.sqlite_reading.HELD_SECONDS", -1.0)
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS symbol, i AS quantity FROM n WHERE i < 0"
    )
    error = refused(made(tmp_path / "bot.db"), LedgerOptions("binanceusdm", query=endless))
    assert error.trouble is LedgerTrouble.LOCKED


def test_all_of_the_past_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.ledgers.sql.ledger.MOST_ROWS", 3)
    path = made(tmp_path / "bot.db", *(row(number) for number in range(1, 5)))
    assert "`query` returns more than 3 rows: leave out what has ended" in str(refused(path))


def test_rows_of_other_exchanges_are_told_unless_another_account_reads_them(tmp_path: Path) -> None:
    path = made(tmp_path / "bot.db", row(1), row(2, venue="bybit"), row(3, venue=None))
    reading = ledger_of(path).read()
    assert [one.row_id for one in reading.rows] == ["1", "3"]
    assert reading.left_out[0].startswith("it has rows of bybit, which is not this account's exchange")
    assert ledger_of(path, elsewhere=("bybit",)).read().left_out == ()
    other = made(tmp_path / "other.db", row(2, venue="bybit"))
    assert refused(other).trouble is LedgerTrouble.WRONG_ACCOUNT


FILLS = "CREATE TABLE positions (at TEXT, pair TEXT, side TEXT, amount TEXT)"
SUM = (
    "SELECT pair AS symbol, SUM(CASE side WHEN 'buy' THEN amount ELSE -amount END) AS quantity,"
    " MAX(at) AS updated_at FROM positions WHERE at >= :since GROUP BY pair"
)


def test_fills_are_summed_from_a_time_on_over_what_was_held_before(tmp_path: Path) -> None:
    path = made(
        tmp_path / "bot.db",
        ("2026-10-31 23:59:59", "BTC/USDT", "buy", "9"),
        ("2026-11-01 00:00:00", "BTC/USDT", "sell", "2"),
        ("2026-11-02 00:00:00", "BTC/USDT", "sell", "1"),
        ("2026-11-02 00:00:00", "ETH/USDT", "buy", "4"),
        table=FILLS,
    )
    options = LedgerOptions(
        "binanceusdm",
        query=SUM,
        since=datetime(2026, 11, 1, tzinfo=UTC),
        baseline={"BTC/USDT": (Decimal(5),), "SOL/USDT": (Decimal(-6),)},
    )
    held = {one.symbol: one.direction.sign * one.expected for one in ledger_of(path, options).read().rows}
    assert held == {"BTC/USDT": 2, "ETH/USDT": 4, "SOL/USDT": -6}
    later = ledger_of(path, options, since=datetime(2026, 11, 1, 0, 0, 1, tzinfo=UTC)).read().rows
    assert later[0].expected == Decimal(4)
    zone = timedelta(hours=9)
    tokyo = ledger_of(
        path, options, since=options.since and options.since - zone, timezone=ZoneInfo("Asia/Tokyo")
    )
    assert tokyo.read().rows[0].expected == Decimal(2)


def test_what_was_held_before_stands_beside_positions_that_have_states(tmp_path: Path) -> None:
    path = made(tmp_path / "bot.db", row(1, status="done"))
    rows = ledger_of(path, baseline={"BTCUSDT": (Decimal(2), Decimal(-1))}).read().rows
    assert [(one.row_id, one.state.value, one.expected) for one in rows] == [
        ("1", "closed", Decimal(0)),
        ("baseline BTCUSDT long", "open", Decimal(2)),
        ("baseline BTCUSDT short", "open", Decimal(1)),
    ]
