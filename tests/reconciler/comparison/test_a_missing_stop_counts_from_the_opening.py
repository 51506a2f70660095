"""How long a position may be without its stop counts from its opening, not from when we first looked."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from reconciler.comparison.confidence import Confidence
from reconciler.comparison.confirmation import Suspicion, judge
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.comparison.venue_view import Grade, VenueView
from reconciler.facts.expectation import Expectation, StopPolicy
from reconciler.facts.finding import Finding, Kind, Severity
from tests.reconciler.accounts import (
    SYMBOL,
    at,
    compared,
    entry,
    listed,
    merged,
    pushed,
    reading,
    row,
    stop,
    utc,
)
from verification.facts.clock import Moment
from verification.facts.leg import Leg, Side
from verification.facts.observation import PositionSeen

SETTINGS = ConfirmationSettings()
PLACING, REPLACING = SETTINGS.stop_placing.total_seconds(), SETTINGS.stop_replacing.total_seconds()
BESIDE = 5
WEEK = timedelta(days=7).total_seconds()


def _row(**more: object) -> Expectation:
    return replace(row("43", policy=StopPolicy.VENUE), **more)  # type: ignore[arg-type]  # drawn fields


def _told_at(
    expected: Expectation,
    *,
    changed: float | None = None,
    quantities: tuple[tuple[float, str], ...] = ((0, "43"),),
    pushes: tuple[PositionSeen, ...] = (),
    stopped_until: int = 0,
    beside: Expectation | None = None,
) -> float:
    """The second at which the missing stop is confirmed, with a look each second from 0 on.

    `quantities` says what the list shows from which second on; `changed` is the venue's own time of that. Up
    to `stopped_until` a stop covers it. `beside` is another row of the leg from the fifth second on.
    """
    view: VenueView | None = None
    suspicion: Suspicion | None = None
    for second in range(200):
        held = [size for since, size in quantities if since <= second][-1]
        position = listed(held, updated_at=None if changed is None else utc(changed))
        stops = [stop("1", Side.SELL, None)] if second < stopped_until else []
        view = merged(reading([position], stops=stops, second=second), previous=view, pushes=pushes)
        rows = [replace(expected, expected=abs(view.legs[position.key].quantity))]
        rows += [beside] if beside is not None and second >= BESIDE else []
        comparison = compared(rows, view)
        naked = [each for each in comparison.findings if each.kind.value == "unprotected_position"]
        if not naked:
            continue
        told = judge(
            suspicion, naked[0], comparison.confidence[naked[0].identity], SETTINGS, now=at(second + 0.05)
        )
        suspicion = told.suspicion
        if told.confirmed:
            return second
    raise AssertionError("never told")


def _ago(seconds: float) -> datetime:
    return utc(-seconds)


# what the ledger says, what the venue says (seconds ago) -> when it is told
TABLE = [
    ("a week old by both", _row(opened_at=_ago(WEEK)), -WEEK, REPLACING),
    ("a week old by the venue", _row(), -WEEK, REPLACING),
    ("a week old by the ledger, where the venue tells no time", _row(opened_at=_ago(WEEK)), None, REPLACING),
    ("begun a week ago, its entry executed just now", _row(opened_at=_ago(WEEK)), 0, PLACING),
    ("entered a week ago, touched by funding just now", _row(entered_at=_ago(WEEK)), 0, REPLACING),
    ("entered just now", _row(opened_at=_ago(WEEK), entered_at=_ago(0)), None, PLACING),
    ("half a minute old", _row(opened_at=_ago(30)), None, PLACING - 30),
    ("just opened", _row(opened_at=_ago(0)), None, PLACING),
    ("of an age that nobody tells", _row(), None, PLACING),
    ("of a time to come, by a clock that is ahead", _row(opened_at=_ago(-5)), None, PLACING),
]


@pytest.mark.parametrize(("name", "expected", "changed", "seconds"), TABLE, ids=[each[0] for each in TABLE])
def test_the_grace_counts_from_the_opening(
    name: str, expected: Expectation, changed: float | None, seconds: float
) -> None:
    assert _told_at(expected, changed=changed) == pytest.approx(seconds, abs=1.01)


def test_a_position_seen_to_grow_has_the_time_that_a_stop_takes() -> None:
    old = _row(opened_at=_ago(WEEK), entered_at=_ago(WEEK))
    assert _told_at(old, quantities=((0, "0"), (20, "43"))) == pytest.approx(20 + PLACING, abs=1.1)


def test_additions_put_it_off_no_longer_than_the_placing_of_a_stop() -> None:
    old = _row(opened_at=_ago(WEEK), entered_at=_ago(WEEK))
    growing = tuple((second, str(20 + second)) for second in range(0, 150, 5))
    assert _told_at(old, quantities=growing) == pytest.approx(PLACING, abs=1.1)


def test_its_time_is_not_counted_anew_when_its_stop_goes() -> None:
    old = _row(opened_at=_ago(WEEK), entered_at=_ago(WEEK))
    grown = ((0, "0"), (20, "43"))
    assert _told_at(old, quantities=grown, stopped_until=50) == pytest.approx(20 + PLACING, abs=1.1)
    assert _told_at(old, quantities=grown, stopped_until=90) == pytest.approx(90 + REPLACING, abs=1.1)


def test_a_position_that_shrinks_had_its_stop_before() -> None:
    old = _row(opened_at=_ago(WEEK), entered_at=_ago(WEEK))
    assert _told_at(old, quantities=((0, "43"), (5, "20"))) == pytest.approx(REPLACING, abs=1.01)


def test_a_push_of_what_was_held_before_we_came_is_no_opening() -> None:
    old = _row(opened_at=_ago(WEEK), entered_at=_ago(WEEK))
    assert _told_at(old, pushes=(pushed("43", second=-1),)) == pytest.approx(REPLACING, abs=1.01)


def test_an_entry_that_rests_beside_it_and_has_not_executed_makes_it_no_younger() -> None:
    old = _row(opened_at=_ago(WEEK))
    opening = replace(
        old,
        row_id="2",
        expected=Decimal(0),
        expected_low=Decimal(0),
        opened_at=utc(BESIDE),
        orders=(entry("e2", "43"),),
    )
    assert _told_at(old, beside=opening) == pytest.approx(REPLACING, abs=1.01)


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_a_step_of_the_wall_clock_makes_what_was_seen_to_grow_neither_older_nor_younger(step: float) -> None:
    def due(held_for: float) -> float:
        """Return how long a missing stop that is found now must still be missing, seconds."""
        found = Finding(Kind.UNPROTECTED_POSITION, "main", SYMBOL, Leg.NET, Severity.CRITICAL, "because")
        now = at(held_for)
        stepped = Moment.at(now.utc + timedelta(seconds=step), now.monotonic)
        confidence = Confidence(stepped, Grade.PROOF, grown=at(0))
        return judge(None, found, confidence, SETTINGS, now=stepped).suspicion.wait.total_seconds()

    assert due(0) == pytest.approx(PLACING)
    assert due(50) == pytest.approx(REPLACING)
    assert due(3000) == pytest.approx(REPLACING)
