"""A contract settled in its base is so much quote currency; one settled in a third has no known value."""

from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.words import numbers as words
from reconciler.facts.wording import amount, holding
from tests.reconciler.accounts import compared, leg, listed, market, merged, reading
from verification.facts.account import Market

INVERSE = "BTC/USD:BTC"
COINS = replace(market(INVERSE, size="100", step="1"), inverse=True)


def exposures(held: Market, quantity: str, mark: str | None, symbol: str) -> list[Decimal | None]:
    view = merged(reading([listed(quantity, key=leg(symbol), mark=mark)]))
    return [each.exposure for each in compared([], view, markets={symbol: held}).findings]


@pytest.mark.parametrize("mark", ["34100", "60000", None])
def test_an_orphan_of_two_hundred_contracts_of_a_hundred_dollars_is_worth_20000(mark: str | None) -> None:
    assert exposures(COINS, "200", mark, INVERSE) == [Decimal(20_000)]
    assert exposures(COINS, "-200", mark, INVERSE) == [Decimal(20_000)]


def test_the_same_in_linear_contracts_is_worth_its_coins() -> None:
    linear = market("BTC/USDT:USDT", size="0.01")
    assert exposures(linear, "200", "34100", "BTC/USDT:USDT") == [Decimal(68_200)]


def test_a_contract_settled_in_a_third_currency_is_worth_nobody_knows_what_and_no_dust() -> None:
    quanto = replace(market("ETH/USD:BTC", size="0.000001", step="1"), quanto=True)
    assert exposures(quanto, "200", "3000", "ETH/USD:BTC") == [None]


def test_words_count_inverse_contracts_in_quote_currency() -> None:
    assert amount(Decimal(200), INVERSE, Decimal(100)) == "200 contracts (20000 USD)"
    assert holding(Decimal(-5), "BTC/USD:BTC-261225", Decimal(10)) == "short 5 contracts (50 USD)"
    assert holding(Decimal(5), "BTC/USDT:USDT", Decimal("0.01")) == "long 5 contracts (0.05 BTC)"
    assert words.quantity(Decimal(200), Decimal(100), INVERSE) == "long 200 contracts (20,000 USD)"
    assert words.quantity(Decimal(5), Decimal("0.01"), "BTC/USDT:USDT") == "long 5 contracts (0.05 BTC)"


def test_a_venue_that_counts_coins_where_the_symbol_says_quote_is_told_in_contracts_alone() -> None:
    in_coins = market(INVERSE, size="1", step="0.001")
    view = merged(reading([listed("2", key=leg(INVERSE), mark="30000")]))
    (found,) = compared([], view, markets={INVERSE: in_coins}).findings
    assert found.exposure == Decimal(60_000)
    assert found.contract_size is None
