"""The oracle's own comparison: how a leg truly stands between two changes, in a few lines of integers."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from reconciler.finding import Kind
from tests.simulation.reconciler.plan import END, Noted, Row
from tests.simulation.truth import LegState
from verification.leg import LegKey


class Stretch(NamedTuple):
    """How a leg stands from `start` to `end`.

    Attributes:
        kind: In what way both sides differ; None where they agree. A position that no row expects is an
            orphan, whatever its past.
        in_flight: Its own orders may explain the difference: the bot is given more time.
        sure: No order of the bot is in flight by its own word, so that agreement ends a doubt.
    """

    start: float
    end: float
    held: int
    expected: int
    kind: Kind | None
    in_flight: bool
    sure: bool


def stretches(key: LegKey, states: Sequence[LegState], noted: Sequence[Noted]) -> list[Stretch]:
    """Return how a leg stood all the time, in order."""
    of_leg = [each for each in noted if each.row.key == key]
    cuts = sorted({each.at for each in of_leg} | {state.at for state in states} | {0.0})
    found: list[Stretch] = []
    for start, end in pairwise([*cuts, END]):
        held = [state.quantity for state in states if state.at <= start]
        rows = {each.row.row_id: each.row for each in of_leg if each.at <= start}
        found.append(_stretch(start, end, held[-1] if held else 0, rows.values()))
    return found


def _stretch(start: float, end: float, held: int, rows: Iterable[Row]) -> Stretch:
    live = [row for row in rows if row.live]
    expected = sum(row.expected for row in live)
    low = sum(min(row.sign * row.low, row.sign * row.high) for row in live)
    high = sum(max(row.sign * row.low, row.sign * row.high) for row in live)
    sure = all(row.low == row.high for row in live)
    if held == expected:
        return Stretch(start, end, held, expected, None, in_flight=False, sure=sure)
    if all(row.expected == row.high == 0 for row in live):
        kind = Kind.ORPHANED_POSITION
    elif held == 0:
        kind = Kind.PHANTOM_POSITION
    elif held * (expected or (high if low >= 0 else low if high <= 0 else 0)) < 0:
        # With orders on their way to both sides, neither is the opposite one.
        kind = Kind.SIDE_MISMATCH
    else:
        kind = Kind.QUANTITY_MISMATCH
    return Stretch(start, end, held, expected, kind, in_flight=low <= held <= high, sure=sure)
