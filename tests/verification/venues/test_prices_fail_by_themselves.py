"""Two requests tell the prices of Binance: where one of them fails, what the other told is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from tests.verification.venues.wireless import Wireless, bodies_of
from verification.facts.errors import SourceError
from verification.facts.prices import Prices

AVL = "AVL/USDT:USDT"
MARKS, LASTS = "GET /fapi/v1/premiumIndex", "GET /fapi/v2/ticker/price"
ANSWERS = {
    MARKS: {"symbol": "AVLUSDT", "markPrice": "0.2", "indexPrice": "0.21", "time": 1_700_000_000_000},
    LASTS: {"symbol": "AVLUSDT", "price": "0.22", "time": 1_700_000_000_000},
}
REFUSED = {"code": -1130, "msg": "the data sent is not valid"}
GARBAGE = {"symbol": "AVLUSDT"}
TWICE = '{"symbol": "AVLUSDT", "price": "0.22", "price": "0.1"}'


@asynccontextmanager
async def _account(**broken: object) -> AsyncIterator[Wireless]:
    account = await Wireless("binanceusdm", bodies_of("binanceusdm") | ANSWERS | broken).connected()
    try:
        yield account
    finally:
        await account.close()


async def test_both_are_told_together() -> None:
    async with _account() as account:
        told = await account.venue.read_prices(frozenset({AVL}))
    assert told == {AVL: Prices(Decimal("0.2"), Decimal("0.22"), Decimal("0.21"))}


async def test_without_the_marks_the_last_price_is_told() -> None:
    async with _account(**{MARKS: REFUSED}) as account:
        told = await account.venue.read_prices(frozenset({AVL}))
    assert told == {AVL: Prices(last=Decimal("0.22"))}


@pytest.mark.parametrize(
    "answer", [REFUSED, GARBAGE, TWICE], ids=["refused", "no price in it", "two prices in it"]
)
async def test_without_the_last_prices_the_marks_are_told(answer: object) -> None:
    async with _account(**{LASTS: answer}) as account:
        told = await account.venue.read_prices(frozenset({AVL}))
    assert told == {AVL: Prices(mark=Decimal("0.2"), index=Decimal("0.21"))}


async def test_where_both_fail_nothing_is_told() -> None:
    async with _account(**{MARKS: REFUSED, LASTS: REFUSED}) as account:
        with pytest.raises(SourceError):
            await account.venue.read_prices(frozenset({AVL}))
