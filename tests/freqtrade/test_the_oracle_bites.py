"""What would be wrong is called wrong: without freqtrade, and without a venue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from reconciler.alerts.alert import Alert, AlertState
from reconciler.facts.finding import FindingKey, Kind, Severity
from tests.freqtrade.truth import Condition, wrong
from verification.facts.leg import Leg

MADE = datetime(2026, 11, 30, 12, tzinfo=UTC)
ORPHAN = Alert(
    id=1,
    key=FindingKey(Kind.ORPHANED_POSITION, "main", "UNI/USDT:USDT", Leg.NET),
    state=AlertState.RESOLVED,
    severity=Severity.CRITICAL,
    reason="",
    expected=None,
    observed=Decimal(5),
    exposure=None,
    contract_size=None,
    evidence=(),
    first_seen=MADE,
    fired_at=MADE + timedelta(seconds=30),
    last_seen=MADE,
    recovering_since=None,
    resolved_at=MADE,
    acknowledgement=None,
    count=1,
    version=1,
)


def condition() -> Condition:
    made = Condition("lost", "UNI/USDT:USDT", frozenset({"orphaned_position"}), severity="critical")
    made.venue, made.made, made.mended = Decimal(5), MADE, MADE + timedelta(seconds=60)
    return made


def test_what_is_told_as_it_is_and_resolved_is_right() -> None:
    assert wrong([condition()], [ORPHAN]) == []


def test_an_alert_without_a_cause_is_false() -> None:
    (line,) = wrong([], [ORPHAN])
    assert line.startswith("false: ")


def test_an_alert_of_another_kind_is_false_and_the_right_one_is_missed() -> None:
    other = replace(ORPHAN, key=FindingKey(Kind.PHANTOM_POSITION, "main", "UNI/USDT:USDT", Leg.NET))
    assert [line.split(":")[0] for line in wrong([condition()], [other])] == ["false", "not told"]


def test_an_alert_before_its_cause_or_after_it_was_mended_is_false() -> None:
    for fired in (MADE - timedelta(seconds=1), MADE + timedelta(seconds=61)):
        assert any(
            line.startswith("false: ") for line in wrong([condition()], [replace(ORPHAN, fired_at=fired)])
        )


def test_a_wrong_size_or_severity_a_late_word_a_second_one_and_one_that_stays_are_told_apart() -> None:
    assert "holds 4" in wrong([condition()], [replace(ORPHAN, observed=Decimal(4))])[0]
    assert wrong([condition()], [replace(ORPHAN, severity=Severity.WARNING)])[0].startswith("warning, not")
    assert wrong([condition()], [ORPHAN, replace(ORPHAN, id=2)])[0].startswith("told 2 times")
    assert wrong([condition()], [replace(ORPHAN, state=AlertState.FIRING)])[0].startswith("not resolved")
    soon = condition()
    soon.within = 10
    assert wrong([soon], [ORPHAN])[0].startswith("told after 30 s")
