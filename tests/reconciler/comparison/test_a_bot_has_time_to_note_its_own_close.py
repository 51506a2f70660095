"""A position that its own bot has closed whole exposes nobody: the bot has longer to take note of that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.comparison.confirmation import Suspicion, judge
from reconciler.comparison.outcome import Comparison
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.facts.expectation import BelievedOrder
from reconciler.facts.finding import Severity
from tests.reconciler.accounts import (
    at,
    compared,
    fact,
    found,
    leaving,
    listed,
    merged,
    reading,
    row,
    stopping,
    utc,
)
from verification.facts.order_fact import OrderFact

SETTINGS = ConfirmationSettings()
GRACE, LAGGING = SETTINGS.grace.total_seconds(), SETTINGS.lagging_grace.total_seconds()

own_close = pytest.mark.parametrize(
    "order", [leaving("9", "24"), stopping("9", "24")], ids=["its exit", "its stop"]
)
AGO = [0, 15, 45]


def _after(order: BelievedOrder, executed: str, held: str, *, ago: float) -> Comparison:
    """A bot that holds 24 long by its own words, and an order of it that has sold so much of that."""
    conditional = bool(order.role == "stop")
    done: OrderFact = fact("9", f"-{executed}", conditional=conditional, executed_at=utc(-ago))
    positions = [listed(held, mark=None)] if held != "0" else []
    bot = row("24", orders=(order,), updated_at=utc(-1))
    return compared([bot], merged(reading(positions)), facts=(done,))


def _told_after(comparison: Comparison) -> float:
    """Seconds from the first look until it is told, with a look each second."""
    (finding,) = comparison.findings
    confidence = comparison.confidence[finding.identity]
    suspicion: Suspicion | None = None
    for second in range(200):
        now = at(second)
        judged = judge(suspicion, finding, replace(confidence, looked=now), SETTINGS, now=now)
        if judged.confirmed:
            return second
        suspicion = judged.suspicion
    raise AssertionError("never told")


@own_close
@pytest.mark.parametrize("ago", AGO)
def test_a_whole_close_is_told_as_a_warning_after_the_lagging_grace(order: BelievedOrder, ago: int) -> None:
    whole = _after(order, "24", "0", ago=ago)
    assert found(whole) == ["phantom_position"]
    assert whole.findings[0].severity is Severity.WARNING
    assert _told_after(whole) == pytest.approx(LAGGING - ago, abs=1.5)


@own_close
@pytest.mark.parametrize("ago", AGO)
def test_where_something_is_left_the_usual_grace_counts(order: BelievedOrder, ago: int) -> None:
    part = _after(order, "20", "4", ago=ago)
    assert found(part) == ["quantity_mismatch"]
    assert _told_after(part) == pytest.approx(max(GRACE - ago, SETTINGS.spacing.total_seconds()), abs=1.5)


@own_close
def test_where_something_else_has_closed_the_rest_it_is_critical_after_the_usual_grace(
    order: BelievedOrder,
) -> None:
    other = _after(order, "20", "0", ago=15)
    assert found(other) == ["phantom_position"]
    assert other.findings[0].severity is Severity.CRITICAL
    assert _told_after(other) <= GRACE + timedelta(seconds=1.5).total_seconds()
