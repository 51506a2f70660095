"""What is left of an entry once its leg was flat: nothing, whoever trades it after that; and no sooner."""

from tests.simulation.opening_episode import OpeningEpisode, play_opening
from tests.simulation.opening_oracle import opening_violations
from tests.simulation.opening_plan import opening_plan_of
from verification.opening.outcome import Closed

FLAT_AND_TRADED_AFTER = 839892
"""Its second entry goes the wrong way round and takes one contract of its first, which is told; an exit
closes the other nineteen, and after that somebody else sells twenty."""


def lived() -> OpeningEpisode:
    return play_opening(opening_plan_of(FLAT_AND_TRADED_AFTER))


def test_what_others_trade_after_the_leg_was_flat_is_not_left_of_an_entry() -> None:
    episode = lived()
    assert isinstance(episode.outcomes[-1][1], Closed)
    (states,) = episode.venue.truth.legs.values()
    assert [state.quantity for state in states] == [-20, -19, 0, -20]
    assert not opening_violations(episode)


def test_of_a_leg_that_never_was_flat_something_is_left() -> None:
    episode = lived()
    (states,) = episode.venue.truth.legs.values()
    states[2:] = [state._replace(quantity=state.quantity - 1) for state in states[2:]]
    broken = {each.promise for each in opening_violations(episode)}
    assert broken == {"protected, undone, or a person knows", "the books say what is so"}


def test_a_leg_that_was_flat_before_the_entry_only_has_something_left() -> None:
    episode = lived()
    (states,) = episode.venue.truth.legs.values()
    del states[2]
    states.insert(0, states[0]._replace(at=-1.0, version=1, quantity=0))
    assert "the books say what is so" in {each.promise for each in opening_violations(episode)}
