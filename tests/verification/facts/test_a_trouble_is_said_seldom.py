"""A trouble that goes on is said when it begins, seldom while it lasts, and once when it is over."""

from verification.facts.clock import Moment
from verification.facts.spell import SELDOM, STEADY, Spell


def at(seconds: float) -> Moment:
    return Moment(0, 1000.0 + seconds)


def test_it_is_said_when_it_begins_then_seldom_and_once_when_it_is_over() -> None:
    spell = Spell()

    said = [second for second in range(0, 3600, 5) if spell.met(at(second))]
    over = [
        (second, lasted) for second in range(3600, 7200, 5) if (lasted := spell.well(at(second))) is not None
    ]

    assert said == [0, *range(int(SELDOM), 3600, int(SELDOM))]
    assert spell.times == 720
    assert over == [(3595 + STEADY, 3595.0)]


def test_what_comes_and_goes_is_one_trouble() -> None:
    spell = Spell()

    said = [spell.met(at(second)) for second in range(0, 600, 10) if spell.well(at(second)) is None]

    assert said == [True] + [False] * 59


def test_where_one_look_shows_that_all_is_well_it_is_over_with_it() -> None:
    spell = Spell(steady=0.0)
    assert spell.well(at(0)) is None

    assert spell.met(at(0))
    assert spell.well(at(1)) == 0.0
    assert spell.well(at(2)) is None
    assert spell.met(at(3))
    assert spell.times == 1


def test_another_kind_of_it_is_said_at_once() -> None:
    spell = Spell()

    assert [spell.met(at(number), what) for number, what in enumerate("aabba")] == [
        True,
        False,
        True,
        False,
        True,
    ]
