"""A row of Binance's position list of which nothing but prices has moved says what it says when read anew."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verification.venues.samples import listed, listed_position
from verification.facts.account import Position
from verification.facts.errors import SourceMalformed
from verification.venues.binance.position_rows import PositionRows
from verification.venues.binance.rows import position

FIELDS: dict[str, list[Any]] = {
    "symbol": ["AVLUSDT", "BTCUSDT", "NEWUSDT", ""],
    "positionSide": ["BOTH", "LONG", "SHORT", "UP"],
    "positionAmt": ["43", "-43", "0", "43.0", "", 43, True, "1e30", "nan"],
    "entryPrice": ["0.139", "0", "", "-1", None],
    "updateTime": [1_700_000_000_000, 0, 1, True, "1700000000000", None],
    "markPrice": ["0.14", "0.15", "0", "", "-1", 0.5, "1_0"],
    "notional": ["6.02", "-6.02", "", None, []],
    "liquidationPrice": ["0.05", "0", "", "x"],
}
changes = st.dictionaries(st.sampled_from(sorted(FIELDS)), st.integers(0, 8), max_size=2).map(
    lambda drawn: {name: FIELDS[name][at % len(FIELDS[name])] for name, at in drawn.items()}
)


def told(read: Any, row: dict[str, Any]) -> Position | str:
    """What is read of a row, or why it cannot be."""
    try:
        return read(row)  # type: ignore[no-any-return]
    except SourceMalformed as error:
        return str(error)


@settings(max_examples=150, deadline=None)
@given(st.lists(changes, min_size=2, max_size=8))
def test_it_is_read_as_one_who_has_never_seen_it_reads_it(story: list[dict[str, Any]]) -> None:
    markets, afresh = listed(), listed()
    rows = PositionRows("main", markets)
    for change in story:
        row = listed_position(**change)
        assert told(rows.read, row) == told(lambda each: position(each, "main", afresh), row)
        assert markets.unknown == afresh.unknown


def test_prices_alone_are_read_of_a_row_that_is_known() -> None:
    rows = PositionRows("main", listed())
    first = rows.read(listed_position(markPrice="0.14"))
    second = rows.read(listed_position(markPrice="0.15"))
    assert second.key is first.key
    assert second.quantity is first.quantity
    assert str(second.mark_price) == "0.15"


def test_a_row_that_says_the_same_again_is_the_very_position() -> None:
    rows = PositionRows("main", listed())
    moved = listed_position(markPrice="0.15")
    first = rows.read(listed_position(markPrice="0.14"))
    assert rows.read(listed_position(markPrice="0.14")) is first
    second = rows.read(moved)
    assert second is not first
    assert rows.read(dict(moved)) is second


def test_a_contract_that_is_listed_since_has_its_name_at_once() -> None:
    markets = listed("BTCUSDT")
    rows = PositionRows("main", markets)
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
