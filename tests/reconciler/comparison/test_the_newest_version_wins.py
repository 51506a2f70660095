"""How lists and pushes make one view: newer versions win, silence does not, and lists are believed late."""

from decimal import Decimal
from itertools import product

import pytest
from msgspec.structs import replace

from reconciler.comparison.merge import merge_view
from reconciler.comparison.pushed_leg import is_known, pushed_leg
from reconciler.comparison.venue_view import Grade, VenueView
from tests.reconciler.accounts import at, leg, listed, merged, pushed, reading, stream
from verification.venues.stream_state import StreamHealth, StreamState

KEY = leg()


def _quantity(view: VenueView) -> Decimal | None:
    return view.quantity(KEY)


def test_a_lagging_list_does_not_flatten_what_the_stream_showed() -> None:
    push = pushed("43", version=2, second=0)
    view = merged(*(reading([], second=second) for second in (3, 6, 9, 12)), pushes=[push])
    assert _quantity(view) == 43
    contrary = view.legs[KEY].contrary
    assert contrary is not None
    assert contrary.quantity == 0
    assert contrary.lists.reads == 4


def test_an_older_row_neither_overrides_nor_contradicts() -> None:
    view = merged(reading([listed("13", version=1)], second=3), pushes=[pushed("43", version=2)])
    assert _quantity(view) == 43
    assert view.legs[KEY].contrary is None


def test_an_explicit_newer_zero_is_flat_at_once_and_an_older_row_does_not_bring_it_back() -> None:
    first = merged(reading([listed("43", version=2)], second=0))
    view = merged(
        reading([listed("43", version=2)], second=6),
        pushes=[pushed("0", version=3, second=5)],
        previous=first,
    )
    assert _quantity(view) == 0
    assert view.grade(KEY) is Grade.PROOF


# the stream after its push            seconds of the lists  flat afterwards
BELIEVED = [
    ("down", stream(state=StreamState.DOWN), (3, 6, 9), True),
    ("a new life", stream(epoch=2), (3, 6, 9), True),
    ("known to be silent", stream(missed=2), (3, 6, 9), True),
    ("down, but only two lists", stream(state=StreamState.DOWN), (3, 9), False),
    ("down, but too close together", stream(state=StreamState.DOWN), (3, 4, 6), False),
    ("down, the same answer again and again", stream(state=StreamState.DOWN), (3, 3.1, 3.2, 9), False),
    ("live and insisting", stream(), (3, 6, 9, 30), False),
    ("live, outvoted for minutes", stream(), (3, 100, 200, 304), True),
]


@pytest.mark.parametrize(("name", "health", "seconds", "flat"), BELIEVED, ids=[name for name, *_ in BELIEVED])
def test_when_lists_are_believed_against_a_push(
    name: str, health: StreamHealth, seconds: tuple[float, ...], *, flat: bool
) -> None:
    readings = (reading([], second=second) for second in seconds)
    view = merged(*readings, pushes=[pushed("43", version=2)], health=health)
    assert _quantity(view) == (0 if flat else 43)
    assert view.grade(KEY) is (Grade.BOUNDED_LAG if flat else Grade.PROOF)


def test_a_list_sent_before_the_push_is_no_witness_against_it() -> None:
    down = stream(state=StreamState.DOWN)
    view = merged(
        *(reading([], second=second) for second in (0, 3, 6, 9)),
        pushes=[pushed("43", version=2, second=9.01)],
        health=down,
    )
    assert _quantity(view) == 43
    assert view.legs[KEY].contrary is None


def test_the_replayed_push_does_not_undo_what_lists_concluded() -> None:
    push = pushed("43", version=2)
    down = stream(state=StreamState.DOWN)
    view = merged(*(reading([], second=second) for second in (3, 6, 9, 12, 15)), pushes=[push], health=down)
    assert _quantity(view) == 0


def test_a_list_that_shows_the_leg_after_all_ends_that_conclusion_at_once() -> None:
    down = stream(state=StreamState.DOWN)
    flat = merged(
        *(reading([], second=second) for second in (3, 6, 9)), pushes=[pushed("43", version=2)], health=down
    )
    view = merged(reading([listed("43", version=2)], second=12), previous=flat, health=down)
    assert _quantity(view) == 43


def test_a_leg_only_lists_showed_needs_two_spaced_lists_without_it() -> None:
    first = merged(reading([listed("43", version=2)], second=0))
    once = merged(reading([], second=30), previous=first)
    assert _quantity(once) == 43
    twice = merged(reading([], second=36), previous=once)
    assert _quantity(twice) == 0
    assert twice.grade(KEY) is Grade.BOUNDED_LAG


def test_a_slow_list_is_given_twice_its_measured_lag() -> None:
    view = merged(reading([listed("43")], second=0))
    for second in (10, 20, 29):
        one = reading([], second=second)
        view = merge_view(view, one, {}, stream(), now=one.received, lag=at(10).utc - at(0).utc)
    assert _quantity(view) == 43
    one = reading([], second=31)
    view = merge_view(view, one, {}, stream(), now=one.received, lag=at(10).utc - at(0).utc)
    assert _quantity(view) == 0


def test_without_versions_the_later_word_of_one_source_wins() -> None:
    view = merged(reading([listed("43")], second=0), reading([listed("20")], second=30))
    assert _quantity(view) == 20
    view = merged(reading([], second=3), pushes=[pushed("43", second=0)])
    view = merged(reading([], second=6), pushes=[pushed("20", second=5)], previous=view)
    assert _quantity(view) == 20


def test_the_same_unversioned_push_handed_in_again_does_not_reset_the_count() -> None:
    down = stream(state=StreamState.DOWN)
    view = merged(*(reading([], second=second) for second in (3, 6, 9)), pushes=[pushed("43")], health=down)
    assert _quantity(view) == 0


def test_a_failed_list_leaves_only_what_a_live_unbroken_stream_says() -> None:
    push = pushed("43", version=2)
    assert _quantity(merged(reading(None, second=3), pushes=[push])) == 43
    assert _quantity(merged(reading(None, second=3), pushes=[push], health=stream(epoch=2))) is None
    assert _quantity(merged(reading(None, second=3), pushes=[push], health=stream(missed=1))) is None
    down = stream(state=StreamState.DOWN)
    assert _quantity(merged(reading(None, second=3), pushes=[push], health=down)) is None


def test_a_reading_of_one_symbol_says_nothing_about_another() -> None:
    first = merged(reading([listed("43")], second=0))
    view = merged(
        *(reading([], second=second, symbols=frozenset({"NEAR/USDT:USDT"})) for second in (30, 40, 50)),
        previous=first,
    )
    assert _quantity(view) is None
    assert view.legs[KEY].quantity == 43
    assert view.lists[""].reads == 1


def test_a_change_under_our_eyes_is_timed_by_its_arrival_and_an_old_position_is_not_a_change() -> None:
    first = merged(reading([listed("43", version=1)], second=0))
    assert first.legs[KEY].changed is None
    view = merged(reading([listed("50", version=2)], second=30), previous=first)
    assert view.legs[KEY].changed == at(30.05)
    again = merged(reading([listed("50", version=2)], second=60), previous=view)
    assert again.legs[KEY].changed == at(30.05)
    assert again.legs[KEY].heard == at(60.05)


@pytest.mark.parametrize(("ago", "changed"), [(3600, False), (61, False), (5, True), (0, True)])
def test_what_a_stream_shows_of_long_ago_did_not_change_under_our_eyes(ago: int, changed: bool) -> None:  # noqa: FBT001 - drawn
    push = pushed("43", version=2)
    long_ago = replace(push.provenance, exchange_us=at(-ago).utc_us)
    view = merged(reading([], second=3), pushes=[replace(push, provenance=long_ago)])
    assert (view.legs[KEY].changed is not None) is changed
    assert view.legs[KEY].updated_at == at(-ago).utc


def test_a_push_that_is_passed_over_would_have_changed_nothing() -> None:
    told = set[bool]()
    for version, quantity, epoch in product((None, 1, 2), ("0", "43"), (1, 2)):
        view = merged(
            reading([listed("43", version=1)], second=0),
            reading([listed("43", version=1)], second=6),
            pushes=[pushed("43", version=1, second=3)],
        )
        old, seen = view.legs[KEY], pushed(quantity, version=version, epoch=epoch, second=7)
        told.add(is_known(old, seen))
        assert (pushed_leg(old, seen) is old) or not is_known(old, seen)
    assert told == {True, False}


def test_a_look_at_one_symbol_leaves_every_other_leg_as_it_was() -> None:
    other = leg("BTC/USDT:USDT")
    both = [listed("43", version=1), listed("5", version=1, key=other)]
    first = merged(reading(both, second=0))
    look = reading([], second=6, symbols=frozenset({KEY.symbol}))
    view = merged(look, reading([], second=12, symbols=frozenset({KEY.symbol})), previous=first)
    assert _quantity(view) == 0, "lists without it are believed where no stream is heard"
    assert view.legs[other] is first.legs[other]
