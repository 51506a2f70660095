"""What comes of an opening that a crash interrupted, one story each."""

from dataclasses import replace
from decimal import Decimal

import pytest
from typing_extensions import override

from tests.verification.faulty_steps import Fault
from tests.verification.opening_invariants import end_of
from tests.verification.opening_story import BUY, Cast, play, with_
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.facts.leg import LegKey, Side
from verification.opening.outcome import Closed, Exposed, Opened, RolledBack

ALL_OR_NOTHING = replace(BUY, all_or_nothing=True)


def test_all_or_nothing_holds_after_a_crash_too() -> None:
    crash = play(Weather(fills=20), intent=ALL_OR_NOTHING).venue.steps.history[0].index("journal.opened")
    end_of(play(Weather(fills=20), {crash: Fault.CRASH_AFTER}, intent=ALL_OR_NOTHING), RolledBack)


def test_what_was_closed_by_hand_after_a_crash_gets_no_stop() -> None:
    def by_hand(venue: TrueVenue) -> None:
        venue.move(-venue.held)

    story = play(Weather(), {4: Fault.CRASH_AFTER}, between=by_hand)
    exposed = end_of(story, Exposed)
    assert "does not show them any more" in exposed.reason
    assert story.venue.sent_names == [story.journal.rows[1]["entry_client_id"]]


def test_what_others_bought_after_a_crash_hides_nothing_of_what_is_to_be_protected() -> None:
    story = play(Weather(), {4: Fault.CRASH_AFTER}, between=lambda venue: venue.move(Decimal(20)))
    opened = story.outcome
    assert isinstance(opened, Opened), opened
    assert opened.quantity == opened.stop.quantity == Decimal(43)


def test_an_exit_in_pieces_goes_on_after_a_crash_with_all_its_pieces_counted() -> None:
    weather = Weather(refuses_stops=True, exit_fills=20)
    steps = play(weather).venue.steps.history[0]
    third = [number for number, step in enumerate(steps) if step == "leave"][2]
    end_of(play(weather, {third: Fault.CRASH_AFTER}), Closed)


def test_an_entry_that_the_books_call_held_and_the_venue_calls_empty_is_told() -> None:
    def said(venue: TrueVenue) -> None:
        entry = next(iter(venue.orders.values()))
        venue.orders[entry.name] = replace(entry, executed=Decimal(0), ended=True)
        venue.move(-venue.held)

    story = play(Weather(), {4: Fault.CRASH_AFTER}, between=said)
    exposed = story.outcome
    assert isinstance(exposed, Exposed), exposed
    assert "the books say held" in exposed.reason
    assert story.reports == [exposed]
    assert story.journal.rows[1]["state"] == "open", "and the books are not changed"


def test_what_was_closed_by_hand_in_part_after_a_crash_is_told() -> None:
    story = play(Weather(), {4: Fault.CRASH_AFTER}, between=lambda venue: venue.move(Decimal(-20)))
    assert isinstance(story.outcome, Exposed), story.outcome
    assert story.reports == [story.outcome]
    assert not story.venue.left


@pytest.mark.parametrize("more", [22, 0])
def test_what_executes_while_a_crash_interrupts_the_rollback_is_told(more: int) -> None:
    """21 of 43 were being given back when the process died; the entry worked on."""

    def works_on(venue: TrueVenue) -> None:
        entry = next(iter(venue.orders.values()))
        venue.orders[entry.name] = replace(entry, executed=entry.executed + more, ended=more > 0)
        if more:
            venue.move(Decimal(more))

    weather = Weather(fills=21, entry_ends=False, refuses_stops=True)
    story = play(weather, named={"leave": Fault.CRASH_AFTER}, between=works_on)
    exposed = end_of(story, Exposed)
    assert story.reports == [exposed]
    assert story.venue.held == more
    assert ("executed 22 more" if more else "may execute more") in exposed.reason


class StopTakesSeven(TrueVenue):
    """Its stop fires as soon as it rests, and ends with a part executed."""

    @override
    async def place_stop(
        self, key: LegKey, side: Side, quantity: Decimal, trigger_price: Decimal, client_order_id: str
    ) -> str:
        stop_id = await super().place_stop(key, side, quantity, trigger_price, client_order_id)
        self.stops.clear()
        self._execute(client_order_id, side, quantity, side.sign * Decimal(7), ended=True)
        return stop_id


def test_what_the_stop_took_before_a_crash_is_not_taken_off_twice() -> None:
    weather, cast = Weather(exit_fills=20), Cast(venue=StopTakesSeven)
    exits = play(weather, cast=cast).venue.steps.history[0].index("leave")
    story = play(weather, {exits: Fault.CRASH_AFTER}, cast=cast)
    end_of(story, Closed)
    assert [quantity for _, quantity, _ in story.venue.left] == [36, 16]
    assert not story.reports


def test_a_stop_that_could_not_be_announced_is_not_left_over_after_a_crash() -> None:
    weather = Weather(bends_stop=with_(reduce_only=False))
    steps = play(weather).venue.steps.history[0]
    unwritten, crash = steps.index("journal.protecting"), steps.index("leave")
    story = play(weather, {unwritten: Fault.UNWRITTEN, crash: Fault.CRASH_AFTER})
    end_of(story, Closed)
    assert not story.venue.stops
