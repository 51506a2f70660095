"""The engine by itself: orders, reduce-only, conditional orders, liquidation, and views of a while ago."""

from decimal import Decimal

import pytest
from typing_extensions import override

from simulator.engine.clock import VenueClock
from simulator.engine.effect import AlgoChanged, Filled, OrderChanged
from simulator.engine.exchange import Exchange
from simulator.engine.order import AlgoStatus, Kind, PositionSide, Side, Status, Ticket, TimeInForce
from simulator.engine.refusal import Reason, Refused

AVL = "AVL/USDT:USDT"
D = Decimal


class HandClock(VenueClock):
    """A monotonic clock moved by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    @override
    def monotonic(self) -> float:
        return self.seconds


def order(side: Side, quantity: str, **more: object) -> Ticket:
    return Ticket(symbol=AVL, side=side, quantity=D(quantity), **more)  # type: ignore[arg-type] # drawn fields


def stop(side: Side, quantity: str | None, at: str, **more: object) -> Ticket:
    return Ticket(  # drawn fields
        symbol=AVL,
        side=side,
        quantity=None if quantity is None else D(quantity),
        kind=Kind.STOP_MARKET,
        trigger_price=D(at),
        **more,  # type: ignore[arg-type] # drawn fields
    )


def test_a_market_order_opens_a_position_of_its_size() -> None:
    exchange = Exchange()
    placed = exchange.place(order(Side.BUY, "43"))
    assert placed.status is Status.FILLED
    assert exchange.position(AVL).amount == 43
    assert exchange.position("AVLUSDT") == exchange.position(AVL)


def test_a_reduce_only_order_is_cut_to_the_position_and_never_flips_it() -> None:
    exchange = Exchange()
    exchange.place(order(Side.BUY, "43"))
    closed = exchange.place(order(Side.SELL, "100", reduce_only=True))
    assert (closed.executed, closed.status) == (D(43), Status.FILLED)
    assert exchange.position(AVL).amount == 0


def test_a_reduce_only_order_with_nothing_to_reduce_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Exchange().place(order(Side.SELL, "43", reduce_only=True))
    assert refused.value.reason is Reason.REDUCE_ONLY


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        (order(Side.BUY, "0"), Reason.BAD_QUANTITY),
        (order(Side.BUY, "43.5"), Reason.BAD_QUANTITY_STEP),
        (order(Side.BUY, "1"), Reason.TOO_SMALL),
        (order(Side.BUY, "43", kind=Kind.LIMIT, price=D("0.18345")), Reason.BAD_PRICE_STEP),
        (
            order(Side.BUY, "43", kind=Kind.LIMIT, price=D("0.2"), time_in_force=TimeInForce.GTX),
            Reason.WOULD_TAKE,
        ),
        (order(Side.BUY, "43", position_side=PositionSide.LONG), Reason.WRONG_POSITION_SIDE),
        (order(Side.BUY, "99999999"), Reason.NO_MARGIN),
        (Ticket(symbol="NONEUSDT", side=Side.BUY, quantity=D(1)), Reason.UNKNOWN_SYMBOL),
    ],
)
def test_what_the_venue_does_not_take_changes_nothing(ticket: Ticket, reason: Reason) -> None:
    exchange = Exchange()
    with pytest.raises(Refused) as refused:
        exchange.place(ticket)
    assert refused.value.reason is reason
    assert exchange.truth.log == []


def test_a_limit_order_rests_fills_in_part_and_then_whole() -> None:
    exchange = Exchange()
    placed = exchange.place(order(Side.BUY, "100", kind=Kind.LIMIT, price=D("0.18")))
    assert placed.status is Status.NEW
    assert exchange.fill(placed.id, D(40)).status is Status.PARTIALLY_FILLED
    exchange.set_price(AVL, D("0.1799"))
    done = exchange.order(placed.id)
    assert done is not None
    assert (done.status, done.executed, done.average) == (Status.FILLED, D(100), D("0.18"))


def test_a_thin_book_leaves_a_market_order_expired_in_part() -> None:
    exchange = Exchange()
    exchange.shape(AVL, liquidity=D(30), clip=D(10))
    placed = exchange.place(order(Side.BUY, "43"))
    assert (placed.status, placed.executed) == (Status.EXPIRED, D(30))
    assert [trade.quantity for trade in exchange.trades(AVL)] == [D(10)] * 3


def test_a_held_market_acknowledges_before_it_matches() -> None:
    exchange = Exchange()
    exchange.hold(AVL)
    placed = exchange.place(order(Side.BUY, "43"))
    assert (placed.status, exchange.position(AVL).amount) == (Status.NEW, D(0))
    exchange.release(AVL)
    assert exchange.position(AVL).amount == 43


def test_a_stop_triggers_by_the_mark_price_and_tells_its_whole_life() -> None:
    exchange = Exchange()
    exchange.place(order(Side.BUY, "43"))
    algo = exchange.place_conditional(stop(Side.SELL, "43", "0.17", reduce_only=True, client_id="s"))
    exchange.set_price(AVL, D("0.17"))
    lives = [effect.algo.status for effect in exchange.truth.log if isinstance(effect, AlgoChanged)]
    assert lives == ["NEW", "TRIGGERING", "TRIGGERED", "FINISHED"]
    ended = exchange.algo(algo.id)
    assert ended is not None
    assert (ended.executed, exchange.position(AVL).amount) == (D(43), D(0))
    became = exchange.order_of_client("s")
    assert became is not None
    assert became.id == ended.order_id
    kinds = [type(effect) for effect in exchange.truth.log[-4:]]
    assert kinds == [AlgoChanged, OrderChanged, Filled, AlgoChanged]


def test_a_stop_that_would_trigger_at_once_is_refused() -> None:
    exchange = Exchange()
    with pytest.raises(Refused) as refused:
        exchange.place_conditional(stop(Side.SELL, "43", "0.2"))
    assert refused.value.reason is Reason.WOULD_TRIGGER


def test_a_stop_that_closes_the_position_closes_whatever_is_there() -> None:
    exchange = Exchange()
    exchange.place(order(Side.SELL, "86"))
    exchange.place_conditional(stop(Side.BUY, None, "0.2", close_position=True))
    exchange.set_price(AVL, D("0.2"))
    assert exchange.position(AVL).amount == 0


def test_a_stop_with_nothing_left_to_reduce_stays_until_its_trigger_and_then_expires() -> None:
    exchange = Exchange()
    exchange.place(order(Side.BUY, "43"))
    algo = exchange.place_conditional(stop(Side.SELL, "43", "0.17", reduce_only=True))
    exchange.place(order(Side.SELL, "43", reduce_only=True))
    assert [waiting.id for waiting in exchange.open_algos()] == [algo.id]
    exchange.set_price(AVL, D("0.17"))
    ended = exchange.algo(algo.id)
    assert ended is not None
    assert ended.status is AlgoStatus.EXPIRED


def test_a_resting_reduce_only_order_expires_with_its_position() -> None:
    exchange = Exchange()
    exchange.place(order(Side.BUY, "43"))
    exit_ = exchange.place(order(Side.SELL, "43", kind=Kind.LIMIT, price=D("0.2"), reduce_only=True))
    exchange.liquidate(AVL)
    ended = exchange.order(exit_.id)
    assert ended is not None
    assert not ended.status.open


@pytest.mark.parametrize(("deleverage", "client_id"), [(False, "autoclose-"), (True, "adl_autoclose")])
def test_the_venue_takes_a_position_away_under_its_own_client_id(deleverage: bool, client_id: str) -> None:  # noqa: FBT001 - drawn
    exchange = Exchange()
    exchange.place(order(Side.SELL, "43"))
    taken = exchange.liquidate(AVL, deleverage=deleverage)
    assert taken.client_id.startswith(client_id)
    assert exchange.position(AVL).amount == 0
    assert exchange.trades(AVL)[-1].forced


def test_hedge_legs_do_not_mix() -> None:
    exchange = Exchange()
    exchange.set_hedge(hedge=True)
    exchange.place(order(Side.BUY, "43", position_side=PositionSide.LONG))
    exchange.place(order(Side.SELL, "50", position_side=PositionSide.SHORT))
    exchange.place(order(Side.BUY, "20", position_side=PositionSide.SHORT))
    assert exchange.position(AVL, PositionSide.LONG).amount == 43
    assert exchange.position(AVL, PositionSide.SHORT).amount == -30


def test_the_mode_does_not_change_under_a_position() -> None:
    exchange = Exchange()
    exchange.place(order(Side.BUY, "43"))
    with pytest.raises(Refused) as refused:
        exchange.set_hedge(hedge=True)
    assert refused.value.reason is Reason.HAS_POSITIONS


def test_a_lagging_view_shows_what_was_true_then() -> None:
    clock = HandClock()
    exchange = Exchange(clock=clock)
    clock.seconds = 10
    placed = exchange.place(order(Side.BUY, "43"))
    clock.seconds = 12

    def lag(_symbol: str) -> float:
        return 3.0

    assert exchange.positions(lag) == []
    assert exchange.order(placed.id, lag) is None
    assert exchange.trades(AVL, lag) == []
    clock.seconds = 13
    assert [position.amount for position in exchange.positions(lag)] == [D(43)]
    assert exchange.order(placed.id, lag) == placed
    assert len(exchange.trades(AVL, lag)) == 1
