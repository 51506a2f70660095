"""Protection never grows when a stop is taken away, triggers, sleeps, or is moved out of where it can act."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from reconciler.comparison.book import books as books_of
from reconciler.comparison.legs import beliefs
from reconciler.comparison.protection import Protection, protection
from reconciler.facts.expectation import StopPolicy
from tests.reconciler.accounts import ACCOUNT, MARKETS, leg, listed, merged, reading, row, stop
from verification.facts.account import PositionMode, RestingOrder
from verification.facts.leg import Leg, Side
from verification.facts.prices import PriceKind, Prices, Trailing

prices = st.integers(1, 20).map(Decimal)
maybe_prices = st.none() | prices


@st.composite
def stops_at_will(draw: st.DrawFn) -> RestingOrder:
    whole = draw(st.booleans())
    order = stop(
        str(draw(st.integers(1, 4))),
        draw(st.sampled_from([Side.SELL, Side.SELL, Side.BUY])),
        None if whole else str(draw(st.integers(1, 60))),
        on=Leg.NET,
        reduce_only=draw(st.booleans()) or whole,
        stop_loss=draw(st.booleans()),
    )
    trailing = draw(st.none() | st.builds(Trailing, activation=maybe_prices, behind=maybe_prices))
    return replace(
        order,
        trigger_price=draw(prices) if trailing is None else draw(maybe_prices),
        trailing=trailing,
        triggered=draw(st.booleans()),
        watches=draw(st.none() | st.sampled_from(PriceKind)),
        nature_told=order.stop_loss or draw(st.booleans()),
    )


books = st.lists(stops_at_will(), max_size=4, unique_by=lambda order: order.order_id)
told = st.builds(Prices, mark=maybe_prices, last=maybe_prices, index=maybe_prices)


def judged(
    orders: list[RestingOrder],
    ordinary: list[RestingOrder],
    known: Prices,
    liquidation: Decimal | None = None,
) -> Protection:
    held = structs.replace(listed("43", mark=None), liquidation_price=liquidation, entry_price=Decimal(10))
    view = merged(replace(reading([held], orders=ordinary, stops=orders), prices={held.key.symbol: known}))
    rows = [row("43", policy=StopPolicy.VENUE)]
    belief = beliefs(rows, account=ACCOUNT, markets=MARKETS, mode=PositionMode.ONE_WAY)[leg()]
    return protection(
        view, books_of(view).of(leg().symbol), leg(), belief, Decimal(43), stop_ledgers=frozenset()
    )


def no_better(after: Protection, before: Protection) -> None:
    assert after.covered <= before.covered
    assert after.covered + after.perhaps <= before.covered + before.perhaps
    assert after.uncovered >= before.uncovered


@given(books, told, maybe_prices, st.data())
def test_taking_a_stop_away_protects_nothing(
    orders: list[RestingOrder], known: Prices, liquidation: Decimal | None, data: st.DataObject
) -> None:
    kept = data.draw(
        st.lists(st.sampled_from(orders), unique_by=lambda each: each.order_id) if orders else st.just([])
    )
    no_better(judged(kept, [], known, liquidation), judged(orders, [], known, liquidation))


@given(books, told, maybe_prices, st.integers(0, 3))
def test_a_stop_that_triggers_or_sleeps_protects_less(
    orders: list[RestingOrder], known: Prices, liquidation: Decimal | None, which: int
) -> None:
    before = judged(orders, [], known, liquidation)
    for word in ({"triggered": True}, {"dormant": True, "trailing": Trailing()}):
        after = [replace(each, **word) if at == which else each for at, each in enumerate(orders)]
        no_better(judged(after, [], known, liquidation), before)


@given(books, told, prices)
def test_a_liquidation_price_that_comes_to_be_known_protects_nothing(
    orders: list[RestingOrder], known: Prices, liquidation: Decimal
) -> None:
    no_better(judged(orders, [], known, liquidation), judged(orders, [], known))


@given(books, told, st.integers(0, 3))
def test_a_stop_that_is_moved_beyond_the_liquidation_price_protects_less(
    orders: list[RestingOrder], known: Prices, which: int
) -> None:
    liquidation = Decimal("0.5")
    beyond = [
        replace(each, trigger_price=Decimal("0.4"), trailing=None) if at == which else each
        for at, each in enumerate(orders)
    ]
    no_better(judged(beyond, [], known, liquidation), judged(orders, [], known, liquidation))


@given(books, books, told, maybe_prices)
def test_ids_that_collide_between_the_two_lists_change_nothing(
    orders: list[RestingOrder], ordinary: list[RestingOrder], known: Prices, liquidation: Decimal | None
) -> None:
    apart = [replace(each, order_id=f"ordinary {each.order_id}") for each in ordinary]
    one, other = judged(orders, ordinary, known, liquidation), judged(orders, apart, known, liquidation)
    assert (one.state, one.covered, one.perhaps, one.uncovered) == (
        other.state,
        other.covered,
        other.perhaps,
        other.uncovered,
    )
