"""What a newer market list says: new names, other names, other sizes, contracts that are gone."""

from decimal import Decimal
from typing import Any

import pytest

from tests.verification.venues.samples import LoadedExchange, listed, market_row
from verification.facts.errors import SourceMalformed
from verification.venues.reading.markets import Markets

AVL, NEW = "AVL/USDT:USDT", "NEW/USDT:USDT"


def exchange(*rows: dict[str, Any]) -> LoadedExchange:
    made = LoadedExchange()
    made.markets = {row["symbol"]: row for row in rows}
    return made


def test_an_id_that_is_learnt_has_its_name_from_then_on() -> None:
    markets = listed("AVLUSDT")
    assert markets.symbol_of("NEWUSDT") == "NEWUSDT"
    told = markets.fill(LoadedExchange("AVLUSDT", "NEWUSDT"))
    assert told == ("NEWUSDT is called NEW/USDT:USDT now",)
    assert markets.symbol_of("NEWUSDT") == markets.name_now("NEWUSDT") == NEW
    assert markets.unknown == set()
    assert markets.renamed == {"NEWUSDT": NEW}


def test_a_contract_with_another_symbol_takes_along_what_is_known_of_it() -> None:
    markets = listed("AVLUSDT", "BTCUSDT")
    markets.fill(exchange(market_row("BTCUSDT"), market_row("AVLUSDT") | {"symbol": "AVLX/USDT:USDT"}))
    assert markets.name_now(AVL) == "AVLX/USDT:USDT"
    assert markets.id_of(AVL) is None
    assert markets.id_of("AVLX/USDT:USDT") == "AVLUSDT"
    markets.fill(exchange(market_row("BTCUSDT"), market_row("AVLUSDT") | {"symbol": "AVLY/USDT:USDT"}))
    assert markets.name_now(AVL) == markets.name_now("AVLX/USDT:USDT") == "AVLY/USDT:USDT"


def test_a_name_that_is_used_again_means_what_is_called_so_now() -> None:
    markets = listed("AVLUSDT")
    other = market_row("AVL2USDT") | {"symbol": AVL}
    markets.fill(exchange(market_row("AVLUSDT") | {"symbol": "AVLX/USDT:USDT"}, other))
    assert markets.name_now(AVL) == AVL
    assert markets.id_of(AVL) == "AVL2USDT"


def test_one_list_without_a_contract_may_have_been_cut_and_a_second_delists_it() -> None:
    markets = listed("AVLUSDT", "BTCUSDT")
    assert markets.fill(LoadedExchange("BTCUSDT")) == ()
    assert markets.missing is True
    assert markets.id_of(AVL) == "AVLUSDT"
    assert AVL in markets.by_symbol
    assert markets.fill(LoadedExchange("BTCUSDT")) == ("AVL/USDT:USDT is not listed any more",)
    assert bool(markets.missing) is False
    assert markets.id_of(AVL) is None
    assert AVL not in markets.by_symbol
    # What is still held in it shows under the name that it had, and is nobody unknown.
    assert markets.symbol_of("AVLUSDT") == AVL
    assert markets.unknown == set()


def test_a_contract_that_was_missing_once_and_is_back_was_never_gone() -> None:
    markets = listed("AVLUSDT", "BTCUSDT")
    for ids in (("BTCUSDT",), ("AVLUSDT", "BTCUSDT"), ("BTCUSDT",)):
        assert markets.fill(LoadedExchange(*ids)) == ()
    assert markets.id_of(AVL) == "AVLUSDT"


def test_a_contract_of_another_size_is_told() -> None:
    markets = listed("AVLUSDT")
    told = markets.fill(exchange(market_row("AVLUSDT") | {"contractSize": Decimal(10)}))
    assert told == ("a contract of AVL/USDT:USDT is 10 now and was 1",)
    assert markets.by_symbol[AVL].contract_size == 10


@pytest.mark.parametrize(
    "rows", [[], [market_row("AVLUSDT") | {"contractSize": 0.1}], [market_row("X") | {"option": True}]]
)
def test_a_list_that_cannot_be_read_changes_nothing(rows: list[dict[str, Any]]) -> None:
    markets = listed("AVLUSDT", "BTCUSDT")
    markets.symbol_of("NEWUSDT")
    before = (dict(markets.by_symbol), dict(markets.renamed), set(markets.unknown), markets.missing)
    with pytest.raises(SourceMalformed):
        markets.fill(exchange(*rows))
    assert (dict(markets.by_symbol), dict(markets.renamed), set(markets.unknown), markets.missing) == before


def test_what_the_venue_refuses_by_name_is_not_listed_until_the_list_is_read_again() -> None:
    markets: Markets = listed("AVLUSDT")
    markets.refuse(AVL)
    assert markets.id_of(AVL) is None
    assert AVL not in markets.by_symbol
    markets.fill(LoadedExchange("AVLUSDT"))
    assert markets.id_of(AVL) == "AVLUSDT"
