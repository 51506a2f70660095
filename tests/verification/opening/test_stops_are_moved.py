"""A stop is moved by a new one that is proved to rest before the old one is withdrawn."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.verification.faulty_steps import Fault, of_step
from tests.verification.opening.after_opening import (
    HIGHER,
    WORKS_ON,
    after_opening,
    entry_fills,
    stopped_higher,
)
from tests.verification.opening_story import STOP_PRICE, with_
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.opening.outcome import Exposed, Opened


def test_a_stop_is_moved_and_the_old_one_withdrawn_after() -> None:
    story = after_opening(stopped_higher)
    assert isinstance(story.outcome, Opened)
    (stop,) = story.venue.stops.values()
    assert stop.trigger_price == HIGHER
    names = story.venue.steps.history[0]
    assert names.index("stop") < names.index("withdraw"), "never a moment without one"


@pytest.mark.parametrize(
    "weather",
    [
        Weather(),
        Weather(list_lag=3.2),
        Weather(silent_stream=True),
        Weather(held_before=13),
        Weather(cancels_after=0.4),
    ],
    ids=["fair", "the list lags", "the stream is silent", "something is held", "cancels late"],
)
def test_moving_a_stop_survives_every_fault(weather: Weather) -> None:
    """The position stays, with one stop, the new one or the one before; of a second one a person knows."""
    for number, step in enumerate(after_opening(stopped_higher, weather=weather).venue.steps.history[0]):
        for fault in of_step(step):
            story, where = (
                after_opening(stopped_higher, {number: fault}, weather),
                f"{number} {step}: {fault}",
            )
            assert story.venue.held == weather.held_before + 43, where
            assert story.journal.rows[1]["state"] == "open", where
            assert len(story.venue.stops) == 1 or story.reports, where
            assert story.venue.stops, where
            for outcome in story.outcomes:
                named = isinstance(outcome, Opened) and outcome.stop.client_order_id in story.venue.stops
                assert named or outcome in story.reports, where


def test_a_stop_that_was_refused_costs_no_position_after_a_restart() -> None:
    place = after_opening(stopped_higher).venue.steps.history[0].index("stop")
    story = after_opening(stopped_higher, {place: Fault.REFUSED}, restarted=True)
    opened = story.outcome
    assert isinstance(opened, Opened)
    assert opened.stop.trigger_price == STOP_PRICE
    assert opened.concerns, "whether the refused one had been sent no journal says"
    assert story.venue.held == 43
    assert not story.journal.unfinished()


def test_the_stop_that_is_moved_covers_what_has_executed_since() -> None:
    story = after_opening(stopped_higher, weather=WORKS_ON, before=entry_fills)
    assert isinstance(story.outcome, Opened)
    assert story.outcome.quantity == story.outcome.stop.quantity == 43
    assert not story.outcome.critical
    assert story.journal.rows[1]["quantity"] == 43


def test_the_stop_that_is_moved_covers_what_may_execute_yet() -> None:
    story = after_opening(stopped_higher, weather=WORKS_ON)
    assert isinstance(story.outcome, Opened)
    assert story.outcome.quantity == 20
    assert story.outcome.stop.quantity == 43
    assert "may execute more" in story.outcome.concerns[0]


def test_a_stop_that_somebody_cancelled_is_placed_again() -> None:
    story = after_opening(stopped_higher, before=lambda venue: venue.stops.clear())
    assert isinstance(story.outcome, Opened)
    assert not story.outcome.critical
    assert len(story.venue.stops) == 1


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LOST_BEFORE])
def test_a_new_stop_that_is_not_proved_leaves_the_old_one_and_is_told(fault: Fault) -> None:
    place = after_opening(stopped_higher).venue.steps.history[0].index("stop")
    story = after_opening(stopped_higher, {place: fault})
    assert isinstance(story.outcome, Exposed)
    assert story.reports == [story.outcome]
    assert story.venue.held == 43
    assert len(story.venue.stops) == 1


def test_a_new_stop_that_rests_and_does_not_cover_leaves_the_old_one_and_is_told() -> None:
    def covers_less(venue: TrueVenue) -> None:
        venue.weather = replace(venue.weather, bends_stop=with_(quantity=Decimal(42)))

    story = after_opening(stopped_higher, before=covers_less)
    assert isinstance(story.outcome, Exposed)
    assert story.reports == [story.outcome]
    assert [stop.quantity for stop in story.venue.stops.values()] == [43], "the new one was taken back"
