"""Rows of Binance's answers: explicit zeros, stops and sides as the venue means them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.verification.venues.samples import AVL, listed, listed_algo, listed_order, listed_position
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg, Side
from verification.venues.binance.rows import fill, position, resting_algo_order, resting_order


def test_a_flat_row_without_an_entry_price_is_an_explicit_zero() -> None:
    row = position(listed_position(positionAmt="0", entryPrice="0", notional="0"), "main", listed())
    assert row.quantity == 0
    assert row.entry_price is None
    assert row.version == 1_700_000_000_000


def test_a_leg_that_was_never_traded_has_no_version() -> None:
    row = position(listed_position(positionAmt="0", updateTime=0), "main", listed())
    assert row.version is None
    assert row.updated_at is None


def test_a_short_is_negative_and_its_notional_is_not() -> None:
    row = position(listed_position(positionAmt="-43.5", notional="-6.02"), "main", listed())
    assert (row.quantity, row.notional) == (Decimal("-43.5"), Decimal("6.02"))


@pytest.mark.parametrize("changes", [{"positionAmt": ""}, {"positionAmt": 0.5}, {"positionSide": "UP"}])
def test_a_position_row_that_cannot_be_read_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(SourceMalformed):
        position(listed_position(**changes), "main", listed())


@pytest.mark.parametrize(
    ("changes", "stop_loss", "reduce_only", "quantity"),
    [
        ({}, True, True, "43"),
        ({"orderType": "STOP"}, True, True, "43"),
        ({"orderType": "TAKE_PROFIT_MARKET"}, False, True, "43"),
        ({"orderType": "TRAILING_STOP_MARKET"}, True, True, "43"),
        ({"closePosition": True, "reduceOnly": False, "quantity": "0"}, True, True, None),
        ({"positionSide": "LONG", "reduceOnly": False}, True, True, "43"),
        ({"positionSide": "SHORT", "side": "SELL", "reduceOnly": False}, False, False, "43"),
    ],
)
def test_a_conditional_order_is_told_apart(
    changes: dict[str, Any], *, stop_loss: bool, reduce_only: bool, quantity: str | None
) -> None:
    order = resting_algo_order(listed_algo(**changes), listed())
    assert order.conditional
    assert order.stop_loss is stop_loss
    assert order.reduce_only is reduce_only
    assert order.quantity == (None if quantity is None else Decimal(quantity))
    assert order.close_position is (quantity is None)
    assert order.trigger_price == Decimal("0.12")


def test_a_resting_limit_order_keeps_what_it_has_filled() -> None:
    order = resting_order(listed_order(), listed())
    assert (order.symbol, order.leg, order.side, order.kind) == (AVL, Leg.NET, Side.SELL, "limit")
    assert (order.quantity, order.filled, order.price) == (Decimal(43), Decimal(3), Decimal("0.2"))
    assert not order.conditional
    assert not order.stop_loss


@pytest.mark.parametrize(
    "changes", [{"side": ""}, {"origQty": "0"}, {"executedQty": None}, {"orderId": None}]
)
def test_an_order_row_that_cannot_be_read_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(SourceMalformed):
        resting_order(listed_order(**changes), listed())


def test_a_trade_is_signed_by_its_side() -> None:
    row = {
        "id": 1,
        "orderId": 2,
        "symbol": "AVLUSDT",
        "side": "SELL",
        "qty": "1.5",
        "price": "0.1",
        "time": 1_700_000_000_000,
    }
    assert fill(row, listed()).quantity == Decimal("-1.5")


def test_an_id_that_is_not_listed_stands_for_itself_until_it_is_learnt() -> None:
    markets = listed("AVLUSDT")
    row = position(listed_position(symbol="NEWUSDT"), "main", markets)
    assert row.key.symbol == "NEWUSDT"
    assert markets.unknown == {"NEWUSDT"}
    assert markets.id_of("NEWUSDT") == "NEWUSDT"


def test_steps_of_a_market_are_the_venues_own_text() -> None:
    market = listed().by_symbol[AVL]
    assert str(market.lot_step) == "0.1"
    assert str(market.price_step) == "0.00010"
