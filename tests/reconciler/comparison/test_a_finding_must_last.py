"""The confirmation: how many independent looks, how long a quiet, by kind; and that it ends in an alert."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reconciler.comparison.confidence import Confidence
from reconciler.comparison.confirmation import Judgement, Suspicion, judge
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.comparison.venue_view import Grade
from reconciler.facts.finding import Finding, Kind, Severity
from reconciler.kinds.form.confirmation import Lasting
from reconciler.kinds.registry import SPECS
from tests.reconciler.accounts import SYMBOL, at, utc
from verification.facts.leg import Leg

SETTINGS = ConfirmationSettings()


def _finding(kind: Kind = Kind.ORPHANED_POSITION, observed: int = 43) -> Finding:
    return Finding(kind, "main", SYMBOL, Leg.NET, Severity.CRITICAL, "because", observed=Decimal(observed))


def _look(
    second: float,
    past: Suspicion | None = None,
    *,
    kind: Kind = Kind.ORPHANED_POSITION,
    grade: Grade = Grade.SHOWN,
    quiet_since: float | None = None,
    looked: float | None = None,
    lagging: bool = False,
    lag: float | None = None,
    observed: int = 43,
    settings: ConfirmationSettings = SETTINGS,
) -> Judgement:
    since = None if quiet_since is None else utc(quiet_since)
    naked = kind is Kind.UNPROTECTED_POSITION
    confidence = Confidence(
        looked=at(second if looked is None else looked),
        grade=grade,
        lagging=lagging,
        quiet_since=None if naked else since,
        opened=since if naked else None,
    )
    return judge(
        past,
        _finding(kind, observed),
        confidence,
        settings,
        lag=None if lag is None else timedelta(seconds=lag),
        now=at(second),
    )


def _confirmed_at(seconds: list[float], **more: object) -> float | None:
    """The second of the first look that confirms; None if none does."""
    suspicion: Suspicion | None = None
    for second in seconds:
        suspicion, confirmed, _ = _look(second, suspicion, **more)  # type: ignore[arg-type]  # drawn options
        if confirmed:
            return second
    return None


EVERY_SECOND = [float(second) for second in range(400)]

# kind, grade, quiet since (seconds before the first look), lagging -> seconds until it is confirmed
TABLE = [
    (Kind.ORPHANED_POSITION, Grade.SHOWN, None, False, 20),
    (Kind.ORPHANED_POSITION, Grade.SHOWN, -300, False, 5),
    (Kind.ORPHANED_POSITION, Grade.PROOF, -300, False, 5),
    (Kind.ORPHANED_POSITION, Grade.SHOWN, -8, False, 12),
    (Kind.PHANTOM_POSITION, Grade.ABSENT, None, False, 20),
    (Kind.PHANTOM_POSITION, Grade.ABSENT, -300, False, 5),
    (Kind.PHANTOM_POSITION, Grade.BOUNDED_LAG, -300, False, 0),
    (Kind.PHANTOM_POSITION, Grade.PROOF, -300, False, 0),
    (Kind.PHANTOM_POSITION, Grade.PROOF, None, True, 60),
    (Kind.QUANTITY_MISMATCH, Grade.SHOWN, -300, False, 5),
    (Kind.QUANTITY_MISMATCH, Grade.PROOF, -300, False, 0),
    (Kind.QUANTITY_MISMATCH, Grade.PROOF, None, False, 20),
    (Kind.SIDE_MISMATCH, Grade.PROOF, -300, False, 0),
    (Kind.UNPROTECTED_POSITION, Grade.PROOF, None, False, 60),
    (Kind.UNPROTECTED_POSITION, Grade.PROOF, -10, False, 50),
    (Kind.UNPROTECTED_POSITION, Grade.PROOF, -300, False, 15),
    (Kind.UNVERIFIED_OPEN, Grade.SHOWN, None, False, 0),
    (Kind.SOURCE_DOWN, Grade.SHOWN, None, False, 0),
]


@pytest.mark.parametrize(("kind", "grade", "quiet", "lagging", "expected"), TABLE)
def test_when_each_kind_is_confirmed_if_it_is_looked_at_every_second(
    kind: Kind, grade: Grade, quiet: float | None, *, lagging: bool, expected: float
) -> None:
    second = _confirmed_at(EVERY_SECOND, kind=kind, grade=grade, quiet_since=quiet, lagging=lagging)
    assert second == expected


def test_an_open_in_flight_is_suppressed_for_the_grace_and_escalates_then() -> None:
    # The position changed at second 0; the bot has not written its trade down yet.
    assert _confirmed_at([1, 6, 11, 16], quiet_since=0) is None
    assert _confirmed_at([1, 6, 11, 16, 21], quiet_since=0) == 21


def test_poisoned_samples_within_a_few_seconds_are_one_look() -> None:
    judgement = _look(0, kind=Kind.PHANTOM_POSITION, grade=Grade.ABSENT, quiet_since=-300)
    for second in (1, 2, 3, 4.9):
        judgement = _look(
            second, judgement.suspicion, kind=Kind.PHANTOM_POSITION, grade=Grade.ABSENT, quiet_since=-300
        )
    assert judgement.suspicion.looks == 1
    assert not judgement.confirmed
    assert "seen by 1 of 2 looks" in judgement.reason


def test_judging_the_same_answer_again_is_no_second_look() -> None:
    first = _look(0, quiet_since=-300, looked=0)
    later = _look(60, first.suspicion, quiet_since=-300, looked=0)
    assert later.suspicion.looks == 1
    assert not later.confirmed


def test_the_grace_follows_the_measured_lag_up_to_its_limit() -> None:
    kind, grade = Kind.QUANTITY_MISMATCH, Grade.PROOF
    assert _confirmed_at(EVERY_SECOND, kind=kind, grade=grade, lag=1) == 20
    assert _confirmed_at(EVERY_SECOND, kind=kind, grade=grade, lag=30) == 60
    assert _confirmed_at(EVERY_SECOND, kind=kind, grade=grade, lag=1000) == 300


def test_quantities_that_change_put_it_off_but_not_for_ever() -> None:
    suspicion: Suspicion | None = None
    confirmed_at = None
    for second in range(0, 600, 10):
        suspicion, confirmed, _ = _look(second, suspicion, observed=43 + second)
        if confirmed:
            confirmed_at = second
            break
    assert confirmed_at == SETTINGS.longest.total_seconds()


def test_a_bot_that_touches_its_rows_all_the_time_cannot_hide() -> None:
    suspicion: Suspicion | None = None
    seen = []
    for second in range(0, 60, 5):
        suspicion, confirmed, _ = _look(
            second, suspicion, kind=Kind.QUANTITY_MISMATCH, grade=Grade.PROOF, quiet_since=second
        )
        seen.append(confirmed)
    assert seen.index(True) * 5 == 20


def test_one_run_of_spaced_readings_without_history_is_enough_for_old_facts() -> None:
    """As `trueup reconcile --once` does it: the wait tells when it is worth looking again."""
    second = 0.0
    judgement = _look(second, quiet_since=-3600)
    while not judgement.confirmed:
        assert judgement.suspicion.wait > timedelta(0)
        second += judgement.suspicion.wait.total_seconds()
        judgement = _look(second, judgement.suspicion, quiet_since=-3600)
    assert second == 5
    assert judgement.suspicion.wait == timedelta(0)


def test_a_demo_can_turn_the_patience_down_to_seconds() -> None:
    second = timedelta(seconds=1)
    quick = ConfirmationSettings(
        spacing=second,
        grace=second,
        lagging_grace=second,
        stop_placing=second,
        stop_replacing=second,
        stuck=second,
    )
    for kind in (spec.kind for spec in SPECS if isinstance(spec.confirmation, Lasting)):
        assert _confirmed_at(EVERY_SECOND, kind=kind, settings=quick) == 1


def test_every_answer_has_a_reason() -> None:
    for kind in Kind:
        first = _look(0, kind=kind)
        assert first.reason
        assert _look(500, first.suspicion, kind=kind).reason
