"""A row of a position list of which nothing but prices has moved says what it says when read anew."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verification.venues.bybit_samples import position_row
from tests.verification.venues.samples import listed, listed_position
from verification.facts.account import Position
from verification.facts.errors import SourceMalformed
from verification.venues.binance import lists
from verification.venues.binance.rows import position
from verification.venues.bybit import position_rows
from verification.venues.bybit import rows as of_bybit
from verification.venues.reading.markets import Markets
from verification.venues.reading.position_rows import PositionRows

BINANCE: dict[str, list[Any]] = {
    "symbol": ["AVLUSDT", "BTCUSDT", "NEWUSDT", ""],
    "positionSide": ["BOTH", "LONG", "SHORT", "UP"],
    "positionAmt": ["43", "-43", "0", "43.0", "", 43, True, "1e30", "nan"],
    "entryPrice": ["0.139", "0", "", "-1", None],
    "updateTime": [1_700_000_000_000, 0, 1, True, "1700000000000", None],
    "markPrice": ["0.14", "0.15", "0", "", "-1", 0.5, "1_0"],
    "notional": ["6.02", "-6.02", "", None, []],
    "liquidationPrice": ["0.05", "0", "", "x"],
}
BYBIT: dict[str, list[Any]] = {
    "symbol": ["AVLUSDT", "BTCUSDT", "NEWUSDT", ""],
    "positionIdx": [0, 1, 2, "0", 3, True, None],
    "side": ["Buy", "Sell", "", None],
    "size": ["43", "0", "43.0", "-1", "", 43, True, "nan"],
    "seq": [9_000_000_001, 9_000_000_002, -1, "7", 1.5, True, None],
    "avgPrice": ["0.139", "0", "", "-1", None],
    "updatedTime": ["1700000000000", "0", "", 1_700_000_000_000, "x", None],
    "tpslMode": ["Full", "Partial", "", None, 1],
    "stopLoss": ["0.12", "0", "", "x", None],
    "trailingStop": ["0.01", "0", "", None],
    "activePrice": ["0.15", "0", "", "x", None],
    "markPrice": ["0.14", "0.15", "0", "", "-1", 0.5, "1_0"],
    "positionValue": ["6.02", "-6.02", "", None, []],
    "liqPrice": ["0.05", "0", "", "x"],
}


@dataclass(frozen=True)
class Venue:
    """How one venue writes its list, and how a row of it is read."""

    row: Callable[..., dict[str, Any]]
    fields: dict[str, list[Any]]
    read: Callable[[dict[str, Any], str, Markets], Position]
    rows: Callable[[str, Markets], PositionRows]


VENUES = {
    "binance": Venue(listed_position, BINANCE, position, lists.position_rows),
    "bybit": Venue(position_row, BYBIT, of_bybit.position, position_rows.position_rows),
}


def changes(fields: dict[str, list[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Some fields of a row, each with one of its values."""
    return st.dictionaries(st.sampled_from(sorted(fields)), st.integers(0, 8), max_size=2).map(
        lambda drawn: {name: fields[name][at % len(fields[name])] for name, at in drawn.items()}
    )


def told(read: Any, row: dict[str, Any]) -> Position | str:
    """What is read of a row, or why it cannot be."""
    try:
        return read(row)  # type: ignore[no-any-return]
    except SourceMalformed as error:
        return str(error)


@pytest.mark.parametrize("venue", VENUES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_it_is_read_as_one_who_has_never_seen_it_reads_it(venue: str, data: st.DataObject) -> None:
    markets, afresh, its = listed(), listed(), VENUES[venue]
    rows = its.rows("main", markets)
    for change in data.draw(st.lists(changes(its.fields), min_size=2, max_size=8)):
        row = its.row(**change)
        assert told(rows.read, row) == told(lambda each: its.read(each, "main", afresh), row)
        assert markets.unknown == afresh.unknown


@pytest.mark.parametrize("its", VENUES.values(), ids=VENUES)
def test_prices_alone_are_read_of_a_row_that_is_known(its: Venue) -> None:
    rows = its.rows("main", listed())
    first = rows.read(its.row(markPrice="0.14"))
    second = rows.read(its.row(markPrice="0.15"))
    assert second.key is first.key
    assert second.quantity is first.quantity
    assert str(second.mark_price) == "0.15"


@pytest.mark.parametrize("its", VENUES.values(), ids=VENUES)
def test_a_row_that_says_the_same_again_is_the_very_position(its: Venue) -> None:
    rows = its.rows("main", listed())
    moved = its.row(markPrice="0.15")
    first = rows.read(its.row(markPrice="0.14"))
    assert rows.read(its.row(markPrice="0.14")) is first
    second = rows.read(moved)
    assert second is not first
    assert rows.read(dict(moved)) is second


def test_a_contract_that_is_listed_since_has_its_name_at_once() -> None:
    markets = listed("BTCUSDT")
    rows = lists.position_rows("main", markets)
    nameless = rows.read(listed_position(symbol="AVLUSDT"))
    assert not nameless.key.named
    assert markets.unknown == {"AVLUSDT"}
    markets.unknown.clear()
    rows.read(listed_position(symbol="AVLUSDT"))
    assert markets.unknown == {"AVLUSDT"}, "it is asked about each time"
    markets.refuse("BTC/USDT:USDT")
    assert rows.read(listed_position(symbol="BTCUSDT")) == position(
        listed_position(symbol="BTCUSDT"), "main", markets
    )
