"""All orders of an account are asked for when one may have gone unseen, and every ten minutes."""

from dataclasses import replace

import pytest

from reconciler.account.look import Look
from reconciler.account.memory.order_lists import CALM_SECONDS, HURRY_SECONDS, OFTEN_SECONDS, OrderLists
from reconciler.comparison.book import books as resting_books
from reconciler.facts.expectation import Expectation, StopPolicy
from tests.reconciler.accounts import SYMBOL, at, compared, listed, merged, reading, row, stop, stream
from verification.budget.rates import LISTS_EVERY
from verification.facts.leg import Side
from verification.facts.order_scope import EVERYTHING, OrderScope
from verification.venues.stream_state import StreamHealth, StreamState

ONE = frozenset({SYMBOL})
LIGHT = OrderScope(frozenset(), ONE)
LIVE = stream()


def kept() -> Expectation:
    return row("10", policy=StopPolicy.VENUE, stops=("s",))


def look(
    second: float, *, stops: bool | None = True, scope: OrderScope = EVERYTHING, held: str = "10"
) -> Look:
    """A sweep of one leg of 10 contracts, with its stop or without, of which a scope was asked for."""
    rests = None if stops is None else [stop("s", Side.SELL, "10")] if stops else []
    read = replace(reading([listed(held)], second=second, stops=rests), scope=scope)
    view, when = merged(read), at(second)
    return Look(None, (), compared([kept()], view), view, read, {}, {}, when, when, when)


def at_rest() -> OrderLists:
    lists = OrderLists()
    assert lists.due(LIVE, at(0))
    assert not lists.noted(look(0))
    return lists


def test_at_rest_they_are_asked_for_every_ten_minutes() -> None:
    lists = at_rest()
    for second in range(30, int(LISTS_EVERY), 30):
        assert not lists.due(LIVE, at(second))
        assert not lists.noted(look(second, scope=LIGHT))
    assert lists.due(LIVE, at(LISTS_EVERY))


@pytest.mark.parametrize(
    "since",
    [
        stream(epoch=2),
        stream(state=StreamState.DOWN),
        stream(state=StreamState.CONNECTING),
        stream(missed=20),
    ],
)
def test_what_befalls_the_stream_has_them_asked_for_at_once(since: StreamHealth) -> None:
    lists = at_rest()
    assert lists.due_in(LIVE, at(100)) is None
    assert lists.due_in(since, at(100)) == 0
    assert lists.due(since, at(100))
    lists.noted(look(100))
    assert lists.due_in(since, at(110)) is None


def test_lists_that_were_asked_for_before_the_stream_had_subscribed_do_not_count_for_it() -> None:
    lists = OrderLists()
    assert lists.due(stream(state=StreamState.CONNECTING), at(0))
    lists.noted(look(0))
    assert lists.due_in(LIVE, at(1)) == HURRY_SECONDS - 1
    assert lists.due(LIVE, at(HURRY_SECONDS))


def test_a_stream_that_comes_and_goes_does_not_spend_the_budget() -> None:
    lists = at_rest()
    again = CALM_SECONDS + 7
    for epoch, second in enumerate((CALM_SECONDS + 1, again), start=2):
        assert lists.due(stream(epoch=epoch), at(second))
        lists.noted(look(second))
    assert lists.due_in(stream(epoch=9), at(again + 1)) == OFTEN_SECONDS - 1
    assert not lists.due(stream(epoch=9), at(again + 20))
    assert lists.due(stream(epoch=9), at(again + OFTEN_SECONDS))


def test_lists_that_failed_are_asked_for_again_by_the_next_sweep() -> None:
    lists = at_rest()
    assert not lists.noted(look(30, stops=None, scope=LIGHT))
    assert lists.due(LIVE, at(31))
    lists.noted(look(31, stops=None))
    assert lists.due(LIVE, at(32))
    # An outage takes the stream along: what hurries then would ask all the time.
    assert lists.due_in(stream(state=StreamState.DOWN), at(60)) is None


@pytest.mark.parametrize(("stops", "held"), [(False, "10"), (True, "13")])
def test_a_sweep_that_finds_something_is_done_again_with_all_orders_but_once(
    *, stops: bool, held: str
) -> None:
    lists = at_rest()
    assert lists.noted(look(30, stops=stops, held=held, scope=LIGHT))
    assert lists.due(LIVE, at(30))
    assert not lists.noted(look(31, stops=stops, held=held))
    assert not lists.due(LIVE, at(60))
    assert not lists.noted(look(60, stops=stops, held=held, scope=OrderScope(ONE, ONE)))


def test_what_is_in_doubt_is_asked_about_in_both_lists_until_it_is_not() -> None:
    lists = at_rest()
    assert lists.scope([kept()], (), None) == LIGHT
    lists.noted(look(30, stops=False))
    assert lists.scope([kept()], (), None) == OrderScope(ONE, ONE)
    lists.noted(look(60, scope=OrderScope(ONE, ONE)))
    assert lists.scope([kept()], (), None) == LIGHT


def test_a_ledger_that_says_something_else_is_asked_about_otherwise_and_one_that_does_not_is_not() -> None:
    lists = at_rest()
    before, waits = (kept(),), (replace(kept(), entry_resting_since=at(0).utc),)
    assert lists.scope(before, (), None) == lists.scope(before, (), None) == LIGHT
    assert lists.scope(waits, (), None) == OrderScope(ONE, ONE)
    assert lists.scope((), (), None) == OrderScope(frozenset(), frozenset())
    assert lists.scope(before, (), None) == LIGHT


def test_the_orders_of_a_symbol_that_were_asked_for_in_part_are_one_book() -> None:
    books = resting_books(merged(replace(reading([listed("10")], second=0), scope=LIGHT)))
    book = books.of(SYMBOL)
    assert book.unasked
    assert book.ordinary is None
    assert books.of(SYMBOL) is book


def test_no_stop_is_called_missing_where_a_part_of_the_orders_was_not_asked_for() -> None:
    light = look(30, stops=False, scope=LIGHT)
    assert light.comparison.findings == ()
    assert [leg.stop for leg in light.comparison.legs] == ["unknown"]
    assert [str(each.kind) for each in look(30, stops=False).comparison.findings] == ["unprotected_position"]
