"""An entry that the venue executes the other way than it was meant is undone by the venue's sign, or told."""

from tests.verification.opening_invariants import end_of
from tests.verification.opening_story import play
from tests.verification.weather import Weather
from verification.facts.leg import Side
from verification.opening.outcome import Exposed, RolledBack


def test_an_entry_the_wrong_way_is_told_and_undone_by_the_venues_sign() -> None:
    story = play(Weather(wrong_way=True))
    rolled = end_of(story, RolledBack)
    assert rolled.critical
    assert story.venue.left == [(Side.BUY, 43, -43)]


def test_an_entry_the_wrong_way_that_works_on_is_not_called_rolled_back() -> None:
    story = play(Weather(wrong_way=True, fills=20, entry_ends=False))
    exposed = end_of(story, Exposed)
    assert "the entry may execute more" in exposed.reason
    assert story.venue.left == [(Side.BUY, 20, -20)], "what has executed is closed all the same"
    assert story.journal.unfinished(), "a restart asks for it again"


def test_an_entry_the_wrong_way_on_top_of_something_is_left_to_a_person() -> None:
    story = play(Weather(wrong_way=True, held_before=100))
    end_of(story, Exposed)
    assert not story.venue.left
