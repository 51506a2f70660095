"""A database that hummingbot itself wrote: every position of it, as the account holds it."""

from decimal import Decimal

import pytest

from reconciler.facts.expectation import Direction, ExpectationState, OrderRole, StopPolicy
from reconciler.ledgers.port import LedgerOptions, LedgerTrouble, LedgerUnreadable
from tests.reconciler.ledgers.hummingbot.bot_file import RECORDED_FILE, ledger_of

HELD = {
    "BNB-USDT": ("long", "open", "3", "3", "3"),
    "BTC-USDT": ("long", "open", "0.024", "0.024", "0.024"),
    "DOGE-USDT": ("long", "open", "500", "500", "500"),
    "DOT-USDT": ("long", "open", "125", "125", "125"),
    "ETH-USDT": ("short", "open", "0.5", "0.5", "0.5"),
    "LINK-USDT": ("short", "open", "100", "0", "100"),
    "SOL-USDT": ("long", "opening", "0", "0", "10"),
    "XRP-USDT": ("long", "open", "1200", "1200", "3000"),
}
"""What was done to each: bought, bought in part and cancelled, sold in part, resting, resting in part. LTC
was cancelled untouched, TRX refused, and ADA bought and sold again."""


def test_every_position_is_read_as_it_is() -> None:
    reading = ledger_of(RECORDED_FILE).read()
    alive = [row for row in reading.rows if row.state is not ExpectationState.CLOSED]
    assert {
        row.symbol: (
            row.direction.value,
            row.state.value,
            *(f"{each.normalize():f}" for each in (row.expected, row.expected_low, row.expected_high)),
        )
        for row in alive
    } == HELD
    assert all(row.unit_size == Decimal(1) and row.stop_policy is StopPolicy.SOFTWARE for row in alive)
    assert [row.symbol for row in reading.rows if row not in alive] == ["ADA-USDT"]


def test_orders_are_known_by_the_venues_id_and_by_the_bots_own() -> None:
    rows = {row.symbol: row for row in ledger_of(RECORDED_FILE).read().rows}
    [entry] = rows["XRP-USDT"].orders
    assert (entry.role, entry.order_id, entry.client_order_id) == (
        OrderRole.ENTRY,
        "8800000004",
        "x-nbQe1H39BXPUT660db0753a61a4659",
    )
    assert (entry.size, entry.booked, entry.resting) == (Decimal(3000), Decimal(1200), True)
    assert rows["LINK-USDT"].direction is Direction.SHORT
    assert [(each.role.value, each.resting) for each in rows["LINK-USDT"].orders] == [
        ("entry", False),
        ("exit", True),
    ]
    assert rows["BNB-USDT"].entry_order_ids == ("8800000007",)
    assert rows["BNB-USDT"].exit_order_ids == ("8800000008",)


def test_what_another_exchange_holds_is_told_unless_another_account_reads_it() -> None:
    told = ledger_of(RECORDED_FILE).read().left_out
    assert [line.partition(",")[0] for line in told] == ["it holds futures on bybit (bybit_perpetual)"]
    both = LedgerOptions("binanceusdm", elsewhere=("bybit",))
    assert ledger_of(RECORDED_FILE, both).read().left_out == ()
    rows = ledger_of(RECORDED_FILE, LedgerOptions("bybit", elsewhere=("binanceusdm",))).read().rows
    assert {row.symbol: str(row.expected) for row in rows} == {
        "1000PEPE-USDT": "1234.567800",
        "BTC-USDT": "0.000012",
    }


def test_a_ledger_of_another_exchange_is_refused() -> None:
    said = "is of a bot that trades futures on bybit .*on okx: name"
    with pytest.raises(LedgerUnreadable, match=said) as caught:
        ledger_of(RECORDED_FILE, LedgerOptions("okx")).read()
    assert caught.value.trouble is LedgerTrouble.WRONG_ACCOUNT
