"""A bot's database of another exchange, of spot, or of several: refused or judged in part, never compared."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reconciler.ledgers import open_ledger
from reconciler.ledgers.exchange_family import same_exchange
from reconciler.ledgers.port import Ledger, LedgerOptions, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.written_for import Pairing, TradedOn, pairing
from tests.reconciler.ledgers.freqtrade_files import LIVE, StoppedClock, copied, url_of


@pytest.mark.parametrize(
    ("named", "venue", "same"),
    [
        ("binance", "binanceusdm", True),
        ("binance", "binancecoinm", True),
        ("Binance", "binanceusdm", True),
        ("binanceus", "binanceusdm", False),  # another company, though it begins alike
        ("bybit", "bybit", True),
        ("bybit", "bybiteu", False),
        ("gateio", "gate", True),
        ("huobi", "htx", True),
        ("kucoin", "kucoinfutures", True),
        ("kraken", "krakenfutures", True),
        ("okx", "okx", True),
        ("okx", "okxus", False),
        ("okx", "binanceusdm", False),
        ("bit", "bitget", False),
        ("", "bybit", False),
    ],
)
def test_names_of_one_company_are_one_exchange_and_no_others(named: str, venue: str, *, same: bool) -> None:
    assert same_exchange(named, venue) is same


def _place(exchange: str, market: str, newest: int, alive: int) -> TradedOn:
    return TradedOn(exchange, market, newest, alive)


HERE = ("binance", "futures")
OKX = ("okx", "futures")
SPOT = ("binance", "spot")


@pytest.mark.parametrize(
    ("places", "stranger", "left_out"),
    [
        ([], None, 0),
        ([(*HERE, 9, 3)], None, 0),
        ([(*HERE, 9, 0)], None, 0),
        ([(*OKX, 9, 1)], OKX, 0),
        ([(*OKX, 9, 0)], OKX, 0),  # flat today, and still no bot of this account
        ([(*SPOT, 9, 2)], SPOT, 0),
        ([("binance", "margin", 9, 2)], ("binance", "margin"), 0),
        ([(*HERE, 9, 1), (*OKX, 4, 0)], None, 0),  # moved here, nothing left behind
        ([(*HERE, 9, 1), (*OKX, 4, 2)], None, 1),
        ([(*HERE, 9, 1), (*SPOT, 4, 1), (*OKX, 3, 1)], None, 2),
        ([(*OKX, 9, 1), (*HERE, 4, 2)], None, 1),  # moved away: what it left here is still judged
        ([(*OKX, 9, 0), (*HERE, 4, 2)], None, 1),
        ([(*OKX, 9, 1), (*HERE, 4, 0)], OKX, 0),
    ],
)
def test_a_ledger_is_of_the_account_in_whole_in_part_or_not_at_all(
    places: list[tuple[str, str, int, int]], stranger: tuple[str, str] | None, left_out: int
) -> None:
    judged = pairing([_place(*place) for place in places], "binanceusdm")
    found = judged.stranger
    assert (None if found is None else (found.exchange, found.market)) == stranger
    assert len(judged.left_out) == left_out
    assert pairing([_place(*place) for place in reversed(places)], "binanceusdm") == judged


def test_nothing_is_said_of_a_ledger_that_says_nothing() -> None:
    assert pairing([], "okx") == Pairing()


def _ledger(folder: Path, *statements: str, venue: str = "binanceusdm") -> Ledger:
    path = copied(LIVE, folder)
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
    return open_ledger("mybot", "freqtrade", url_of(path), StoppedClock(), options=LedgerOptions(venue))


def test_the_bot_of_this_account_is_read(tmp_path: Path) -> None:
    reading = _ledger(tmp_path).read()
    assert len(reading.rows) == 13
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE trades SET exchange = 'okx'", "futures on okx"),
        ("UPDATE trades SET exchange = 'binanceus'", "futures on binanceus"),
        ("UPDATE trades SET trading_mode = 'SPOT'", "spot on binance"),
        ("UPDATE trades SET trading_mode = 'MARGIN'", "margin on binance"),
        ("UPDATE trades SET trading_mode = NULL, pair = 'BTC/USDT'", "spot on binance"),
        (
            "UPDATE trades SET exchange = 'okx', is_open = 0, close_date = '2020-01-01 00:00:00'",
            "futures on okx",  # closed years ago: none of its rows is told of, and it is still no bot of ours
        ),
    ],
)
def test_a_database_of_another_exchange_or_market_is_refused_with_both_names(
    tmp_path: Path, statement: str, words: str
) -> None:
    with pytest.raises(LedgerUnreadable) as caught:
        _ledger(tmp_path, statement).read()
    assert caught.value.trouble is LedgerTrouble.WRONG_ACCOUNT
    assert not caught.value.again
    assert words in str(caught.value)
    assert "binanceusdm" in str(caught.value)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE trades SET exchange = 'okx' WHERE id = 1", "1 live trade is futures on okx"),
        ("UPDATE trades SET trading_mode = 'SPOT' WHERE id IN (1, 2)", "2 live trades are spot on binance"),
    ],
)
def test_live_trades_of_another_market_are_left_out_and_told(
    tmp_path: Path, statement: str, words: str
) -> None:
    whole = {row.row_id for row in _ledger(tmp_path).read().rows}
    reading = _ledger(tmp_path, statement).read()
    gone = whole - {row.row_id for row in reading.rows}
    assert gone
    assert gone <= {"1", "2"}
    assert [line for line in reading.problems if words in line and line.startswith("ledger mybot: ")]
