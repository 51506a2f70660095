"""What holds of the engine whatever is done to it."""

from decimal import Decimal
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.effect import Filled, OrderChanged
from simulator.engine.exchange import Exchange
from simulator.engine.order import Kind, Side, Ticket
from simulator.engine.refusal import Refused

AVL = "AVL/USDT:USDT"
SIDES = st.sampled_from(Side)
QUANTITIES = st.integers(1, 500).map(Decimal)
PRICES = st.integers(1700, 1990).map(lambda ticks: Decimal(ticks) / 10_000)


class Shape(NamedTuple):
    """How much a taker finds, and how large one trade is."""

    liquidity: Decimal | None
    clip: Decimal | None


TICKETS = st.builds(
    Ticket,
    symbol=st.just(AVL),
    side=SIDES,
    quantity=QUANTITIES,
    kind=st.sampled_from([Kind.MARKET, Kind.LIMIT, Kind.STOP_MARKET, Kind.TAKE_PROFIT_MARKET]),
    price=PRICES,
    trigger_price=PRICES,
    reduce_only=st.booleans(),
)
CLIPS = st.none() | st.integers(1, 100).map(Decimal)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("order"), TICKETS),
        st.tuples(st.just("price"), PRICES),
        st.tuples(st.just("shape"), st.builds(Shape, CLIPS, CLIPS)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("liquidate"), st.none()),
        st.tuples(st.just("hold"), st.booleans()),
    ),
    max_size=25,
)


def apply(exchange: Exchange, what: str, how: object) -> None:
    """Do one step; what the venue refuses is no step."""
    try:
        match what, how:
            case "order", Ticket() as ticket if ticket.kind.conditional:
                exchange.place_conditional(ticket)
            case "order", Ticket() as ticket:
                exchange.place(ticket)
            case "price", Decimal() as price:
                exchange.set_price(AVL, price)
            case "shape", Shape() as shape:
                exchange.shape(AVL, liquidity=shape.liquidity, clip=shape.clip)
            case "cancel", int() as index:
                orders = exchange.open_orders()
                if orders:
                    exchange.cancel(orders[index % len(orders)].id)
            case "liquidate", _:
                exchange.liquidate(AVL)
            case "hold", True:
                exchange.hold(AVL)
            case _:
                exchange.release(AVL)
    except Refused:
        return


@given(STEPS)
def test_the_position_is_the_sum_of_the_fills_and_executed_the_sum_of_an_orders_trades(
    steps: list[tuple[str, object]],
) -> None:
    exchange = Exchange()
    for what, how in steps:
        apply(exchange, what, how)
    assert exchange.position(AVL).amount == sum(trade.signed for trade in exchange.trades())
    for order in exchange.orders():
        mine = [trade for trade in exchange.trades() if trade.order_id == order.id]
        assert order.executed == sum(trade.quantity for trade in mine)
        assert order.cost == sum(trade.quantity * trade.price for trade in mine)
        assert order.executed <= order.quantity


@given(STEPS)
def test_executed_only_grows_and_an_order_that_is_over_never_changes(steps: list[tuple[str, object]]) -> None:
    exchange = Exchange()
    for what, how in steps:
        apply(exchange, what, how)
    seen: dict[int, tuple[Decimal, bool]] = {}
    for effect in exchange.truth.log:
        if isinstance(effect, OrderChanged | Filled):
            executed, is_open = seen.get(effect.order.id, (Decimal(0), True))
            assert is_open
            assert effect.order.executed >= executed
            seen[effect.order.id] = (effect.order.executed, effect.order.status.open)


@given(STEPS)
def test_a_reduce_only_fill_never_increases_or_flips_a_position(steps: list[tuple[str, object]]) -> None:
    exchange = Exchange()
    for what, how in steps:
        apply(exchange, what, how)
    amount = Decimal(0)
    for effect in exchange.truth.log:
        if isinstance(effect, Filled):
            if effect.order.reduce_only:
                assert abs(effect.position.amount) < abs(amount)
                assert effect.position.amount * amount >= 0
            amount = effect.position.amount
