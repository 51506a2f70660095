"""What rows of stops say of themselves: triggered, asleep, trailing, without a size, and by which price."""

from decimal import Decimal
from typing import Any

import pytest

from tests.verification.venues.bybit_samples import order_row, position_row
from tests.verification.venues.samples import AVL, listed, listed_algo, listed_order, listed_position
from verification.facts.account import RestingOrder
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg, Side
from verification.facts.prices import PriceKind, Trailing
from verification.venues.binance import rows as binance_rows
from verification.venues.bybit import rows as bybit_rows
from verification.venues.unified import rows as unified_rows

PERCENT = Trailing(Decimal(66), rate=Decimal("0.01"))


def _algo(**changes: Any) -> RestingOrder:
    return binance_rows.resting_algo_order(listed_algo(**changes), listed())


def _ordinary(**changes: Any) -> RestingOrder:
    return binance_rows.resting_order(listed_order(**changes), listed())


def _bybit(**changes: Any) -> RestingOrder:
    waiting = {
        "side": "Sell",
        "orderStatus": "Untriggered",
        "stopOrderType": "Stop",
        "triggerPrice": "0.13",
        "triggerDirection": 2,
        "cumExecQty": "0",
        "reduceOnly": True,
    }
    return bybit_rows.resting_order(order_row(**waiting | changes), "main", listed())


def _unified(**changes: Any) -> RestingOrder:
    row = {
        "id": "1",
        "symbol": AVL,
        "side": "sell",
        "status": "open",
        "type": "market",
        "amount": Decimal(43),
        "filled": Decimal(0),
        "stopLossPrice": Decimal("0.13"),
        "triggerPrice": Decimal("0.13"),
    }
    return unified_rows.resting_order(row | changes)


# a row -> it stops a loss, it has triggered
ROWS = [
    ("binance, waiting", _algo(), True, False),
    ("binance, without a status", _algo(algoStatus=""), True, False),
    ("binance, triggering", _algo(algoStatus="TRIGGERING"), True, True),
    ("binance, triggered", _algo(algoStatus="TRIGGERED", orderType="STOP"), True, True),
    ("binance, finished", _algo(algoStatus="FINISHED"), True, True),
    ("binance, cancelled and still listed", _algo(algoStatus="CANCELED"), False, False),
    ("binance, expired and still listed", _algo(algoStatus="EXPIRED"), False, False),
    (
        "binance, the order that a stop-limit became",
        _ordinary(type="LIMIT", origType="STOP", side="SELL", stopPrice="0.13"),
        True,
        True,
    ),
    (
        "binance, the order that a target became",
        _ordinary(type="LIMIT", origType="TAKE_PROFIT", side="SELL", stopPrice="0.2"),
        False,
        True,
    ),
    ("binance, an ordinary order", _ordinary(type="LIMIT", origType="LIMIT", stopPrice="0"), False, False),
    (
        "binance, a stop on the ordinary list",
        _ordinary(type="STOP_MARKET", origType="STOP_MARKET", side="SELL", stopPrice="0.13", executedQty="0"),
        True,
        False,
    ),
    (
        "binance, a stop on the ordinary list that has executed in part",
        _ordinary(type="STOP", origType="STOP", side="SELL", stopPrice="0.13", executedQty="1"),
        True,
        True,
    ),
    ("bybit, waiting", _bybit(), True, False),
    ("bybit, triggered", _bybit(orderStatus="Triggered"), True, True),
    ("bybit, its limit rests", _bybit(orderStatus="New", orderType="Limit"), True, True),
    ("bybit, its limit is filled in part", _bybit(orderStatus="PartiallyFilled", cumExecQty="1"), True, True),
    (
        "bybit, its limit rests and the trigger is not told",
        _bybit(orderStatus="New", triggerPrice="", stopOrderType="StopLoss"),
        True,
        True,
    ),
    (
        "bybit, a part's stop with a limit",
        _bybit(stopOrderType="PartialStopLoss", orderType="Limit"),
        True,
        False,
    ),
    (
        "bybit, a part's stop whose limit rests",
        _bybit(stopOrderType="PartialStopLoss", orderType="Limit", orderStatus="New"),
        True,
        True,
    ),
    ("bybit, turned round", _bybit(triggerDirection=1, triggerPrice="0.2"), False, False),
    ("bybit, a target", _bybit(stopOrderType="TakeProfit", triggerDirection=1), False, False),
    ("bybit, deactivated and still listed", _bybit(orderStatus="Deactivated"), False, True),
    (
        "bybit, an entry with a stop of its own",
        _bybit(orderStatus="New", stopOrderType="", triggerPrice="", triggerDirection=0),
        False,
        False,
    ),
    ("unified, waiting", _unified(), True, False),
    ("unified, the venue says triggered", _unified(info={"status": "triggered"}), True, True),
    ("unified, okx calls it effective", _unified(info={"state": "effective"}), True, True),
    ("unified, filled in part", _unified(filled=Decimal(1)), True, True),
    ("unified, a target", _unified(stopLossPrice=None, takeProfitPrice=Decimal(1)), False, False),
]


@pytest.mark.parametrize(("name", "order", "stops", "triggered"), ROWS, ids=[name for name, *_ in ROWS])
def test_a_stop_says_whether_it_has_triggered(
    name: str, order: RestingOrder, *, stops: bool, triggered: bool
) -> None:
    assert (order.stop_loss, order.triggered) == (stops, triggered)


# a row -> by which price it is triggered
WATCHED = [
    (_algo(workingType="MARK_PRICE"), PriceKind.MARK),
    (_algo(workingType="CONTRACT_PRICE"), PriceKind.LAST),
    (_algo(workingType=""), None),
    (_bybit(triggerBy="MarkPrice"), PriceKind.MARK),
    (_bybit(triggerBy="LastPrice"), PriceKind.LAST),
    (_bybit(triggerBy="IndexPrice"), PriceKind.INDEX),
    (_bybit(), None),
    (_unified(info={"slTriggerPxType": "mark"}), PriceKind.MARK),
    (_unified(info={"triggerType": "mark_price"}), PriceKind.MARK),
    (_unified(info={"workingType": "something"}), None),
]


@pytest.mark.parametrize(("order", "kind"), WATCHED)
def test_a_stop_says_which_price_it_watches(order: RestingOrder, kind: PriceKind | None) -> None:
    assert order.watches is kind


# a row -> how it follows the price, whether it is known to sleep
TRAILING = [
    (
        _algo(orderType="TRAILING_STOP_MARKET", triggerPrice="", activatePrice="66", callbackRate="1.0"),
        PERCENT,
        False,
    ),
    (
        _ordinary(
            type="TRAILING_STOP_MARKET",
            origType="TRAILING_STOP_MARKET",
            side="SELL",
            stopPrice="9300",
            activatePrice="66",
            priceRate="1",
            executedQty="0",
        ),
        PERCENT,
        False,
    ),
    (_algo(), None, False),
    (_bybit(stopOrderType="TrailingStop"), Trailing(), False),
    (_bybit(stopOrderType="TrailingStop", activePrice="66"), Trailing(Decimal(66)), False),
    (_bybit(stopOrderType="TrailingStop", triggerDirection=1, triggerPrice="66"), Trailing(), True),
    (
        _bybit(stopOrderType="TrailingStop", side="Buy", triggerDirection=2, triggerPrice="66"),
        Trailing(),
        True,
    ),
    (
        _unified(type="trailing_stop_market", trailingPercent=Decimal(1), info={"activePx": "66"}),
        PERCENT,
        False,
    ),
    (_unified(trailingAmount=Decimal(2)), Trailing(None, Decimal(2)), False),
]


@pytest.mark.parametrize(("order", "trailing", "dormant"), TRAILING)
def test_a_trailing_stop_says_how_it_follows(
    order: RestingOrder, trailing: Trailing | None, *, dormant: bool
) -> None:
    assert (order.trailing, order.dormant) == (trailing, dormant)
    assert order.stop_loss


def test_a_trailing_stop_has_its_first_trigger_behind_its_activation() -> None:
    assert PERCENT.first_trigger(Side.SELL) == Decimal("65.34")
    assert PERCENT.first_trigger(Side.BUY) == Decimal("66.66")
    assert Trailing(Decimal(66), Decimal(2)).first_trigger(Side.SELL) == Decimal(64)
    assert Trailing(Decimal(66)).first_trigger(Side.SELL) is None
    assert Trailing(rate=Decimal("0.01")).first_trigger(Side.SELL) is None


# a whole-position stop, as venues write it
WHOLE = [
    _algo(closePosition=True, quantity="0", reduceOnly=False),
    _algo(closePosition=True, quantity="", reduceOnly=False),
    _algo(closePosition=True, quantity=None, reduceOnly=False),
    _bybit(qty="0", closeOnTrigger=True),
    _bybit(qty="", closeOnTrigger=True),
    _bybit(qty="", stopOrderType="StopLoss", reduceOnly=False),
    _bybit(qty="0", stopOrderType="TrailingStop"),
    _unified(amount=Decimal(0)),
    _unified(amount=None),
]


@pytest.mark.parametrize("order", WHOLE)
def test_a_stop_for_the_whole_position_has_no_size(order: RestingOrder) -> None:
    assert (order.close_position, order.quantity, order.reduce_only) == (True, None, True)


@pytest.mark.parametrize(
    "changes", [{"qty": ""}, {"qty": "0"}, {"qty": "0", "stopOrderType": "PartialStopLoss"}]
)
def test_any_other_order_without_a_size_is_malformed(changes: dict[str, Any]) -> None:
    with pytest.raises(SourceMalformed):
        _bybit(**changes)
    with pytest.raises(SourceMalformed):
        _unified(amount=Decimal(0), triggerPrice=None, stopLossPrice=None)


def test_an_order_whose_purpose_is_not_told_says_so() -> None:
    assert _bybit(triggerDirection=0).nature_told is False
    assert _unified(stopLossPrice=None).nature_told is False
    assert _algo().nature_told is True
    assert _unified(stopLossPrice=None, triggerPrice=None).nature_told is True


def test_a_position_tells_its_liquidation_price_where_there_is_one() -> None:
    def binance(price: str) -> Decimal | None:
        return binance_rows.position(
            listed_position(liquidationPrice=price), "main", listed()
        ).liquidation_price

    def bybit(price: str) -> Decimal | None:
        return bybit_rows.position(position_row(liqPrice=price), "main", listed()).liquidation_price

    assert [binance(each) for each in ("57000.5", "0", "", "-3")] == [Decimal("57000.5"), None, None, None]
    assert [bybit(each) for each in ("57000.5", "0", "")] == [Decimal("57000.5"), None, None]


def test_a_bybit_position_tells_its_own_trailing_stop() -> None:
    def trailing(**changes: str) -> Trailing | None:
        return bybit_rows.position(position_row(**changes), "main", listed()).trailing

    assert trailing(trailingStop="5", activePrice="66") == Trailing(Decimal(66), Decimal(5))
    assert trailing(trailingStop="5") == Trailing(None, Decimal(5))
    assert trailing(trailingStop="0", activePrice="0") is None


def test_a_stop_for_a_part_of_a_bybit_position_is_none_of_the_whole() -> None:
    row = position_row(stopLoss="0.12", tpslMode="Partial")
    assert bybit_rows.position(row, "main", listed()).attached_stop is None
    row = position_row(stopLoss="0.12", tpslMode="Full")
    assert bybit_rows.position(row, "main", listed()).attached_stop == Decimal("0.12")


def test_on_a_hedge_leg_what_opens_it_is_no_stop() -> None:
    order = _bybit(positionIdx=2, side="Sell")
    assert (order.leg, order.stop_loss) == (Leg.SHORT, False)
