"""What is remembered of a leg's position is written anew for whatever is more than a price."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from reconciler.account.memory.holdings import holds_the_same
from tests.reconciler.accounts import listed, utc


@pytest.mark.parametrize(
    "change", [{"quantity": Decimal(7)}, {"version": 9}, {"version": None}, {"updated_at": utc(9)}]
)
def test_nothing_but_a_price_leaves_it_as_it_was(change: dict[str, Any]) -> None:
    before = listed("43", version=3, mark="10")
    assert holds_the_same(before, structs.replace(before, mark_price=Decimal(9), notional=Decimal(1)))
    assert not holds_the_same(before, structs.replace(before, **change))
