"""The oracle's own word on stops: how much of a leg no stop would close, between two changes, in lots."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from reconciler.facts.expectation import OrderRole
from reconciler.facts.finding import Kind
from tests.simulation.reconciler.plan import Noted, Placed, Row
from tests.simulation.reconciler.stop import Stop
from tests.simulation.reconciler.stops import Stops
from tests.simulation.reconciler.stretch import Stretch
from tests.simulation.truth import TrueOrder
from verification.facts.leg import LegKey

TELLS_OF_THE_STOP = frozenset({Kind.ORPHANED_POSITION, Kind.REAPPEARED_POSITION, Kind.SIDE_MISMATCH})
"""Differences that are told in the place of a missing stop, and say whether there is one."""

UNFILLED = 600.0
"""Seconds for which an entry may rest partly filled before its missing stop is an emergency."""


class Guard(NamedTuple):
    """How well a leg is guarded from `start` to `end`.

    Attributes:
        open_lots: What the bots know of, the venue holds, and no stop would close.
        hidden: What the venue holds beyond what the bots know, and no stop would close, where both sides
            are alike but for a lot that an uncut number hides: whether the bots know of that lot cannot be
            told from 19.3 and 20, so that it may be told and may not.
        by_design: It came from an entry that still rests: bots place the stop when that is done.
        judged: False where another difference is told in its place.
    """

    start: float
    end: float
    open_lots: int
    hidden: int
    by_design: bool
    judged: bool


def guards(
    key: LegKey,
    of_leg: Sequence[Stretch],
    noted: Iterable[Noted],
    placed: Iterable[Placed],
    orders: Iterable[TrueOrder],
) -> list[Guard]:
    """Return how well a leg was guarded all the time, in order."""
    rows = [each for each in noted if each.row.key == key]
    stops = sorted((each for each in placed if each.key == key), key=lambda each: each.at)
    mine = [order for order in orders if order.key == key]
    cuts = {max(stretch.start, 0.0) for stretch in of_leg} | {max(each.at, 0.0) for each in stops}
    cuts |= {state.at for order in mine for state in order.log if state.at > 0}
    cuts |= {order.log[0].at + UNFILLED for order in mine if order.log}
    cuts = {at for at in cuts if at < of_leg[-1].end}
    found = []
    last = of_leg[-1].end
    for start, end in pairwise([*sorted(cuts), last]):
        stretch = next(each for each in reversed(of_leg) if each.start <= start)
        known = {each.row.row_id: each.row for each in rows if each.at <= start}
        found.append(_guard((start, end), stretch, known, _standing(stops, start), mine))
    return found


def _standing(stops: Sequence[Placed], at: float) -> list[Stop]:
    book = Stops()
    for placed in stops:
        if placed.at <= at:
            book.take(placed)
    return list(book.standing.values())


def _guard(
    span: tuple[float, float],
    stretch: Stretch,
    rows: Mapping[str, Row],
    standing: Iterable[Stop],
    orders: Iterable[TrueOrder],
) -> Guard:
    held, expected = stretch.held, stretch.expected
    needed = min(abs(held), abs(expected)) if held * expected > 0 else 0
    covered = sum(stop.covers(held) for stop in standing)
    open_lots = max(0, needed - covered)
    alike = stretch.kind is None and held * expected > 0
    hidden = max(0, abs(held) - covered) - open_lots if alike else 0
    believed = {
        order_id for row in rows.values() if row.live for order_id in row.ids(OrderRole.ENTRY, resting=True)
    }
    executed = 0
    for order in orders:
        state = order.at(span[0])
        young = bool(order.log) and span[0] < order.log[0].at + UNFILLED
        if state is not None and not state.ended and young and order.order_id in believed:
            executed += abs(state.executed) if state.executed * held > 0 else 0
    by_design = 0 < open_lots <= executed
    return Guard(*span, open_lots, hidden, by_design, judged=stretch.kind not in TELLS_OF_THE_STOP)
