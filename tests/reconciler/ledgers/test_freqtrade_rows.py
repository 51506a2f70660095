"""What the rows of a real freqtrade database mean, pair by pair."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.facts.expectation import Direction, Expectation, ExpectationState, StopPolicy
from reconciler.ledgers.freqtrade import FreqtradeLedger
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from tests.reconciler.ledgers.freqtrade_files import DRY_RUN, LIVE, RECORDED, StoppedClock, copied, url_of

# pair, direction, state, expected, low, high, entries, exits, stops, stop price
TABLE = """
BTC  long  open    0.024 0.024 0.024 1000001         -       1000006 58800.1
ETH  short open    0.5   0.5   0.5   1000002         -       1000007 3060
SOL  long  opening 0     0     9.9   1000003         -       -       147.01
XRP  long  opening 1199  1199  2999  1000004         -       -       0.4901
ADA  long  closed  0     0     0     1000005         1000009 -       0.3921
DOGE long  open    14998 14998 14998 1000010         -       -       0.09801
LINK short closing 100   0     100   1000011         1000013 1000012 15.3
AVAX long  open    101.6 101.6 101.6 1000014,1000016 -       1000018 29.401
BNB  long  open    2.99  2.99  2.99  1000017         1000020 1000019 588.01
DOT  long  open    125   125   125   1000022         -       1000024 5.881
TRX  long  closed  0     0     0     1000023         -       -       0.11761
SUI  long  open    749.9 749.9 749.9 1000028         -       1000029 1.9601
ATOM short open    187.5 187.5 187.5 1000031         -       1000032 8.16
"""


def _ids(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(","))


def _ledger(path: Path, stop_policy: StopPolicy | None = None) -> FreqtradeLedger:
    return FreqtradeLedger("mybot", url_of(path), clock=StoppedClock(), stop_policy=stop_policy)


def _row(path: Path, base: str) -> Expectation:
    return next(row for row in _ledger(path).read().rows if row.symbol == f"{base}/USDT:USDT")


def _changed(folder: Path, *statements: str, source: Path = LIVE) -> Path:
    path = copied(source, folder)
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_every_pair_means_what_the_bot_believes() -> None:
    rows = _ledger(LIVE).read().rows
    lines = [line.split() for line in TABLE.strip().splitlines()]
    assert [row.symbol for row in rows] == [f"{line[0]}/USDT:USDT" for line in lines]
    for number, (row, line) in enumerate(zip(rows, lines, strict=True), start=1):
        assert row.row_id == str(number)
        assert row.direction is Direction(line[1])
        assert row.state is ExpectationState(line[2])
        assert (row.expected, row.expected_low, row.expected_high) == tuple(map(Decimal, line[3:6])), line
        assert (row.entry_order_ids, row.exit_order_ids, row.stop_order_ids) == tuple(map(_ids, line[6:9]))
        assert row.stop_price == Decimal(line[9])
        assert (row.unit_size, row.stop_policy, row.ledger) == (Decimal(1), StopPolicy.VENUE, "mybot")


def test_an_entry_price_is_told_of_what_is_booked_and_not_of_what_was_only_asked_for() -> None:
    told = {row.symbol[:4].rstrip("/"): row.entry_price for row in _ledger(LIVE).read().rows}
    assert {base: told[base] for base in ("BTC", "SOL", "XRP", "ADA", "AVAX", "BNB")} == {
        "BTC": Decimal("60000.1"),
        "SOL": None,
        "XRP": None,
        "ADA": None,
        "AVAX": Decimal("29.492"),
        "BNB": Decimal("600.01"),
    }


def test_times_are_aware_utc_and_the_resting_entries_have_theirs() -> None:
    reading = _ledger(LIVE).read()
    resting = {row.symbol[:3]: row.entry_resting_since for row in reading.rows if row.entry_resting_since}
    assert resting == {
        "SOL": datetime(2026, 11, 22, 10, 38, 38, 873000, UTC),
        "XRP": datetime(2026, 11, 22, 10, 38, 39, 149000, UTC),
    }
    assert reading.last_activity == datetime(2026, 11, 22, 10, 39, 3, 220851, UTC)
    assert reading.read_at.utc == RECORDED
    assert reading.rows[0].opened_at == datetime(2026, 11, 22, 10, 38, 37, 912971, UTC)
    assert reading.warnings == ()


def test_a_stop_of_which_only_the_id_is_known_still_counts(tmp_path: Path) -> None:
    fresh = "UPDATE orders SET status=NULL, side=NULL, amount=NULL, filled=NULL, stop_price=NULL"
    row = _row(_changed(tmp_path, f"{fresh} WHERE order_id = '1000032'"), "ATOM")
    assert (row.stop_order_ids, row.stop_price, row.expected) == (
        ("1000032",),
        Decimal("8.16"),
        Decimal("187.5"),
    )


def test_a_dry_run_is_refused_with_its_order() -> None:
    with pytest.raises(LedgerUnreadable, match=r"dry run \(order dry_run_") as caught:
        _ledger(DRY_RUN).read()
    assert (caught.value.trouble, caught.value.again) == (LedgerTrouble.DRY_RUN, False)


def test_a_dry_run_that_holds_nothing_now_is_refused_too(tmp_path: Path) -> None:
    path = _changed(
        tmp_path, "UPDATE orders SET ft_is_open = 0", "UPDATE trades SET is_open = 0", source=DRY_RUN
    )
    with pytest.raises(LedgerUnreadable, match="dry run"):
        _ledger(path).read()


def test_orders_of_a_dry_run_long_before_the_live_ones_are_only_told(tmp_path: Path) -> None:
    path = _changed(tmp_path, "UPDATE orders SET order_id = 'dry_run_buy_old' WHERE order_id = '1000005'")
    reading = _ledger(path).read()
    assert len(reading.rows) == 13
    assert reading.warnings == ("it holds orders of an earlier dry run, which are ignored",)


def test_spot_trades_are_told_and_not_expected(tmp_path: Path) -> None:
    reading = _ledger(_changed(tmp_path, "UPDATE trades SET trading_mode = 'SPOT' WHERE id = 1")).read()
    assert len(reading.rows) == 12
    assert reading.warnings == ("1 live trades are spot on binance: not reconciled",)


def test_columns_that_older_versions_lack_are_defaulted(tmp_path: Path) -> None:
    gone = ("contract_size", "precision_mode", "amount_precision", "leverage", "record_version")
    path = _changed(tmp_path, *(f"ALTER TABLE trades DROP COLUMN {column}" for column in gone))
    assert _row(path, "BTC").expected == Decimal("0.024")


def test_every_order_is_told_with_what_of_it_is_in_the_amount() -> None:
    rows = {row.symbol.partition("/")[0]: row for row in _ledger(LIVE).read().rows}

    def told(base: str) -> list[tuple[str, str | None, str, str, bool]]:
        orders = rows[base].orders
        return [(one.role, one.order_id, f"{one.size}", f"{one.booked}", one.resting) for one in orders]

    assert told("SOL") == [("entry", "1000003", "9.9", "0.0", True)]
    assert told("XRP") == [("entry", "1000004", "2999.0", "1199.0", True)]
    assert told("LINK") == [
        ("entry", "1000011", "100.0", "100.0", False),
        ("stop", "1000012", "100.0", "0.0", True),
        ("exit", "1000013", "100.0", "0.0", True),
    ]
    assert [one.resting for one in rows["AVAX"].orders] == [False, False, False, True]
    assert all(one.sent_at is not None for row in rows.values() for one in row.orders)


def test_of_an_order_of_which_only_the_id_is_known_nothing_is_booked(tmp_path: Path) -> None:
    """Bybit's answer to a new order is its id: the size is what the bot asked for."""
    fresh = "UPDATE orders SET status=NULL, side=NULL, amount=NULL, filled=NULL, ft_amount=9.91"
    (order,) = _row(_changed(tmp_path, f"{fresh} WHERE order_id = '1000003'"), "SOL").orders
    assert (order.size, order.booked, order.resting) == (Decimal("9.91"), Decimal(0), True)


@pytest.mark.parametrize(
    ("precision", "mode", "size", "step"),
    [
        ("1", 4, "0.01", "0.01"),
        ("1", 4, "1000", "1000"),
        ("0.1", 4, "0.01", "0.001"),
        ("0.001", 4, "1", "0.001"),
        ("0.001", 4, "NULL", "0.001"),
        ("0.001", 4, "0", "0.001"),
        ("3", 2, "1", "0.001"),
        ("0", 2, "0.01", "0.01"),
        ("2", 3, "0.01", "0.001"),  # 0.024 is 2.4 contracts, of which two digits are sent
        ("NULL", 4, "0.01", "0.00000001"),
    ],
)
def test_what_amounts_are_truncated_to_is_counted_in_contracts(
    tmp_path: Path, precision: str, mode: int, size: str, step: str
) -> None:
    changed = f"UPDATE trades SET amount_precision={precision}, precision_mode={mode}, contract_size={size}"
    assert _row(_changed(tmp_path, f"{changed} WHERE id = 1"), "BTC").step == Decimal(step)


def test_a_missing_column_that_is_needed_is_named(tmp_path: Path) -> None:
    path = _changed(tmp_path, "ALTER TABLE orders DROP COLUMN filled")
    with pytest.raises(LedgerUnreadable, match="no column filled in `orders`") as caught:
        _ledger(path).read()
    assert caught.value.trouble is LedgerTrouble.SCHEMA


def test_trades_closed_long_ago_are_left_out(tmp_path: Path) -> None:
    path = _changed(tmp_path, "UPDATE trades SET close_date = '2026-11-20 10:00:00' WHERE id = 5")
    assert "ADA/USDT:USDT" not in {row.symbol for row in _ledger(path).read().rows}


def test_a_number_that_is_none_is_no_zero(tmp_path: Path) -> None:
    path = _changed(tmp_path, "UPDATE trades SET amount = 'many' WHERE id = 1")
    with pytest.raises(LedgerUnreadable, match=r"trade 1 \(BTC/USDT:USDT\)") as caught:
        _ledger(path).read()
    assert caught.value.trouble is LedgerTrouble.CORRUPT


def test_without_any_stop_order_ever_the_policy_is_unknown_until_a_trade_has_ended_without(
    tmp_path: Path,
) -> None:
    path = _changed(
        tmp_path,
        "DELETE FROM orders WHERE ft_order_side = 'stoploss'",
        "DELETE FROM trades WHERE NOT is_open",
    )
    assert _row(path, "BTC").stop_policy is StopPolicy.UNKNOWN
    (tmp_path / "other").mkdir()
    ended = _changed(tmp_path / "other", "DELETE FROM orders WHERE ft_order_side = 'stoploss'")
    assert _row(ended, "BTC").stop_policy is StopPolicy.SOFTWARE
    assert {row.stop_policy for row in _ledger(ended, stop_policy=StopPolicy.VENUE).read().rows} == {
        StopPolicy.VENUE
    }


def test_times_in_the_future_are_not_judged_by(tmp_path: Path) -> None:
    path = _changed(
        tmp_path, "UPDATE orders SET order_update_date = '2026-11-22 19:39:03.000000' WHERE id = 1"
    )
    with pytest.raises(LedgerUnreadable, match="9:00:00 h in the future"):
        _ledger(path).read()
