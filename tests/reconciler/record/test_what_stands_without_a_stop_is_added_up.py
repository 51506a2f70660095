"""Value times the time that it stood without a stop, day by day; time that was not seen is in no sum."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from reconciler.record.unprotected import DayPart, Unwritten, parts
from reconciler.views.account import CycleView
from tests.dashboard import drawn

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sweep(value: str | None, second: float, start: datetime = NOON) -> CycleView:
    amount = None if value is None else Decimal(value)
    return drawn.cycle(unprotected_notional=amount, finished_at=start + timedelta(seconds=second))


def sums(found: tuple[DayPart, ...]) -> list[tuple[str, float, float, float]]:
    return [(part.day.isoformat(), float(part.dollar_seconds), part.exposed, part.seen) for part in found]


def test_a_value_stands_until_the_next_sweep() -> None:
    found = parts(sweep("1800", 0), NOON + timedelta(seconds=15))

    assert sums(found) == [("2026-11-22", 27_000, 15.0, 15.0)]


def test_nothing_without_a_stop_was_seen_all_the_same() -> None:
    assert sums(parts(sweep("0", 0), NOON + timedelta(seconds=15))) == [("2026-11-22", 0, 0.0, 15.0)]


def test_a_sweep_that_could_not_tell_and_one_long_ago_have_seen_nothing_of_what_follows() -> None:
    blind = parts(sweep(None, 0), NOON + timedelta(seconds=15))
    late = parts(sweep("2", 0), NOON + timedelta(hours=1))

    assert sums(blind) == [("2026-11-22", 0, 0.0, 0.0)]
    assert sums(late) == [("2026-11-22", 600, 300.0, 300.0)]


def test_midnight_parts_it_and_a_clock_that_was_set_back_adds_nothing() -> None:
    before = datetime(2026, 11, 22, 23, 59, 50, tzinfo=UTC)
    night = parts(sweep("10", 0, before), before + timedelta(seconds=30))

    assert sums(night) == [("2026-11-22", 100, 10.0, 10.0), ("2026-11-23", 200, 20.0, 20.0)]
    assert parts(sweep("10", 0), NOON - timedelta(seconds=5)) == ()


def test_it_is_written_at_once_where_something_stands_so_and_else_now_and_then() -> None:
    waiting = Unwritten()
    written = []
    values = ["0"] * 50 + ["700"] * 2 + ["0"] * 2
    for number, value in enumerate(values):
        at = NOON + timedelta(seconds=15 * number)
        waiting.swept(sweep(value, 15 * number))
        due = waiting.due(at)
        written += [(number, part) for part in due]
        waiting.wrote(due, at)

    assert [number for number, _ in written] == [1, 21, 41, 51, 52]
    assert sum(part.dollar_seconds for _, part in written) == 700 * 30
    assert sum(part.seen for _, part in written) == 15 * 52


def test_what_could_not_be_written_is_written_with_what_comes_next() -> None:
    waiting = Unwritten()
    for number, value in enumerate(("5", "5", "5")):
        waiting.swept(sweep(value, 10 * number))

    assert sums(waiting.due(NOON)) == [("2026-11-22", 100, 20.0, 20.0)]
