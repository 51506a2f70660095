"""What a person can do: three different steps for every kind, with the side taken from the venue alone."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.alerts.alert import Alert
from reconciler.alerts.runbook import steps_for
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.registry import spec_of
from tests.reconciler.alert_life import live
from verification.facts.leg import Leg


def steps(kind: Kind, **about: Any) -> Steps:
    return spec_of(kind).steps(Affected(account="main", symbol="AVL/USDT:USDT", **about))


def alert(kind: Kind, symbol: str, **changes: Any) -> Alert:
    found = live("0 BAD")[-1][0]
    assert found is not None
    return replace(found, key=FindingKey(kind, "main", symbol, Leg.NET), **changes)


HELD = [Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION, Kind.SIDE_MISMATCH, Kind.UNPROTECTED_POSITION]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_three_different_steps(kind: Kind) -> None:
    told = steps(kind)
    assert len(set(told)) == 3
    assert all(step.endswith(".") and step[0].isupper() for step in told)


@pytest.mark.parametrize("kind", HELD)
def test_the_order_that_closes_goes_against_the_position(kind: Kind) -> None:
    def told(observed: str) -> str:
        return " ".join(steps(kind, observed=Decimal(observed), contract_size=Decimal(1)))

    assert "sell 43 AVL, reduce-only" in told("43")
    assert "buy 43 AVL, reduce-only" in told("-43")


@pytest.mark.parametrize("kind", HELD)
def test_a_side_that_is_not_known_is_not_guessed(kind: Kind) -> None:
    told = " ".join(steps(kind))
    assert "against the side that the exchange shows" in told
    assert "sell " not in told
    assert "buy " not in told


def test_the_steps_of_an_alert_name_what_it_is_about() -> None:
    held = alert(Kind.ORPHANED_POSITION, "NEAR/USDT:USDT", observed=Decimal(-3), contract_size=Decimal(1))
    told = steps_for(held)

    assert told[0].startswith("Open NEAR/USDT:USDT of account main on the exchange")
    assert told[1] == "If nobody wants it, close it: buy 3 NEAR, reduce-only."


def test_rejected_keys_have_their_own_steps() -> None:
    def told(code: str) -> Steps:
        line = Evidence(Party.TRUEUP, "rest", "an answer", None, {"code": code})
        return steps_for(alert(Kind.SOURCE_DOWN, "rest", evidence=(line,)))

    rejected = told("rejected")
    assert "Check the keys of account main" in rejected[0]
    assert rejected != told("unreachable")
