"""Less than one lot is rounding, one lot is a position: whatever the lot, the contract or the rows."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from reconciler.comparison.outcome import Comparison
from reconciler.facts.expectation import Direction, Expectation, StopPolicy
from tests.reconciler.accounts import (
    SYMBOL,
    compared,
    found,
    leg,
    listed,
    market,
    merged,
    reading,
    row,
    stop,
)
from verification.facts.account import Market, PositionMode
from verification.facts.leg import Leg, Side

LOTS = ["10", "1", "0.1", "0.001", "0.00000001"]
SIZES = ["1", "0.01", "1000"]

every_lot = pytest.mark.parametrize("lot", LOTS)
every_size = pytest.mark.parametrize("size", SIZES)


def _markets(lot: str, size: str = "1") -> Mapping[str, Market]:
    return {SYMBOL: market(step=lot, size=size)}


def _judged(
    rows: list[Expectation], held: Decimal, markets: Mapping[str, Market], *, which: Leg = Leg.NET
) -> Comparison:
    """Compare; without a price, so that nothing can be called dust."""
    mode = PositionMode.ONE_WAY if which is Leg.NET else PositionMode.HEDGE
    shown = [listed(str(held), key=leg(which=which), mark=None)] if held else []
    return compared(rows, merged(reading(shown, mode=mode)), markets=markets)


def _base(contracts: Decimal, size: str) -> Expectation:
    """A row in base currency, as freqtrade keeps it: a float of it."""
    written = Decimal(repr(float(contracts * Decimal(size))))
    return row(str(written), unit=Decimal(1), step=Decimal(size))


@every_size
@every_lot
@pytest.mark.parametrize(
    ("believed", "held", "kind"),
    [
        (1, 0, "phantom_position"),
        (0, 1, "orphaned_position"),
        (1, 2, "quantity_mismatch"),
        (2, 1, "quantity_mismatch"),
        (1, -1, "side_mismatch"),
        (-1, 0, "phantom_position"),
        (0, -1, "orphaned_position"),
        (-2, -1, "quantity_mismatch"),
        (123456, 123457, "quantity_mismatch"),
    ],
)
def test_one_lot_is_found(lot: str, size: str, believed: int, held: int, kind: str) -> None:
    rows = [_base(believed * Decimal(lot), size)] if believed else []
    comparison = _judged(rows, held * Decimal(lot), _markets(lot, size))
    assert found(comparison) == [kind]
    assert comparison.matched == 0


@every_size
@every_lot
@pytest.mark.parametrize("lots", [1, -1, 3, 123456])
def test_what_is_the_same_but_for_its_float_agrees(lot: str, size: str, lots: int) -> None:
    comparison = _judged([_base(lots * Decimal(lot), size)], lots * Decimal(lot), _markets(lot, size))
    assert found(comparison) == []
    assert [one.verdict for one in comparison.legs] == ["agree"]


@every_lot
@pytest.mark.parametrize("rows", [2, 7, 40])
@pytest.mark.parametrize("missing", [1, -1])
def test_several_rows_do_not_add_up_to_a_lot(lot: str, rows: int, missing: int) -> None:
    """However many there are, and however coarsely each was rounded."""
    step = Decimal(lot)
    ledger = [row(str(3 * step), row_id=str(number), step=100 * step) for number in range(rows)]
    assert found(_judged(ledger, 3 * rows * step, _markets(lot))) == []
    assert found(_judged(ledger, (3 * rows - missing) * step, _markets(lot))) == ["quantity_mismatch"]
    assert found(_judged(ledger, Decimal(0), _markets(lot))) == ["phantom_position"]


@every_lot
def test_rows_that_the_bot_did_not_truncate_differ_once_they_make_a_lot_together(lot: str) -> None:
    half = row(str(Decimal(lot) * Decimal("1.5")))
    assert found(_judged([half], Decimal(lot), _markets(lot))) == []
    both = [half, row(str(Decimal(lot) * Decimal("2.5")), row_id="2")]
    assert found(_judged(both, 3 * Decimal(lot), _markets(lot))) == ["quantity_mismatch"]


@pytest.mark.parametrize("which", [Leg.LONG, Leg.SHORT])
def test_on_a_hedge_leg_one_lot_is_found_too(which: Leg) -> None:
    sign = 1 if which is Leg.LONG else -1
    way = Direction.LONG if which is Leg.LONG else Direction.SHORT
    lot = Decimal("0.001")
    rows = [row(str(lot), direction=way)]
    assert found(_judged(rows, sign * lot, _markets("0.001"), which=which)) == []
    assert found(_judged(rows, Decimal(0), _markets("0.001"), which=which)) == ["phantom_position"]
    assert found(_judged(rows, sign * 2 * lot, _markets("0.001"), which=which)) == ["quantity_mismatch"]


def test_a_row_of_before_the_lot_was_refined_is_held_to_the_lot_of_today() -> None:
    """The bot sent whole contracts, and the market trades tenths by now."""
    rows = [row("7", step=Decimal(1))]
    assert found(_judged(rows, Decimal("7.1"), _markets("0.1"))) == ["quantity_mismatch"]
    assert found(_judged(rows, Decimal("6.9"), _markets("0.1"))) == ["quantity_mismatch"]


def test_where_the_market_tells_no_step_the_finest_of_the_rows_counts() -> None:
    rows = [row("1", step=Decimal("0.1")), row("1", row_id="2", step=Decimal("0.01"))]
    assert found(_judged(rows, Decimal("2.009"), _markets("0"))) == []
    assert found(_judged(rows, Decimal("2.01"), _markets("0"))) == ["quantity_mismatch"]
    assert found(_judged([row("2")], Decimal("2.000001"), _markets("0"))) == ["quantity_mismatch"]


@every_lot
def test_a_position_of_one_lot_needs_its_stop(lot: str) -> None:
    rows = [row(lot, policy=StopPolicy.VENUE)]
    held = [listed(lot, mark=None)]
    naked = compared(rows, merged(reading(held)), markets=_markets(lot))
    assert found(naked) == ["unprotected_position"]
    kept = compared(rows, merged(reading(held, stops=[stop("1", Side.SELL, lot)])), markets=_markets(lot))
    assert found(kept) == []


@every_lot
@pytest.mark.parametrize(
    "claims", [["0.7"], ["20", "1", "-20.7"], ["0.4", "0.4"]], ids=["one row", "rows that net", "two rows"]
)
def test_what_rows_without_whole_lots_agree_with_needs_the_stop_of_a_lot(lot: str, claims: list[str]) -> None:
    held = Decimal(lot)
    rows = [
        row(str(Decimal(claim) * held), row_id=str(number), policy=StopPolicy.VENUE)
        for number, claim in enumerate(claims)
    ]
    shown, markets = [listed(lot, mark=None)], _markets(lot)
    assert found(compared(rows, merged(reading(shown)), markets=markets)) == ["unprotected_position"]
    kept = merged(reading(shown, stops=[stop("1", Side.SELL, lot)]))
    assert found(compared(rows, kept, markets=markets)) == []


def test_a_stop_that_is_a_lot_too_small_is_told_and_less_is_not() -> None:
    def judged(size: str) -> list[str]:
        view = merged(reading([listed("3", mark=None)], stops=[stop("1", Side.SELL, size)]))
        return found(compared([row("3", policy=StopPolicy.VENUE)], view))

    assert judged("2.91") == []
    assert judged("2.9") == ["unprotected_position"]


def test_dust_is_said_and_shown_and_not_called_agreement() -> None:
    comparison = compared([row("43")], merged(reading([listed("43.1", mark="10")])))
    assert found(comparison) == []
    assert [one.verdict for one in comparison.legs] == ["dust"]
    assert [line.reason for line in comparison.ignored] == ["the difference is worth 1, at most 1: dust"]


def test_dust_without_a_stop_is_said() -> None:
    view = merged(reading([listed("0.3", mark="3")]))
    comparison = compared([row("0.3", policy=StopPolicy.VENUE)], view)
    assert found(comparison) == []
    assert [line.reason for line in comparison.ignored] == ["what has no stop is worth 0.9, at most 1: dust"]


def test_rounding_that_is_worth_something_is_said() -> None:
    view = merged(reading([listed("7", mark="500")]))
    comparison = compared([row("7.4")], view, markets=_markets("1"))
    assert [one.verdict for one in comparison.legs] == ["agree"]
    assert [line.reason for line in comparison.ignored] == [
        "the sides differ by 0.4 AVL, worth 200: rounding, for a lot is 1 AVL"
    ]


def test_a_float_s_noise_is_not_worth_a_word() -> None:
    noisy = row("0.30000000000000004")
    assert compared([noisy], merged(reading([listed("0.3", mark="60000")]))).ignored == ()


def test_a_lot_that_a_float_has_worn_down_is_a_lot() -> None:
    worn = row("0.09999999999999999", unit=Decimal(1), step=Decimal("0.1"))
    judged = _judged([worn], Decimal(0), _markets("0.1"))
    assert [each.kind for each in judged.findings] == ["phantom_position"]
    assert judged.matched == 0
