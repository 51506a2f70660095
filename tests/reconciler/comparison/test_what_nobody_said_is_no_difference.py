"""What lags, cannot be named or was not said again is no ground for an alert: found by the simulation."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.account.memory.wall_steps import WallSteps
from reconciler.comparison.compare import compare
from reconciler.comparison.confidence import Confidence
from reconciler.comparison.confirmation import Suspicion, judge
from reconciler.comparison.outcome import CompareSettings
from reconciler.comparison.patience import ConfirmationSettings
from reconciler.comparison.venue_view import Grade
from reconciler.facts.expectation import Direction, ExpectationState
from reconciler.facts.finding import Finding, FindingKey, Kind, Severity
from tests.reconciler.accounts import (
    MARKETS,
    SYMBOL,
    at,
    compared,
    found,
    leg,
    listed,
    merged,
    pushed,
    reading,
    row,
    stream,
    utc,
)
from tests.reconciler.house import KEY, House, play
from verification.facts.account import Position
from verification.facts.clock import Moment
from verification.facts.leg import Leg

CLOSED = row("0", direction=Direction.LONG, state=ExpectationState.CLOSED, updated_at=utc(40))
UNNAMED = leg("AVLUSDT")


def _judged(seconds: list[float], *, contested: bool) -> list[bool]:
    """Whether an orphan, quiet for a minute, is confirmed at each look."""
    finding = Finding(
        Kind.ORPHANED_POSITION, "main", SYMBOL, Leg.NET, Severity.CRITICAL, "because", observed=Decimal(43)
    )
    suspicion: Suspicion | None = None
    told = []
    for second in seconds:
        confidence = Confidence(at(second), Grade.SHOWN, contested=contested, quiet_since=utc(-60))
        suspicion, confirmed, _ = judge(
            suspicion, finding, confidence, ConfirmationSettings(), now=at(second)
        )
        told.append(confirmed)
    return told


def test_while_the_last_list_says_otherwise_nobody_is_told_but_not_for_ever() -> None:
    assert _judged([0, 10, 20], contested=False) == [False, True, True]
    assert _judged([0, 10, 20, 290, 301], contested=True) == [False, False, False, False, True]


def test_a_list_with_a_nameless_row_does_not_show_that_another_leg_is_gone() -> None:
    first = reading([listed("43", version=1)])
    later = [reading([listed("43", key=UNNAMED, version=1)], second=second) for second in (30, 60, 90)]
    view = merged(first, *later)
    comparison = compared([row("43")], view)
    assert found(comparison) == []
    assert any("AVLUSDT" in problem for problem in comparison.problems)
    whole = merged(first, *(reading([], second=second) for second in (30, 60, 90)))
    assert found(compared([row("43")], whole)) == ["phantom_position"]


def test_a_nameless_leg_that_has_got_its_name_is_not_held_twice_whatever_else_has_no_name() -> None:
    """Seed 501750."""
    other = leg("XRPUSDT")
    first = reading([listed("43", key=UNNAMED)])
    later = [reading([listed("43"), listed("5", key=other)], second=second) for second in (30, 60, 90)]
    assert merged(first, later[0]).legs[UNNAMED].contrary is not None, "it may only lag"
    assert merged(first, *later).legs[UNNAMED].quantity == 0


def test_a_nameless_row_may_be_a_leg_that_the_stream_knows_by_its_name() -> None:
    view = merged(
        reading([listed("43", key=UNNAMED, version=7)], second=60),
        pushes=[pushed("43", second=50, version=7)],
    )
    assert found(compared([row("43")], view)) == []


def test_a_list_with_a_nameless_row_leaves_what_it_does_not_show_to_nobody() -> None:
    nameless = reading([listed("20", key=UNNAMED)], second=60)
    for said, expected in ((50, []), (60.02, ["orphaned_position"])):
        view = merged(nameless, pushes=[pushed("43", second=said, version=7)])
        assert [kind for kind in found(compared([], view)) if kind] == [*expected, "orphaned_position"]


def test_agreement_with_the_ledgers_that_could_be_read_ends_no_alert() -> None:
    view = merged(reading([listed("43")]))
    key = FindingKey(Kind.QUANTITY_MISMATCH, "main", SYMBOL, Leg.NET)
    assert compared([row("43")], view).condition(key).state == "clear"
    assert compared([row("43")], view, complete=False).condition(key).state == "unknown"


def test_a_nameless_row_that_can_be_no_leg_of_the_bots_is_nobodys() -> None:
    rows: list[Position] = [listed("43"), listed("5", key=UNNAMED)]
    assert found(compared([row("43")], merged(reading(rows)))) == ["orphaned_position"]


@pytest.mark.parametrize(
    ("said", "expected"), [(10, []), (50, ["orphaned_position"])], ids=["before", "after"]
)
def test_a_streams_silence_after_the_bot_wrote_shows_no_difference(said: float, expected: list[str]) -> None:
    view = merged(reading(None, second=60), pushes=[pushed("43", second=said, version=7)], health=stream())
    assert found(compared([CLOSED], view)) == expected


def test_a_word_from_before_the_clock_was_set_is_not_compared_with_what_was_written_after() -> None:
    view = merged(reading(None, second=60), pushes=[pushed("43", second=50, version=7)], health=stream())
    told = [
        found(
            compare(
                (CLOSED,),
                view,
                markets=MARKETS,
                mode=view.mode,
                settings=CompareSettings(),
                now=utc(60),
                stepped=None if second is None else at(second),
            )
        )
        for second in (None, 45, 55)
    ]
    assert told == [["orphaned_position"], ["orphaned_position"], []]


@pytest.mark.parametrize(("step", "within"), [(0.0, False), (0.5, False), (3600.0, True), (-3600.0, True)])
def test_a_step_of_the_wall_clock_is_noticed(step: float, *, within: bool) -> None:
    steps = WallSteps()
    steps.note(at(0))
    steps.note(Moment.at(utc(30 + step), at(30).monotonic))
    now = Moment.at(utc(60 + step), at(60).monotonic)
    steps.note(now)
    assert steps.stepped_within(timedelta(minutes=1), now) is within
    assert not steps.stepped_within(timedelta(seconds=30), now)


def test_a_leg_that_neither_side_names_any_more_is_settled_for_whoever_waits(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        entry = house.open_trade(stop_id=None)
        await house.quiet(40)
        house.venue.hold("0")
        house.journal.closed(entry)
        await house.quiet(40)
        asked = house.clock.now()
        assert not house.unit._watch.settled_since(KEY, asked)
        await house.quiet(40)
        assert house.unit._watch.settled_since(KEY, asked)

    play(tmp_path, story)
