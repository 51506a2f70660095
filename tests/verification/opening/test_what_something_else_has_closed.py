"""A position that something else has closed ends closed, with its stop taken back, where that is proved."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.verification.faulty_steps import Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening.after_opening import after_opening, left, stopped_higher
from tests.verification.opening_story import BUY
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.facts.verdict import Grade
from verification.opening.opener import Opener
from verification.opening.outcome import Closed, Exposed, Opened, Outcome

SEEN = {
    "by all": Weather(),
    "by no stream": Weather(silent_stream=True),
    "by a list that lags": Weather(list_lag=3.2),
    "by neither": Weather(silent_stream=True, list_lag=3.2),
}


@pytest.mark.parametrize("name", SEEN)
@pytest.mark.parametrize("work", [left, stopped_higher], ids=["left", "its stop moved"])
def test_what_a_hand_has_closed_is_closed_and_the_stop_is_taken_back(name: str, work: object) -> None:
    story = after_opening(work, weather=SEEN[name], before=lambda venue: venue.by_hand(-43))  # type: ignore[arg-type] # one of two
    closed = story.outcome
    assert isinstance(closed, Closed), closed
    assert closed.verification.verdict.grade is Grade.PROOF
    assert not story.reports
    assert not story.venue.stops
    assert story.venue.held == 0
    assert story.journal.rows[1]["state"] == "closed"
    assert len(story.venue.left) <= 1, "no exit is tried again and again"


@pytest.mark.parametrize("parts", [(-20, -23), (-1, -1, -41)])
def test_what_hands_have_closed_in_parts_is_closed(parts: tuple[int, ...]) -> None:
    def by_hands(venue: TrueVenue) -> None:
        for part in parts:
            venue.by_hand(part)

    story = after_opening(left, weather=Weather(silent_stream=True), before=by_hands)
    assert isinstance(story.outcome, Closed), story.outcome
    assert not story.reports


def test_a_part_that_a_hand_has_closed_is_counted_beside_the_exit() -> None:
    story = after_opening(left, weather=Weather(silent_stream=True), before=lambda venue: venue.by_hand(-20))
    assert isinstance(story.outcome, Closed), story.outcome
    assert story.venue.held == 0
    assert not story.venue.stops


def test_a_hand_that_sold_more_than_was_held_is_told() -> None:
    story = after_opening(left, weather=Weather(silent_stream=True), before=lambda venue: venue.by_hand(-50))
    assert isinstance(story.outcome, Exposed), story.outcome
    assert story.venue.held == -7


def test_a_refused_exit_alone_proves_nothing() -> None:
    """Nothing is shown to have closed it: the venue only says that there is nothing to reduce."""
    weather = Weather(silent_stream=True)
    story = after_opening(left, weather=weather, before=lambda venue: venue.move(-venue.held))
    assert isinstance(story.outcome, Exposed), story.outcome
    assert story.reports
    assert len(story.venue.stops) == 1, "what may be held keeps its stop"


def test_what_others_sell_on_a_shared_leg_is_not_taken_for_this_position() -> None:
    weather = Weather(held_before=43, silent_stream=True)
    story = after_opening(left, weather=weather, before=lambda venue: venue.by_hand(-43))
    assert isinstance(story.outcome, Closed), "its own exit closed it"
    assert story.venue.held == 0
    assert [held for _, _, held in story.venue.left] == [43]


def test_what_was_traded_before_the_entry_closes_nothing() -> None:
    """An earlier position of the same size was opened and sold just before."""

    async def whole() -> Outcome:
        clock = VirtualClock()
        venue = TrueVenue(clock, Weather(silent_stream=True), Steps())
        venue.by_hand(43)
        venue.by_hand(-43)
        await clock.sleep(0.5)
        opener = Opener(venue, venue, MemoryJournal(venue.steps), clock)
        opened = await opener.open(BUY)
        assert isinstance(opened, Opened)
        await clock.sleep(0.5)
        venue.move(-venue.held)  # and it is gone without a trade that anybody shows
        outcome = await opener.leave(opened)
        await opener.close()
        return outcome

    assert isinstance(run(whole()), Exposed)


def test_the_exit_of_a_later_entry_on_the_same_leg_is_not_taken_for_ones_own() -> None:
    """Both hold as much, and no source that could show what is left does (seed 190056)."""

    async def whole() -> tuple[Outcome, Decimal, int]:
        clock = VirtualClock()
        venue = TrueVenue(clock, Weather(silent_stream=True), Steps())
        opener = Opener(venue, venue, MemoryJournal(venue.steps), clock)
        first = await opener.open(BUY)
        await clock.sleep(0.5)
        second = await opener.open(BUY)
        assert isinstance(first, Opened)
        assert isinstance(second, Opened)
        await clock.sleep(0.5)
        assert isinstance(await opener.leave(second), Closed)
        venue.weather = Weather(silent_stream=True, list_lag=3600)
        outcome = await opener.protect(first, Decimal("0.16"))
        await opener.close()
        return outcome, venue.held, len(venue.stops)

    outcome, held, stops = run(whole())
    assert held == 43
    assert not isinstance(outcome, Closed), outcome
    assert stops > 0


def test_a_leg_that_nothing_is_known_of_before_is_anchored_by_the_venues_time() -> None:
    """`shown_at` of an entry on a leg without a version: rows dated before the execution do not count."""
    story = after_opening(left, before=lambda venue: venue.by_hand(-43))
    assert isinstance(story.outcome, Closed)
    assert story.outcome.verification.verdict.reason.startswith("the venue said zero")


async def in_hand() -> tuple[VirtualClock, TrueVenue, Opener, Opened, list[Outcome]]:
    clock, reports = VirtualClock(), list[Outcome]()
    venue = TrueVenue(clock, Weather(), Steps())
    opener = Opener(venue, venue, MemoryJournal(venue.steps), clock, report=reports.append)
    opened = await opener.open(BUY)
    assert isinstance(opened, Opened)
    return clock, venue, opener, opened, reports


def test_leaving_while_its_stop_is_moved_leaves_no_stop() -> None:
    async def whole() -> None:
        _, venue, opener, opened, reports = await in_hand()
        moved, outcome = await asyncio.gather(opener.protect(opened, Decimal("0.19")), opener.leave(opened))
        assert isinstance(moved, Opened)
        assert isinstance(outcome, Closed)
        assert not venue.stops
        assert venue.held == 0
        assert not reports
        await opener.close()

    run(whole())


def test_an_opened_from_before_its_stop_was_moved_leaves_no_stop() -> None:
    async def whole() -> None:
        _, venue, opener, opened, _ = await in_hand()
        await opener.protect(opened, Decimal("0.19"))
        await opener.protect(opened, Decimal("0.195"))
        assert isinstance(await opener.leave(opened), Closed)
        assert not venue.stops
        with pytest.raises(ValueError, match="is closed"):
            await opener.protect(opened, Decimal("0.19"))
        await opener.close()

    run(whole())


def test_protecting_while_it_is_left_is_refused_once_it_is_closed() -> None:
    async def whole() -> None:
        _, venue, opener, opened, _ = await in_hand()
        outcomes = await asyncio.gather(
            opener.leave(opened), opener.protect(opened, Decimal("0.19")), return_exceptions=True
        )
        assert isinstance(outcomes[0], Closed)
        assert isinstance(outcomes[1], ValueError)
        assert not venue.stops
        await opener.close()

    run(whole())


def test_a_second_leave_goes_on_after_an_exposed() -> None:
    async def whole() -> None:
        _, venue, opener, opened, reports = await in_hand()
        venue.weather = replace(venue.weather, unreadable=True, silent_stream=True)
        assert isinstance(await opener.leave(opened), Exposed)
        venue.weather = Weather()
        closed = await opener.leave(opened)
        assert isinstance(closed, Closed), closed
        assert venue.held == 0
        assert not venue.stops
        assert len(venue.left) == 1, "the exit had executed: no other was sent"
        assert reports
        await opener.close()

    run(whole())


def test_two_openers_on_one_journal_are_refused() -> None:
    async def whole() -> None:
        clock, venue, opener, _, _ = await in_hand()
        journal = opener._context.journal
        with pytest.raises(ValueError, match="another opener"):
            Opener(venue, venue, journal, clock)
        await opener.close()
        await Opener(venue, venue, journal, clock).close()

    run(whole())


def test_what_is_in_hand_or_over_is_not_recovered_again() -> None:
    async def whole() -> None:
        _, venue, opener, opened, _ = await in_hand()
        (record,) = opener._context.journal.held()
        with pytest.raises(ValueError, match="in hand, or over"):
            await opener.recover(record)
        await opener.leave(opened)
        with pytest.raises(ValueError, match="in hand, or over"):
            await opener.recover(record)
        assert len(venue.left) == 1
        await opener.close()

    run(whole())
