"""What is counted in an interval is forgotten with it; what is of the last seconds, thing by thing."""

from simulator.serving.windows import FixedWindow, RollingWindow


def test_an_interval_begins_at_a_whole_multiple_and_forgets_the_one_before() -> None:
    minute = FixedWindow(60)

    assert [minute.add(5, now) for now in (119.0, 119.9, 120.0, 179.9, 180.0)] == [5, 10, 5, 10, 5]
    assert minute.left(119.0) == 1
    assert minute.left(120.0) == 60


def test_the_last_seconds_forget_thing_by_thing() -> None:
    five = RollingWindow(5)

    assert [five.add(now) for now in (0.0, 1.0, 4.9, 5.0, 6.0)] == [1, 2, 3, 3, 3]
    assert five.frees(6.0) == 9.9
    assert five.count(100.0) == 0
    assert five.frees(100.0) == 100.0
