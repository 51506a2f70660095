"""Bots name symbols their own way: each is found in the venue's list, or left, and none is made up."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.account.ledger_reader import LedgerReader
from reconciler.facts.expectation import Direction, Expectation, ExpectationState, LedgerReading
from reconciler.ledgers.naming import MarketNames, named
from reconciler.ledgers.port import LedgerUnreadable
from tests.reconciler.ledgers.freqtrade_files import StoppedClock
from verification.facts.account import Market
from verification.facts.clock import Moment

ONE = Decimal(1)


def market(
    symbol: str, market_id: str, *, lot: str = "0.001", size: str = "1", inverse: bool = False
) -> Market:
    return Market(symbol, market_id, Decimal(size), Decimal(lot), ONE, active=True, inverse=inverse)


MARKETS = {
    each.symbol: each
    for each in (
        market("BTC/USDT:USDT", "BTCUSDT"),
        market("BTC/USDT:USDT-261225", "BTCUSDT_261225"),
        market("BTC/USD:BTC", "BTCUSD_PERP", inverse=True),
        market("ETH/USDC:USDC", "ETH"),
        market("1000PEPE/USDT:USDT", "1000PEPEUSDT"),
        market("XRP/USDT:USDT", "XRP-SWAP"),
        market("XRP/USDC:USDC", "XRP-SWAP"),
    )
}


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("BTC-USDT", "BTC/USDT:USDT"),
        ("BTC/USDT", "BTC/USDT:USDT"),
        ("BTCUSDT", "BTC/USDT:USDT"),
        ("BTCUSDT_261225", "BTC/USDT:USDT-261225"),
        ("1000PEPE-USDT", "1000PEPE/USDT:USDT"),
        ("ETH-USD", "ETH/USDC:USDC"),
        ("ETH", "ETH/USDC:USDC"),
        ("ETH-USDT", None),
        ("XRP-SWAP", None),
        ("XRP-USD", None),
        ("BTCUSD", None),
        ("", None),
    ],
)
def test_a_name_means_one_market_or_none(name: str, symbol: str | None) -> None:
    assert MarketNames(MARKETS).symbol(name) == symbol


def reading(symbol: str, **also: object) -> LedgerReading:
    row = Expectation(
        ledger="mybot",
        row_id="1",
        symbol=symbol,
        direction=Direction.LONG,
        unit_size=ONE,
        expected=ONE,
        expected_low=ONE,
        expected_high=ONE,
        step=None,
        state=ExpectationState.OPEN,
    )
    made = LedgerReading("mybot", (row,), Moment.at(StoppedClock().now().utc, 0.0), None, own_names=True)
    return replace(made, **also)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lot", "size", "exact"), [("0.001", "1", True), ("1", "0.00001", True), ("1", "0.0000025", False)]
)
def test_amounts_stored_more_coarsely_than_they_are_traded_are_refused(
    lot: str, size: str, *, exact: bool
) -> None:
    names = MarketNames({"BTC/USDT:USDT": market("BTC/USDT:USDT", "BTCUSDT", lot=lot, size=size)})
    stored = reading("BTC-USDT", stored_step=Decimal("0.000001"))
    if exact:
        assert named(stored, names).rows[0].symbol == "BTC/USDT:USDT"
        return
    with pytest.raises(
        LedgerUnreadable, match=r"BTC-USDT is traded in steps of 0\.0000025: what it holds cannot"
    ):
        named(stored, names)


class Held:
    """A ledger that reads the same for ever."""

    name = "mybot"

    def read(self) -> LedgerReading:
        return reading("BTC-USDT", version=1)

    def version(self) -> object:
        return 1


async def test_a_reader_names_by_the_list_that_there_is_and_again_by_a_newer_one() -> None:
    markets: dict[str, Market] = {}
    lists = [markets]
    reader = LedgerReader(Held(), StoppedClock(), markets=lambda: lists[-1])
    assert (await reader.read()).rows[0].symbol == "BTC-USDT"
    lists.append(MARKETS)
    first = await reader.read()
    assert first.rows[0].symbol == "BTC/USDT:USDT"
    assert (await reader.read()).rows is first.rows
    reader.close()
