"""An allowance is never exceeded in any minute, and what was not used is free again."""

from hypothesis import given
from hypothesis import strategies as st

from tests.verification.drawn import moment
from verification.budget.allowance import MINUTE, Allowance, Reserve


def test_what_is_set_aside_is_not_granted_twice() -> None:
    allowance = Allowance(weight=10, number=9)
    assert allowance.reserve(6, moment(0)) is not None
    assert allowance.reserve(6, moment(0)) is None
    assert allowance.reserve(4, moment(0)) is not None


def test_what_was_not_spent_is_free_at_once() -> None:
    allowance = Allowance(weight=10, number=9)
    reserve = allowance.reserve(10, moment(0))
    assert reserve is not None
    allowance.settle(reserve, 2, moment(1))
    assert allowance.reserve(9, moment(1)) is None
    assert allowance.reserve(8, moment(1)) is not None


def test_what_was_spent_is_free_a_minute_after_it_was_settled() -> None:
    allowance = Allowance(weight=10, number=9)
    reserve = allowance.reserve(10, moment(0))
    assert reserve is not None
    assert allowance.reserve(1, moment(1000)) is None, "it may still be spending"
    allowance.settle(reserve, 10, moment(1000))
    assert allowance.reserve(1, moment(1000 + MINUTE - 1)) is None
    assert allowance.reserve(1, moment(1000 + MINUTE)) is not None


def test_no_more_than_so_many_in_a_minute_however_cheap() -> None:
    allowance = Allowance(weight=10, number=2)
    reserves = [allowance.reserve(1, moment(0)) for _ in range(3)]
    assert [reserve is None for reserve in reserves] == [False, False, True]


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 5), st.floats(0, 90)), max_size=40))
def test_no_minute_ever_holds_more_than_the_allowance(plan: list[tuple[float, int, float]]) -> None:
    """Each wants some weight after a pause and spends all of it at the moment it settles."""
    allowance = Allowance(weight=10, number=1000)
    now = 0.0
    running: list[tuple[float, Reserve]] = []
    spent: list[tuple[float, int]] = []
    for pause, weight, lasts in plan:
        now += pause
        for end, reserve in sorted(running, key=lambda each: each[0]):
            if end <= now:
                allowance.settle(reserve, reserve.weight, moment(end))
                spent.append((end, reserve.weight))
        running = [each for each in running if each[0] > now]
        granted = allowance.reserve(weight, moment(now))
        if granted is not None:
            running.append((now + lasts, granted))
    for start, _ in spent:
        assert sum(weight for at, weight in spent if start <= at < start + MINUTE) <= 10
