"""What a person can do: three different steps for every kind, with the side taken from the venue alone."""

from decimal import Decimal

import pytest

from reconciler.alerts.runbook import steps
from reconciler.facts.finding import Kind

HELD = [Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION, Kind.SIDE_MISMATCH, Kind.UNPROTECTED_POSITION]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_three_different_steps(kind: Kind) -> None:
    told = steps(kind, account="main", symbol="AVL/USDT:USDT")
    assert len(set(told)) == 3
    assert all(step.endswith(".") and step[0].isupper() for step in told)


@pytest.mark.parametrize("kind", HELD)
def test_the_order_that_closes_goes_against_the_position(kind: Kind) -> None:
    def told(observed: str) -> str:
        return " ".join(
            steps(
                kind,
                account="main",
                symbol="AVL/USDT:USDT",
                observed=Decimal(observed),
                contract_size=Decimal(1),
            )
        )

    assert "sell 43 AVL, reduce-only" in told("43")
    assert "buy 43 AVL, reduce-only" in told("-43")


@pytest.mark.parametrize("kind", HELD)
def test_a_side_that_is_not_known_is_not_guessed(kind: Kind) -> None:
    told = " ".join(steps(kind, account="main", symbol="AVL/USDT:USDT"))
    assert "against the side that the exchange shows" in told
    assert "sell " not in told
    assert "buy " not in told


def test_rejected_keys_have_their_own_steps() -> None:
    rejected = steps(Kind.SOURCE_DOWN, account="main", symbol="rest", code="rejected")
    assert "Check the keys of account main" in rejected[0]
    assert rejected != steps(Kind.SOURCE_DOWN, account="main", symbol="rest", code="unreachable")
