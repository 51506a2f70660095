"""The simulated venue holds what is reduce-only, as every venue does: it closes what is held, and no more."""

import pytest

from tests.simulation.opening_episode import play_opening
from tests.simulation.opening_plan import opening_plan_of
from tests.simulation.truth import TrueOrder, Truth
from verification.facts.leg import Leg, LegKey

LEGS = ((Leg.NET, 1), (Leg.NET, -1), (Leg.LONG, 1), (Leg.SHORT, -1))


@pytest.fixture
def truth() -> Truth:
    return Truth(lambda _, changes: changes)


def closing(truth: Truth, key: LegKey, way: int, size: int, *, reduce_only: bool = True) -> TrueOrder:
    order = TrueOrder(key, str(len(truth.orders)), "ours-s", -way, size, reduce_only)
    truth.submit(order, 1.0)
    truth.fill(order, 1000, 2.0)
    return order


@pytest.mark.parametrize(("leg", "way"), LEGS)
@pytest.mark.parametrize(("size", "executes"), [(43, 43), (20, 20), (60, 43)])
def test_it_executes_what_is_held_at_most(truth: Truth, leg: Leg, way: int, size: int, executes: int) -> None:
    key = LegKey("main", "AVL/USDT:USDT", leg)
    truth.move(key, 43 * way, 0.0)
    order = closing(truth, key, way, size)
    assert order.now.executed == -executes * way
    assert truth.held(key).quantity == (43 - executes) * way


@pytest.mark.parametrize(("leg", "way"), LEGS)
def test_the_second_of_two_closes_what_the_first_has_left(truth: Truth, leg: Leg, way: int) -> None:
    key = LegKey("main", "AVL/USDT:USDT", leg)
    truth.move(key, 43 * way, 0.0)
    executed = [abs(closing(truth, key, way, size).now.executed) for size in (40, 40, 40)]
    assert executed == [40, 3, 0]
    assert truth.held(key).quantity == 0


@pytest.mark.parametrize(("leg", "way"), LEGS)
def test_an_order_that_is_not_reduce_only_goes_through_zero(truth: Truth, leg: Leg, way: int) -> None:
    key = LegKey("main", "AVL/USDT:USDT", leg)
    truth.move(key, 43 * way, 0.0)
    closing(truth, key, way, 60, reduce_only=False)
    assert truth.held(key).quantity == -17 * way


def test_whatever_protects_or_closes_in_a_world_is_reduce_only_and_never_turns_a_leg_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executed: list[int] = []
    fill = Truth.fill

    def watched(truth: Truth, order: TrueOrder, size: int, now: float) -> None:
        before = truth.held(order.key).quantity
        fill(truth, order, size, now)
        by = truth.held(order.key).quantity - before
        if by and "-" in order.client_id:
            assert order.reduce_only
            assert before * by < 0
            assert abs(by) <= abs(before)
            executed.append(by)

    monkeypatch.setattr(Truth, "fill", watched)
    for seed in range(4, 804, 4):
        assert not play_opening(opening_plan_of(seed)).broken, seed
    assert len(executed) > 50
