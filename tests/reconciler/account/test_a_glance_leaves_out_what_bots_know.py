"""A glance at positions that bots' live rows claim compares nothing: no stranger can be found there."""

import pytest

from reconciler.account.stranger import all_known
from reconciler.facts.expectation import Expectation, ExpectationState
from tests.reconciler.accounts import ACCOUNT, SYMBOL, row
from verification.facts.account import PositionMode
from verification.facts.leg import Leg, LegKey

NET, LONG = LegKey(ACCOUNT, SYMBOL, Leg.NET), LegKey(ACCOUNT, SYMBOL, Leg.LONG)
ONE_WAY, HEDGE = PositionMode.ONE_WAY, PositionMode.HEDGE


@pytest.mark.parametrize(
    ("rows", "mode", "known"),
    [
        ((row("10"),), ONE_WAY, True),
        ((row("10"),), HEDGE, True),
        ((row("-10"),), ONE_WAY, True),
        ((row("-10"),), HEDGE, False),
        ((row("10", symbol="B/USDT:USDT"),), ONE_WAY, False),
        ((row("10", state=ExpectationState.CLOSED),), ONE_WAY, False),
        ((row("10", state=ExpectationState.FAILED),), ONE_WAY, False),
        ((row("0"),), ONE_WAY, False),
        ((row("0", high="10", state=ExpectationState.OPENING),), ONE_WAY, True),
        ((), ONE_WAY, False),
    ],
)
def test_a_leg_is_known_by_a_live_row_that_claims_it(
    rows: tuple[Expectation, ...], mode: PositionMode, *, known: bool
) -> None:
    leg = NET if mode is ONE_WAY else LONG
    assert all_known([leg], rows, mode, watched=()) is known


def test_every_leg_has_to_be_known() -> None:
    other = LegKey(ACCOUNT, "B/USDT:USDT", Leg.NET)
    assert not all_known([NET, other], [row("10")], ONE_WAY, watched=())


def test_a_leg_on_which_an_order_may_fill_late_is_compared() -> None:
    assert not all_known([NET], [row("10")], ONE_WAY, watched=[NET])
