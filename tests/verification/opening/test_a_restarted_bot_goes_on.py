"""A bot that was restarted gets back what it held, proved at the venue with its stop, and goes on with it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.verification.faulty_steps import CRASHES, Crash, Fault, Steps, of_step
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_story import BUY, dies
from tests.verification.restarted import restarted, true
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.facts.leg import Side
from verification.opening.opener import Opener
from verification.opening.outcome import Closed, Exposed, Opened, Outcome, Refuted

HIGHER, HIGHEST = Decimal("0.19"), Decimal("0.195")
WEATHERS = {
    "fair": Weather(),
    "the list lags": Weather(list_lag=3.2),
    "the stream is silent": Weather(silent_stream=True),
    "partial": Weather(fills=20),
    "something is held": Weather(held_before=13),
}


async def moved(opener: Opener, opened: Opened) -> Outcome:
    return await opener.protect(opened, HIGHER)


async def moved_twice(opener: Opener, opened: Opened) -> Outcome:
    await opener.protect(opened, HIGHER)
    return await opener.protect(opened, HIGHEST)


async def left(opener: Opener, opened: Opened) -> Outcome:
    return await opener.leave(opened)


async def leaves(opener: Opener, outcomes: tuple[Outcome, ...]) -> None:
    (held,) = outcomes
    assert isinstance(held, (Opened, Exposed))
    assert isinstance(await opener.leave(held), Closed)


async def protects(opener: Opener, outcomes: tuple[Outcome, ...]) -> None:
    (held,) = outcomes
    assert isinstance(held, (Opened, Exposed))
    assert isinstance(await opener.protect(held, HIGHEST), Opened)


@pytest.mark.parametrize("name", WEATHERS)
def test_what_was_held_is_given_back(name: str) -> None:
    story = restarted(weather=WEATHERS[name])
    (opened,) = story.outcomes
    assert isinstance(opened, Opened), opened
    assert (opened.symbol, opened.side) == (story.intent.symbol, Side.BUY)
    assert opened.quantity == WEATHERS[name].fills
    assert opened.stop.client_order_id in story.venue.stops
    assert not story.reports
    assert len(story.venue.sent_names) == 2, "nothing was sent for it"


@pytest.mark.parametrize("name", WEATHERS)
def test_what_was_given_back_is_left(name: str) -> None:
    story = restarted(weather=WEATHERS[name], then=leaves)
    assert story.venue.held == WEATHERS[name].held_before
    assert not story.venue.stops
    assert story.journal.rows[1]["state"] == "closed"
    assert not story.reports


def test_the_stop_of_what_was_given_back_is_moved() -> None:
    story = restarted(moved, then=protects)
    (stop,) = story.venue.stops.values()
    assert stop.trigger_price == HIGHEST
    assert not story.reports
    assert len(set(story.venue.sent_names)) == len(story.venue.sent_names) == 4, "each stop has its own id"


def test_an_entry_that_works_on_is_told_again() -> None:
    (opened,) = restarted(weather=Weather(fills=20, entry_ends=False)).outcomes
    assert isinstance(opened, Opened)
    assert opened.quantity == 20
    assert opened.stop.quantity == 43
    assert "may execute more" in opened.concerns[0]


def fires(venue: TrueVenue) -> None:
    (stop,) = venue.stops.values()
    venue.stops.clear()
    venue._execute(stop.client_order_id or "", Side.SELL, Decimal(43), Decimal(-43), ended=True)


@pytest.mark.parametrize("name", ["fair", "the list lags", "the stream is silent"])
@pytest.mark.parametrize("closes", [fires, lambda venue: venue.by_hand(-43)], ids=["its stop", "a hand"])
def test_what_was_closed_meanwhile_is_closed_and_its_stop_is_gone(name: str, closes: object) -> None:
    story = restarted(weather=WEATHERS[name], between=closes)  # type: ignore[arg-type] # one of two
    (closed,) = story.outcomes
    assert isinstance(closed, Closed), closed
    assert not story.reports, "nobody is woken for what is proved"
    assert not story.venue.stops
    assert not story.venue.left, "nothing was sent"
    assert story.journal.rows[1]["state"] == "closed"


def test_what_was_closed_in_two_steps_by_hand_is_closed() -> None:
    def twice(venue: TrueVenue) -> None:
        venue.by_hand(-20)
        venue.by_hand(-23)

    (closed,) = restarted(between=twice).outcomes
    assert isinstance(closed, Closed), closed


def test_a_position_that_vanished_without_a_trade_is_exposed() -> None:
    story = restarted(weather=Weather(silent_stream=True), between=lambda venue: venue.move(-venue.held))
    (exposed,) = story.outcomes
    assert isinstance(exposed, Exposed), exposed
    assert story.reports == [exposed]
    assert len(story.venue.stops) == 1


def test_a_position_that_was_closed_in_part_is_exposed() -> None:
    (exposed,) = restarted(between=lambda venue: venue.by_hand(-20)).outcomes
    assert isinstance(exposed, Exposed)
    assert "the venue shows 23 of 43" in exposed.reason


@pytest.mark.parametrize("then", [protects, leaves], ids=["protected", "left"])
def test_a_position_whose_stop_is_gone_is_exposed_and_can_be_helped(then: object) -> None:
    story = restarted(between=lambda venue: venue.stops.clear(), then=then)  # type: ignore[arg-type] # one of two
    (exposed,) = story.outcomes
    assert isinstance(exposed, Exposed)
    assert "lists no stop of it" in exposed.reason
    assert story.reports == [exposed]
    assert story.venue.held == (43 if then is protects else 0)
    assert len(story.venue.stops) == (1 if then is protects else 0)


@pytest.mark.parametrize("bent", [{"triggered": True}, {"dormant": True}, {"reduce_only": False}])
def test_a_stop_that_would_not_act_now_is_no_stop(bent: dict[str, bool]) -> None:
    def bend(venue: TrueVenue) -> None:
        for name, stop in venue.stops.items():
            venue.stops[name] = replace(stop, **bent)  # type: ignore[arg-type] # flags only

    (exposed,) = restarted(between=bend).outcomes
    assert isinstance(exposed, Exposed), exposed
    assert "rests, but" in exposed.reason


def test_what_could_not_be_read_is_told_as_that_and_asked_again() -> None:
    def goes_blind(venue: TrueVenue) -> None:
        venue.weather = replace(venue.weather, unreadable=True)

    async def asks_again(opener: Opener, outcomes: tuple[Outcome, ...]) -> None:
        (exposed,) = outcomes
        assert isinstance(exposed, Exposed)
        assert "could not be read" in exposed.reason
        venue = opener._context.venue
        assert isinstance(venue, TrueVenue)
        venue.weather = Weather()
        (opened,) = await opener.resume()
        assert isinstance(opened, Opened)
        assert await opener.resume() == (), "what is in hand is not taken twice"

    restarted(between=goes_blind, then=asks_again)


@pytest.mark.parametrize("work", [moved, moved_twice, left], ids=["moved", "moved twice", "left"])
@pytest.mark.parametrize("locked", [False, True], ids=["", "the journal is locked"])
def test_a_crash_at_any_step_leaves_what_is_true_or_somebody_knows(work: object, *, locked: bool) -> None:
    """An order that is in no journal and acts seconds after the restart is left to the sidecar."""
    late = {Fault.CRASH_LATE} if locked else set()
    steps = restarted(work, locked=locked).venue.steps.history[1]  # type: ignore[arg-type] # one of three
    for number, step in enumerate(steps):
        for fault in set(of_step(step)) & set(CRASHES) - late:
            story = restarted(work, plan={number: fault}, locked=locked)  # type: ignore[arg-type] # the same
            try:
                true(story)
                names = story.venue.sent_names
                entries = [name for name in names if "-" not in name]
                assert len(entries) == 1
                assert story.venue.held in {0, 43}
            except AssertionError as error:
                raise AssertionError(f"step {number} {step}: {fault}") from error


def test_an_exit_that_is_in_no_journal_is_found_and_what_it_left_is_closed() -> None:
    weather = Weather(exit_fills=20)
    steps = restarted(left, weather=weather, locked=True).venue.steps.history[1]
    exits = [number for number, step in enumerate(steps) if step == "leave"]
    for number in exits:
        story = restarted(left, weather=weather, plan={number: Fault.CRASH_AFTER}, locked=True)
        (closed,) = story.outcomes
        assert isinstance(closed, Closed), closed
        assert story.venue.held == 0
        assert not story.venue.stops
        assert not story.reports


@pytest.mark.parametrize(
    "weather",
    [Weather(), Weather(refuses_stops=True), Weather(fills=20)],
    ids=["fair", "no stops", "partial"],
)
def test_a_crash_with_a_journal_that_holds_the_entry_only_is_recovered_from(weather: Weather) -> None:
    first = restarted(weather=weather, behind_from_the_entry=True)
    true(first)
    steps = first.venue.steps.history[0]
    for number, step in enumerate(steps):
        for fault in set(of_step(step)) & set(CRASHES):
            story = restarted(weather=weather, plan={number: fault}, behind_from_the_entry=True)
            try:
                true(story)
                assert story.venue.held in {0, weather.fills}
                assert len([name for name in story.venue.sent_names if "-" not in name]) <= 1
            except AssertionError as error:
                raise AssertionError(f"step {number} {step}: {fault}") from error


def test_a_leg_that_an_earlier_life_left_unfinished_is_not_entered_before_it_is_taken_over() -> None:
    async def whole() -> None:
        clock, steps = VirtualClock(), Steps({2: Fault.CRASH_BEFORE})
        venue = TrueVenue(clock, Weather(), steps)
        journal = MemoryJournal(steps)
        first = Opener(venue, venue, journal, clock)
        with pytest.raises(Crash):
            await first.open(BUY)
        dies(first)
        steps.live({})
        second = Opener(venue, venue, journal, clock)
        refused = await second.open(BUY)
        assert isinstance(refused, Refuted)
        assert "call `resume` first" in refused.reason
        assert len(venue.sent_names) == 1
        assert [type(each) for each in await second.resume()] == [Opened]
        assert isinstance(await second.open(BUY), Opened)
        await second.close()
        await first.close()

    run(whole())


def test_a_journal_behind_by_a_stop_costs_no_second_stop() -> None:
    story = restarted(behind_from_the_entry=True)
    (opened,) = story.outcomes
    assert isinstance(opened, Opened)
    assert len(story.venue.stops) == 1
    assert Fault.UNWRITTEN in story.venue.steps.befell
    assert story.venue.sent_names.count(f"{story.journal.rows[1]['entry_client_id']}-s") == 1
