"""A liquidation price belongs to a size: what lay beyond the former one is in doubt until a list tells."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from reconciler.comparison.condition_check import ConditionState
from reconciler.facts.expectation import StopPolicy
from reconciler.facts.finding import FindingKey, Kind
from tests.reconciler.accounts import SYMBOL, compared, found, listed, merged, pushed, reading, row, stop
from verification.facts.leg import Leg, Side


# what a push makes of a long of 43 whose stop at 9 lay beyond its liquidation price of 9.5 -> what is found
@pytest.mark.parametrize(("size", "kinds"), [("30", []), ("50", []), ("43", ["unprotected_position"])])
def test_a_stop_that_lay_beyond_the_liquidation_price_is_in_doubt_until_a_list_tells_the_new_one(
    size: str, kinds: list[str]
) -> None:
    before = replace(listed("43", version=100), liquidation_price=Decimal("9.5"), entry_price=Decimal(10))
    ledger = [row(size, policy=StopPolicy.VENUE)]
    view = merged(reading([before], stops=[stop("7001", Side.SELL, "100")]))
    failed = reading(None, second=10, stops=[stop("7001", Side.SELL, "100")])
    changed = merged(failed, pushes=[pushed(size, second=9, version=101)], previous=view)
    comparison = compared(ledger, changed)
    assert found(comparison) == kinds
    naked = FindingKey(Kind.UNPROTECTED_POSITION, "main", SYMBOL, Leg.NET)
    assert comparison.condition(naked).state is not ConditionState.CLEAR
    after = replace(listed(size, version=101), liquidation_price=Decimal("8.5"), entry_price=Decimal(10))
    told = merged(
        reading([after], second=20, stops=[stop("7001", Side.SELL, "100")]),
        pushes=[pushed(size, second=9, version=101)],
        previous=changed,
    )
    assert found(compared(ledger, told)) == []
    assert compared(ledger, told).condition(naked).state is ConditionState.CLEAR


def test_a_leg_that_turned_round_keeps_no_liquidation_price() -> None:
    before = replace(listed("43", version=100), liquidation_price=Decimal("9.5"))
    view = merged(reading([before]))
    turned = merged(reading(None, second=10), pushes=[pushed("-43", second=9, version=101)], previous=view)
    (leg_now,) = turned.legs.values()
    assert (leg_now.position.liquidation_price, leg_now.liquidation_before) == (None, None)
