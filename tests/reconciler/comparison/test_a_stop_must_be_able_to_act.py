"""A stop counts if it would act now: not triggered, not asleep, on its side of the price that it watches."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from reconciler.comparison.condition_check import ConditionState
from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import StopPolicy
from reconciler.facts.finding import FindingKey, Kind, Severity
from tests.reconciler.accounts import (
    ACCOUNT,
    SYMBOL,
    compared,
    found,
    leg,
    limit,
    listed,
    merged,
    pushed,
    reading,
    row,
    stop,
)
from verification.facts.account import PositionMode, RestingOrder
from verification.facts.leg import Leg, Side
from verification.facts.prices import PriceKind, Prices, Trailing

ACTIVATION = Trailing(activation=Decimal(11), rate=Decimal("0.01"))
KEY = FindingKey(Kind.UNPROTECTED_POSITION, ACCOUNT, SYMBOL, Leg.NET)


def _looked(
    order: RestingOrder | None,
    *,
    short: bool = False,
    hedged: bool = False,
    asked: Prices | None = None,
    mark: str | None = "10",
    **more: Any,
) -> Comparison:
    """Hold 43 with one stop; what is drawn for a long at 10 is mirrored there for a short."""
    which = Leg.NET if not hedged else Leg.SHORT if short else Leg.LONG
    held = structs.replace(listed("-43" if short else "43", key=leg(which=which), mark=mark), **more)
    mode = PositionMode.HEDGE if hedged else PositionMode.ONE_WAY
    stops = [] if order is None else [replace(order, leg=which)]
    said = reading([held], stops=stops, mode=mode)
    if asked is not None:
        said = replace(said, prices={SYMBOL: asked})
    return compared([row("-43" if short else "43", policy=StopPolicy.VENUE)], merged(said))


def _mirrored(price: Decimal | None) -> Decimal | None:
    return None if price is None else 20 - price


def _short(order: RestingOrder) -> RestingOrder:
    """The same order seen from the other side of the mark price of 10."""
    trailing = order.trailing
    return replace(
        order,
        side=order.side.opposite,
        trigger_price=_mirrored(order.trigger_price),
        price=_mirrored(order.price),
        trailing=None if trailing is None else replace(trailing, activation=_mirrored(trailing.activation)),
    )


def _stop(**more: Any) -> RestingOrder:
    return replace(stop("7001", Side.SELL, "43"), **more)


WHOLE = replace(stop("7001", Side.SELL, None), close_position=True)
TRAILING = {"trigger_price": None, "kind": "trailing_stop_market"}

# what rests beside a position at a mark price of 10, does it protect
TABLE = [
    ("a stop that waits", _stop(), True),
    ("a stop-limit that waits", _stop(price=Decimal("8.9")), True),
    ("a stop for the whole position", WHOLE, True),
    ("a stop-limit that has triggered", _stop(price=Decimal("8.9"), triggered=True), False),
    ("a market stop that has triggered and hangs", _stop(triggered=True), False),
    ("a whole-position stop that has triggered", replace(WHOLE, triggered=True), False),
    ("a stop on the price", _stop(trigger_price=Decimal(10)), False),
    ("a stop past the price", _stop(trigger_price=Decimal("10.5")), False),
    ("a trailing stop from the start", _stop(trailing=Trailing(rate=Decimal("0.01")), **TRAILING), True),
    (
        "a trailing stop that the venue calls asleep",
        _stop(dormant=True, trailing=Trailing(), **TRAILING),
        False,
    ),
    ("a trailing stop not activated", _stop(trailing=ACTIVATION, **TRAILING), False),
    (
        "a trailing stop activated",
        _stop(trailing=Trailing(activation=Decimal("9.8"), rate=Decimal("0.01")), **TRAILING),
        True,
    ),
    (
        "a trailing stop activated, its distance absolute",
        _stop(trailing=Trailing(activation=Decimal("9.8"), behind=Decimal("0.5")), **TRAILING),
        True,
    ),
    (
        "a trailing stop not activated, its distance absolute",
        _stop(trailing=Trailing(activation=Decimal(11), behind=Decimal("0.5")), **TRAILING),
        False,
    ),
]


@pytest.mark.parametrize("hedged", [False, True], ids=["one-way", "hedge"])
@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
@pytest.mark.parametrize(("name", "order", "protects"), TABLE, ids=[name for name, _, _ in TABLE])
def test_what_would_act_protects_and_nothing_else(
    name: str, order: RestingOrder, *, protects: bool, short: bool, hedged: bool
) -> None:
    comparison = _looked(_short(order) if short else order, short=short, hedged=hedged)
    assert found(comparison) == ([] if protects else ["unprotected_position"])
    assert comparison.legs[0].stop == ("resting" if protects else "idle")
    assert all(each.severity is Severity.CRITICAL for each in comparison.findings)


# the liquidation price beside a stop at 9 and a mark price of 10 (for the short: 11 and 10), does it protect
LIQUIDATIONS = [
    (None, True),
    ("8.5", True),
    ("8.9999", True),
    ("9", False),
    ("9.5", False),
    ("12", True),  # of two hedged legs one has it on its winning side
    ("10", True),
]


@pytest.mark.parametrize("hedged", [False, True], ids=["one-way", "hedge"])
@pytest.mark.parametrize("short", [False, True], ids=["long", "short"])
@pytest.mark.parametrize(("price", "protects"), LIQUIDATIONS)
def test_a_stop_beyond_the_liquidation_price_never_acts(
    price: str | None, *, protects: bool, short: bool, hedged: bool
) -> None:
    at = None if price is None else Decimal(price)
    order, at = (_short(_stop()), _mirrored(at)) if short else (_stop(), at)
    comparison = _looked(order, short=short, hedged=hedged, liquidation_price=at)
    assert found(comparison) == ([] if protects else ["unprotected_position"])


def test_the_entry_stands_for_a_mark_that_is_not_told() -> None:
    told = _looked(_stop(), mark=None, entry_price=Decimal(10), liquidation_price=Decimal("9.5"))
    assert found(told) == ["unprotected_position"]
    assert found(_looked(_stop(), mark=None, liquidation_price=Decimal("9.5"))) == []


# the price that the stop at 9 watches, the mark, what was asked for -> what the screen says of the stop
WATCHED = [
    (PriceKind.MARK, "10", None, "resting"),
    (PriceKind.MARK, "8", None, "idle"),
    (PriceKind.MARK, "8", Prices(last=Decimal(10)), "idle"),
    (PriceKind.LAST, "10", Prices(last=Decimal("8.9")), "idle"),
    (PriceKind.LAST, "8", Prices(last=Decimal(10)), "resting"),
    (PriceKind.LAST, "10", None, "resting"),
    (PriceKind.LAST, "8", None, "unknown"),
    (PriceKind.INDEX, "8", Prices(last=Decimal(8)), "unknown"),
    (PriceKind.INDEX, "8", Prices(index=Decimal(10)), "resting"),
    (PriceKind.INDEX, "10", Prices(index=Decimal(8)), "idle"),
    (None, "8", None, "idle"),
    (None, "8", Prices(last=Decimal(10)), "resting"),
    (None, "10", Prices(last=Decimal(8)), "resting"),
    (None, "8", Prices(last=Decimal(8)), "idle"),
    (None, None, None, "resting"),
    (None, None, Prices(last=Decimal(8)), "idle"),
]


@pytest.mark.parametrize(("kind", "mark", "asked", "says"), WATCHED)
def test_the_side_is_judged_by_the_price_that_the_stop_watches(
    kind: PriceKind | None, mark: str | None, asked: Prices | None, says: str
) -> None:
    assert _looked(_stop(watches=kind), mark=mark, asked=asked).legs[0].stop == says


def test_a_side_that_cannot_be_judged_is_neither_alarmed_nor_called_safe() -> None:
    comparison = _looked(_stop(watches=PriceKind.LAST), mark="8")
    assert found(comparison) == []
    assert comparison.condition(KEY).state is ConditionState.UNKNOWN
    assert comparison.unprotected_notional is None
    (problem,) = comparison.problems
    assert problem == (
        "AVL/USDT:USDT: whether it is protected is not known: "
        "the last price that stop 7001 at 9 watches could not be read"
    )


def test_a_trailing_stop_that_may_or_may_not_be_active_is_neither_alarmed_nor_called_safe() -> None:
    said = reading(
        [
            structs.replace(
                listed("43"), trailing=Trailing(Decimal(11), Decimal("0.5")), mark_price=Decimal("10.8")
            )
        ]
    )
    comparison = compared([row("43", policy=StopPolicy.VENUE)], merged(said))
    assert found(comparison) == []
    assert comparison.condition(KEY).state is ConditionState.UNKNOWN
    (problem,) = comparison.problems
    assert problem.startswith("AVL/USDT:USDT: whether it is protected is not known: ")
    assert "is active since 11" in problem


def test_a_stop_in_doubt_beside_one_that_covers_all_is_no_doubt() -> None:
    order = _stop(order_id="1", watches=PriceKind.LAST, trigger_price=Decimal("10.5"))
    said = reading([listed("43")], stops=[order, _stop()])
    comparison = compared([row("43", policy=StopPolicy.VENUE)], merged(said))
    assert (found(comparison), comparison.problems, comparison.legs[0].stop) == ([], (), "resting")


# what belongs to the position itself (Bybit), the mark, the liquidation price -> what the screen says
BELONGING = [
    ({"attached_stop": Decimal(9)}, "10", None, "resting"),
    ({"attached_stop": Decimal(9)}, "8", None, "idle"),
    ({"attached_stop": Decimal(9)}, "10", "9.5", "idle"),
    ({"trailing": Trailing(behind=Decimal("0.5"))}, "10", None, "resting"),
    ({"trailing": Trailing(Decimal(11), Decimal("0.5"))}, "10", None, "idle"),
    ({"trailing": Trailing(Decimal(11), Decimal("0.5"))}, "11.2", None, "resting"),
    ({"trailing": Trailing(Decimal(11), Decimal("0.5"))}, "10.8", None, "unknown"),
    ({"attached_stop": Decimal(9), "trailing": Trailing(Decimal(11), Decimal("0.5"))}, "10", None, "resting"),
]


@pytest.mark.parametrize(("belongs", "mark", "liquidation", "says"), BELONGING)
def test_what_belongs_to_the_position_is_judged_alike(
    belongs: dict[str, Any], mark: str, liquidation: str | None, says: str
) -> None:
    at = None if liquidation is None else Decimal(liquidation)
    assert _looked(None, mark=mark, liquidation_price=at, **belongs).legs[0].stop == says


def test_the_order_of_a_position_stop_tells_that_it_has_triggered() -> None:
    order = _stop(triggered=True, trigger_price=Decimal(9), price=Decimal("8.9"))
    comparison = _looked(order, attached_stop=Decimal(9))
    assert found(comparison) == ["unprotected_position"]
    assert "its limit 8.9 rests unfilled" in comparison.findings[0].reason


def test_a_trailing_order_sleeps_by_what_its_position_says() -> None:
    order = _stop(trailing=Trailing(), **TRAILING)
    comparison = _looked(order, trailing=Trailing(Decimal(11), Decimal("0.5")))
    assert comparison.legs[0].stop == "idle"
    assert _looked(order, trailing=Trailing(None, Decimal("0.5"))).legs[0].stop == "resting"


# what rests -> the end of the reason
REASONS = [
    (
        _stop(price=Decimal("8.9"), triggered=True),
        "stop 7001 has triggered and its limit 8.9 rests unfilled.",
    ),
    (_stop(triggered=True), "stop 7001 has triggered and has not closed the position."),
    (_stop(trailing=ACTIVATION, **TRAILING), "trailing stop 7001 is not active before 11."),
    (_stop(trigger_price=Decimal("10.5")), "stop 7001 at 10.5 is on the wrong side of the mark price 10."),
]


@pytest.mark.parametrize(("order", "end"), REASONS)
def test_the_reason_says_why_it_does_not_protect(order: RestingOrder, end: str) -> None:
    finding = _looked(order).findings[0]
    assert finding.reason == f"Long 43 AVL has no stop at the exchange that would act: {end}"
    assert any(line.text == f"{end[:-1]}: it does not protect" for line in finding.evidence)


def test_the_reason_names_the_liquidation_price() -> None:
    finding = _looked(_stop(), liquidation_price=Decimal("9.5")).findings[0]
    assert finding.reason.endswith("stop 7001 at 9 lies beyond the liquidation price 9.5.")


def test_an_orphan_is_told_with_the_same_words() -> None:
    said = reading([listed("43")], stops=[_stop(triggered=True, price=Decimal("8.9"))])
    assert (
        compared([], merged(said))
        .findings[0]
        .reason.endswith("no stop protects it: stop 7001 has triggered and its limit 8.9 rests unfilled.")
    )


def test_a_part_that_does_not_act_is_told_beside_the_part_that_does() -> None:
    waiting = replace(_stop(), order_id="1", quantity=Decimal(20))
    said = reading([listed("43")], stops=[waiting, _stop(triggered=True)])
    comparison = compared([row("43", policy=StopPolicy.VENUE)], merged(said))
    assert comparison.legs[0].stop == "partial"
    assert (
        "cover 20 AVL of the 43 AVL that its bot knows; stop 7001 has triggered"
        in comparison.findings[0].reason
    )


def test_an_order_and_a_conditional_order_of_one_number_are_two() -> None:
    target = limit("7001", Side.SELL, "43", reduce_only=True)
    view = merged(reading([listed("43")], orders=[target], stops=[_stop()]))
    assert found(compared([row("43", policy=StopPolicy.VENUE)], view)) == []
    became = replace(target, conditional=True, stop_loss=True, triggered=True)
    view = merged(reading([listed("43")], orders=[became], stops=[_stop()]))
    assert found(compared([row("43", policy=StopPolicy.VENUE)], view)) == []


def test_an_order_whose_purpose_is_not_told_is_no_stop_and_is_named() -> None:
    comparison = _looked(_stop(stop_loss=False, nature_told=False))
    assert found(comparison) == ["unprotected_position"]
    assert any(
        "conditional order 7001 at 9 rests: the exchange does not tell whether it is a stop loss" in line.text
        for line in comparison.findings[0].evidence
    )


@pytest.mark.parametrize("second", [-1, 0.02, 1])
def test_a_push_that_overtakes_the_first_list_hides_nothing_that_only_lists_tell(second: float) -> None:
    row_of_list = structs.replace(
        listed("43", version=100), liquidation_price=Decimal("9.5"), entry_price=Decimal(10)
    )
    ledger = [row("43", policy=StopPolicy.VENUE)]
    heard = pushed("43", second=second, version=101)
    view = merged(reading([row_of_list], stops=[_stop()]), pushes=[heard], previous=None)
    assert found(compared(ledger, view)) == ["unprotected_position"]
    attached = structs.replace(row_of_list, attached_stop=Decimal("9.8"))
    view = merged(reading([attached]), pushes=[heard], previous=None)
    assert found(compared(ledger, view)) == []
