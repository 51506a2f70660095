"""A position that was opened is left, or gets another stop, whatever befalls the steps."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.verification.drawn import OTHER_LEG, moment, opening, row
from tests.verification.faulty_steps import CRASHES, Fault, of_step
from tests.verification.opening.after_opening import (
    HIGHER,
    WORKS_ON,
    after_opening,
    entry_fills,
    left,
    stopped_higher,
)
from tests.verification.opening_invariants import check
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.facts.leg import Side
from verification.facts.observation import Observation, Source
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.opening.opener import Opener
from verification.opening.outcome import Closed, Exposed, Opened, Outcome
from verification.rules.judgement import decide
from verification.rules.shown_version import shown_at

SOON = 1000.0  # ms


async def left_after_a_stop_that_was_not_moved(opener: Opener, opened: Opened) -> Outcome:
    assert isinstance(await opener.protect(opened, HIGHER), Exposed)
    return await opener.leave(opened)


@pytest.mark.parametrize(
    "weather",
    [
        Weather(),
        Weather(list_lag=3.2),
        Weather(silent_stream=True),
        Weather(held_before=13),
        Weather(exit_fills=20),
        Weather(cancels_after=0.4),
    ],
    ids=["fair", "the list lags", "the stream is silent", "something is held", "in pieces", "cancels late"],
)
def test_leaving_survives_every_fault(weather: Weather) -> None:
    story = after_opening(left, weather=weather)
    assert isinstance(story.outcome, Closed)
    assert not story.venue.stops
    assert story.journal.rows[1]["state"] == "closed"
    for number, step in enumerate(story.venue.steps.history[0]):
        for fault in of_step(step):
            try:
                check(after_opening(left, {number: fault}, weather))
            except AssertionError as error:
                raise AssertionError(f"step {number} {step}: {fault}") from error


def test_a_position_that_had_its_stop_was_left_and_not_rolled_back_whatever_befell_its_exit() -> None:
    exits = after_opening(left).venue.steps.history[0].index("leave")
    story = after_opening(left, {exits: Fault.CRASH_AFTER})
    assert isinstance(story.outcome, Closed)
    assert story.journal.rows[1]["state"] == "closed"


def test_a_crash_while_leaving_forgets_none_of_two_stops() -> None:
    place = after_opening(stopped_higher).venue.steps.history[0].index("stop")
    plan = {place: Fault.REFUSED}
    exit_ = after_opening(left_after_a_stop_that_was_not_moved, plan).venue.steps.history[0].index("leave")
    story = after_opening(left_after_a_stop_that_was_not_moved, plan | {exit_: Fault.CRASH_AFTER})
    assert isinstance(story.outcome, Closed)
    assert not story.venue.stops, "it would act on the next position"


@pytest.mark.parametrize("exit_fills", [None, 20], ids=["whole", "in pieces"])
def test_no_stop_is_forgotten_when_a_position_is_left_after_its_stop_could_not_be_moved(
    exit_fills: int | None,
) -> None:
    async def moved_in_vain_then_left(opener: Opener, opened: Opened) -> Outcome:
        assert isinstance(await stopped_higher(opener, opened), Exposed)
        return await left(opener, opened)

    weather = Weather(exit_fills=exit_fills)
    place = after_opening(stopped_higher).venue.steps.history[0].index("stop")
    in_vain: dict[int, Fault] = {place: Fault.LOST_BEFORE}
    steps = after_opening(moved_in_vain_then_left, in_vain, weather).venue.steps.history[0]
    for number in range(place + 1, len(steps)):
        for fault in CRASHES:
            story = after_opening(moved_in_vain_then_left, in_vain | {number: fault}, weather)
            what = f"step {number} {steps[number]}: {fault}"
            for outcome in story.outcomes:
                assert not (story.venue.stops and isinstance(outcome, Closed)), f"one is left ({what})"


def test_leaving_sells_what_was_bought() -> None:
    assert after_opening(left).venue.left == [(Side.SELL, 43, 43)]


def test_leaving_twice_is_refused() -> None:
    async def twice(opener: Opener, opened: Opened) -> Outcome:
        outcome = await opener.leave(opened)
        with pytest.raises(ValueError, match="entry 1 is closed"):
            await opener.leave(opened)
        return outcome

    assert isinstance(after_opening(twice).outcome, Closed)


def stop_fires(quantity: int) -> Callable[[TrueVenue], None]:
    """Let the stop execute so many and end."""

    def fire(venue: TrueVenue) -> None:
        (stop,) = venue.stops.values()
        venue.stops.clear()
        venue._execute(stop.client_order_id or "", Side.SELL, Decimal(43), -Decimal(quantity), ended=True)

    return fire


def test_the_stop_stays_until_everything_is_closed() -> None:
    story = after_opening(left, weather=Weather(exit_fills=20))
    assert isinstance(story.outcome, Closed)
    done = [name for name in story.venue.steps.history[0] if name in {"leave", "withdraw"}]
    assert done == ["leave", "leave", "leave", "withdraw"]


def test_a_stop_that_took_part_is_not_called_a_rest_that_is_still_open() -> None:
    """The exit closes what the stop has left: its executions alone would say that 20 are open still."""

    story = after_opening(left, before=stop_fires(20))
    assert isinstance(story.outcome, Closed)
    assert not story.outcome.critical
    assert story.venue.held == 0
    assert story.venue.left == [(Side.SELL, 43, 23)]
    wrong = [each for each in story.journal.verifications if each.verdict.quantity == 20]
    assert not wrong, "20 were never what was left"


@pytest.mark.parametrize("pieces", [None, 10])
def test_what_a_stop_took_is_counted_once(pieces: int | None) -> None:
    story = after_opening(left, weather=Weather(exit_fills=pieces), before=stop_fires(20))
    assert story.venue.held == 0
    assert sum(min(size, held, pieces or held) for _, size, held in story.venue.left if held) == 23


@pytest.mark.parametrize(
    ("shown", "version"),
    [
        ([row(43, 11), row(43, 12)], 12),
        ([row(43, 11), row(20, 12)], None),
        ([row(43, 11), row(43, 15, key=OTHER_LEG)], 11),
        ([row(43, 10), row(43, 9), row(43, None)], None),
    ],
    ids=["the newest", "while it is held", "of this leg", "newer than before the entry"],
)
def test_a_zero_must_be_newer_than_the_position_that_was_shown(
    shown: list[Observation], version: int | None
) -> None:
    question = opening()
    opened = Verification(question, decide(question, shown), tuple(shown), moment(1))
    assert shown_at(opened, Decimal(43)) == version


def test_leaving_what_the_stop_has_closed_already_is_no_alarm() -> None:
    story = after_opening(left, before=stop_fires(43))
    assert isinstance(story.outcome, Closed)
    assert not story.outcome.critical
    assert story.outcome.verification.verdict.quantity == 0
    assert len(story.venue.left) == 1, "one exit was refused"


def test_what_the_stop_has_closed_is_not_closed_once_more_at_the_cost_of_others() -> None:
    """Seed 489544."""
    story = after_opening(left, weather=Weather(held_before=13), before=stop_fires(43))
    assert isinstance(story.outcome, Closed)
    assert not story.outcome.critical
    assert not story.venue.left, "no exit was sent"
    assert story.venue.held == 13


def test_a_stop_that_fires_beside_the_exit_may_cost_others_and_that_is_told() -> None:
    """Seed 498768."""

    def beside(venue: TrueVenue) -> None:
        """A moment after the stop was looked at, and before the exit arrives."""
        asyncio.get_running_loop().call_later(0.03, stop_fires(43), venue)

    story = after_opening(left, weather=Weather(held_before=13), before=beside)
    closed = story.outcome
    assert isinstance(closed, Closed)
    assert story.venue.held == 0
    assert closed.concerns == ("13 of what others hold on the leg were closed as well",)
    assert story.reports == [closed]


def test_what_somebody_closed_by_hand_is_proved_closed_by_the_venues_zero() -> None:
    def by_hand(venue: TrueVenue) -> None:
        """A moment after the leg was looked at, and before the exit arrives."""
        asyncio.get_running_loop().call_later(0.02, lambda: venue.move(-venue.held))

    story = after_opening(left, weather=Weather(held_before=13), before=by_hand)
    assert isinstance(story.outcome, Closed)
    assert story.outcome.verification.verdict.rests_on[0].provenance.source is Source.WEBSOCKET
    assert not story.venue.stops


@pytest.mark.parametrize("before", [0, 13])
def test_leaving_closes_what_the_entry_has_executed_since(before: int) -> None:
    story = after_opening(left, weather=replace(WORKS_ON, held_before=before), before=entry_fills)
    assert isinstance(story.outcome, Closed)
    assert story.venue.left == [(Side.SELL, 43, 43 + before)]
    assert story.venue.held == before


def test_leaving_while_the_entry_may_execute_more_keeps_the_stop_and_is_told() -> None:
    story = after_opening(left, weather=WORKS_ON)
    assert isinstance(story.outcome, Exposed)
    assert "may execute more, and the stop was left for that" in story.outcome.reason
    assert len(story.venue.stops) == 1
    assert story.reports[-1] == story.outcome
    assert story.journal.rows[1]["state"] == "closing"


@pytest.mark.parametrize("before", [0, 13])
def test_leaving_takes_no_longer_than_it_must(before: int) -> None:
    story = after_opening(left, weather=Weather(held_before=before))
    assert isinstance(story.outcome, Closed)
    assert story.outcome.verification.milliseconds < SOON


@pytest.mark.parametrize("fills", [10, 15, 20])
def test_what_a_late_list_shows_of_before_is_no_growth_of_what_is_left(fills: int) -> None:
    story = after_opening(left, weather=Weather(exit_fills=fills, list_lag=3.2, held_before=13))
    said = [each.verdict for each in story.journal.verifications]
    assert len(said) > 2, "it took several exits"
    assert not [each.reason for each in said if each.kind is VerdictKind.MISMATCH]
