"""A look at some symbols leaves their ordinary orders out only where nothing can rest on them."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.account.look import Look
from reconciler.account.memory.order_lists import OrderLists
from reconciler.account.memory.working_orders import LATE_SECONDS, WorkingOrders
from reconciler.facts.expectation import Expectation, StopPolicy
from tests.reconciler.accounts import (
    SYMBOL,
    at,
    compared,
    leg,
    limit,
    listed,
    merged,
    reading,
    row,
    stop,
    stream,
)
from verification.facts.account import RestingOrder
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.order_scope import EVERYTHING, OrderScope
from verification.venues.stream_state import StreamHealth, StreamState

ONE = frozenset({SYMBOL})
NONE: frozenset[str] = frozenset()
SPARED = OrderScope(NONE, ONE)
LIVE = stream()


def kept() -> Expectation:
    return row("10", policy=StopPolicy.VENUE, stops=("s",))


def look(
    second: float,
    *,
    symbols: frozenset[str] | None = None,
    stops: bool | None = True,
    orders: tuple[RestingOrder, ...] = (),
    scope: OrderScope = EVERYTHING,
) -> Look:
    rests = None if stops is None else [stop("s", Side.SELL, "10")] if stops else []
    read = reading([listed("10")], second=second, stops=rests, orders=orders, symbols=symbols)
    read = replace(read, scope=scope)
    view, when = merged(read), at(second)
    return Look(symbols, (), compared([kept()], view), view, read, {}, {}, when, when, when)


def at_rest() -> OrderLists:
    lists = OrderLists()
    assert lists.due(LIVE, at(0))
    assert not lists.noted(look(0))
    return lists


def pushed(order_id: str, *, second: float, ended: bool = False, conditional: bool = False) -> OrderSeen:
    came = Provenance(Source.WEBSOCKET, at(second), epoch=1)
    return OrderSeen(
        leg(),
        order_id,
        None,
        Decimal(0),
        terminal=ended,
        trades_agree=None,
        status="canceled" if ended else "open",
        average_price=None,
        provenance=came,
        conditional=conditional,
    )


def spares(lists: OrderLists, rows: tuple[Expectation, ...] = (), health: StreamHealth = LIVE) -> bool:
    return lists.ordinary(ONE, rows or (kept(),), health) == NONE


def test_where_a_stop_rests_and_no_ordinary_order_is_known_they_are_left_out() -> None:
    assert spares(at_rest())


def _no_list(lists: OrderLists) -> None:
    lists.noted(look(30, stops=None))


def _pushed(lists: OrderLists) -> None:
    lists.on_order(pushed("o", second=30))


def _listed(lists: OrderLists) -> None:
    lists.noted(look(30, symbols=ONE, orders=(limit("o", Side.SELL, "10", reduce_only=True),)))


def _no_stop(lists: OrderLists) -> None:
    lists.on_order(pushed("s", second=30, ended=True, conditional=True))


def _doubt(lists: OrderLists) -> None:
    lists.noted(look(30, symbols=ONE, stops=False))
    lists.on_order(pushed("s", second=31, conditional=True))


def _told(lists: OrderLists) -> None:
    lists.tell([SYMBOL])


@pytest.mark.parametrize("befalls", [_no_list, OrderLists.want, _pushed, _listed, _no_stop, _doubt, _told])
def test_whatever_may_rest_on_one_has_them_asked_for(befalls: Callable[[OrderLists], None]) -> None:
    lists = at_rest()
    befalls(lists)
    assert not spares(lists)


def test_a_row_that_waits_for_one_has_them_asked_for() -> None:
    assert not spares(at_rest(), (replace(kept(), entry_resting_since=at(0).utc),))


@pytest.mark.parametrize(
    "health",
    [
        stream(epoch=2),
        stream(state=StreamState.DOWN),
        stream(state=StreamState.UNSUPPORTED),
        stream(missed=20),
    ],
)
def test_a_stream_that_has_not_lived_and_spoken_since_the_last_list_of_all_tells_of_none(
    health: StreamHealth,
) -> None:
    assert not spares(at_rest(), health=health)
    lists = OrderLists()
    assert lists.due(health, at(0))
    lists.noted(look(0))
    assert spares(lists, health=health) is (health.state is StreamState.LIVE and health.missed_since is None)


def test_an_end_that_is_pushed_has_them_left_out_again() -> None:
    lists = at_rest()
    lists.on_order(pushed("o", second=30))
    lists.on_order(pushed("o", second=31, ended=True))
    assert spares(lists)


def test_a_look_that_finds_a_doubt_is_done_again_with_what_it_has_left_out_but_once() -> None:
    lists = at_rest()
    assert lists.noted(look(30, symbols=ONE, stops=False, scope=SPARED))
    assert not lists.noted(look(31, symbols=ONE, stops=False))
    assert not at_rest().noted(look(30, symbols=ONE, stops=False)), "nothing was left out"
    assert not at_rest().noted(look(30, symbols=ONE, scope=SPARED)), "nothing is in doubt"


def test_an_order_that_lists_do_not_show_yet_is_known_by_its_push_for_a_while() -> None:
    orders = WorkingOrders()
    orders.on_order(pushed("o", second=30))
    for second in (30.2, 30 + LATE_SECONDS - 1):
        orders.looked(look(second, symbols=ONE))
        assert orders.rest_on(SYMBOL, conditional=False)
    late = 31 + LATE_SECONDS
    failed = look(late)
    failed = dataclasses.replace(failed, reading=replace(failed.reading, orders=None))
    elsewhere = look(late, symbols=frozenset({"X"}))
    spared = look(late, symbols=ONE, scope=SPARED)
    for says_nothing in (look(late, scope=SPARED), spared, failed, elsewhere):
        orders.looked(says_nothing)
        assert orders.rest_on(SYMBOL, conditional=False)
    orders.looked(look(late))
    assert not orders.rest_on(SYMBOL, conditional=False)


def test_an_end_that_lists_do_not_show_yet_is_known_by_its_push_for_a_while() -> None:
    orders = WorkingOrders()
    for second in (0.0, 30.2):
        orders.looked(look(second))
        assert orders.rest_on(SYMBOL, conditional=True) is (second == 0)
        orders.on_order(pushed("s", second=30, ended=True, conditional=True))
    orders.looked(look(31 + LATE_SECONDS))
    assert orders.rest_on(SYMBOL, conditional=True), "lists show it still"


def test_what_one_symbols_list_shows_is_newer_than_the_list_of_all_before_it() -> None:
    orders = WorkingOrders()
    orders.looked(look(0, orders=(limit("o", Side.SELL, "10", reduce_only=True),)))
    assert orders.rest_on(SYMBOL, conditional=False)
    orders.looked(look(1, symbols=ONE))
    assert not orders.rest_on(SYMBOL, conditional=False)
    orders.looked(look(2, scope=OrderScope(ONE, None), orders=(limit("o", Side.SELL, "10"),)))
    assert orders.rest_on(SYMBOL, conditional=False)
    orders.looked(look(3))
    assert not orders.rest_on(SYMBOL, conditional=False)
