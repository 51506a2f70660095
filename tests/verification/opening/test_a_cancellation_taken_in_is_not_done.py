"""A venue may answer a cancellation before it carries it out: a stop is gone when it is seen to be."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.verification.opening.after_opening import after_opening, left, stopped_higher
from tests.verification.opening_story import Story
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.facts.leg import LegKey, Side
from verification.opening.opener import Opener
from verification.opening.outcome import Closed, Opened, Outcome

NEVER = 1e6
"""Seconds: the cancellation is taken in, and nothing comes of it."""


def then(
    work: Callable[..., object], weather: Weather, before: Callable[[TrueVenue], None] = lambda _: None
) -> tuple[Story, set[str]]:
    """Do it; return the story, and which stops rested when the opener had its answer."""
    rested: list[set[str]] = []

    async def and_look(opener: Opener, opened: Opened) -> Outcome:
        outcome: Outcome = await work(opener, opened)  # type: ignore[misc] # one of those that are awaited
        rested.append(set(opener._context.venue.stops))  # type: ignore[attr-defined] # the true venue
        return outcome

    story = after_opening(and_look, weather=weather, before=before)
    return story, rested[0]


def closed_by_hand(venue: TrueVenue) -> None:
    venue.by_hand(-43)


@pytest.mark.parametrize("seconds", [0.005, 0.4, 5])
@pytest.mark.parametrize("before", [lambda _: None, closed_by_hand], ids=["by the bot", "by a hand"])
def test_what_is_called_closed_has_no_stop_left(seconds: float, before: Callable[[TrueVenue], None]) -> None:
    story, rested = then(left, Weather(cancels_after=seconds), before)
    assert isinstance(story.outcome, Closed), story.outcome
    assert not rested
    assert not story.reports


@pytest.mark.parametrize("seconds", [0.005, 0.4, 5])
def test_what_is_called_opened_has_one_stop(seconds: float) -> None:
    story, rested = then(stopped_higher, Weather(cancels_after=seconds))
    assert isinstance(story.outcome, Opened), story.outcome
    assert rested == {story.outcome.stop.client_order_id}
    assert not story.reports


def test_of_a_stop_that_is_not_found_the_venue_that_cancels_none_any_more_has_none() -> None:
    """Not finding it proves nothing, nor does the first answer: so it is asked to cancel again."""

    def hides_orders(venue: TrueVenue) -> None:
        venue.weather = replace(venue.weather, cancels_after=0.2, orders_hidden=60)

    story, rested = then(left, Weather(), hides_orders)
    assert isinstance(story.outcome, Closed)
    assert not rested
    assert not story.outcome.concerns


def test_one_that_nothing_comes_of_is_told() -> None:
    story, rested = then(left, Weather(cancels_after=NEVER))
    assert isinstance(story.outcome, Closed)
    assert len(rested) == 1
    assert story.reports == [story.outcome], "a stop on a flat leg acts on the next position"
    assert "took the cancellation in and was not seen to carry it out" in story.outcome.concerns[0]
    assert 1 < story.venue.steps.history[0].count("withdraw") < 20, "it is sent again, and not at every look"


def test_a_stop_that_is_quicker_than_its_cancellation_is_not_called_withdrawn() -> None:
    """It closes what others hold on the leg by then."""

    def fires_meanwhile(venue: TrueVenue) -> None:
        async def taken_in(key: LegKey, name: str) -> bool:
            if name in venue.stops:
                asyncio.get_running_loop().call_later(0.1, fires, name)
            return False

        def fires(name: str) -> None:
            if venue.stops.pop(name, None) is not None:
                venue._execute(name, Side.SELL, Decimal(43), Decimal(-43), ended=True)

        venue.withdraw_stop = taken_in  # type: ignore[method-assign, assignment] # this one venue

    story, _ = then(left, Weather(held_before=50), fires_meanwhile)
    assert story.venue.held == 7
    assert story.reports == [story.outcome]
    assert any("it has executed -43" in each for each in story.outcome.concerns), story.outcome
