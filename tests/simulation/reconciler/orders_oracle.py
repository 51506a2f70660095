"""The oracle of orders: who waits in vain, what is left over, and what is nobody's; by what truly rests."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from reconciler.facts.expectation import ExpectationState, OrderRole
from reconciler.facts.finding import FindingKey, Kind
from tests.simulation.reconciler.episode import SWEEP
from tests.simulation.reconciler.plan import Row
from tests.simulation.reconciler.sight import SLACK, SPACING, UNRELIABLE, Sight, Span, leg_of
from tests.simulation.reconciler.stops import Stops
from tests.simulation.truth import TrueOrder
from verification.facts.leg import LegKey

OF_ORDERS = frozenset({Kind.STUCK_OPENING, Kind.STUCK_CLOSING, Kind.DANGLING_ORDER, Kind.FOREIGN_WRITER})
WITHIN = 270.0
"""Seconds from the standstill until all must be as it is to stay."""

GRACES = {Kind.DANGLING_ORDER: 60.0, Kind.FOREIGN_WRITER: 60.0}
"""Seconds that these have at the least. Who waits in vain does so since an order ended, or a row says so."""


class Resting(NamedTuple):
    """What is so of the orders of a leg from `start` to `end`.

    Attributes:
        must: What people have to be told of it.
        may: What they may be told as well: where the sides differ, that is told first.
    """

    start: float
    end: float
    must: frozenset[Kind]
    may: frozenset[Kind]


def resting(sight: Sight, key: LegKey) -> list[Resting]:
    """Return what is so of the orders of a leg all the time, in order."""
    episode, of_leg = sight.episode, sight.legs[key]
    rows = [each for each in episode.rows if each.row.key == key]
    placed = sorted((each for each in episode.plan.placed if each.key == key), key=lambda each: each.at)
    orders = [order for order in episode.orders if order.key == key]
    cuts = {stretch.start for stretch in of_leg} | {each.at for each in rows} | {each.at for each in placed}
    cuts |= {state.at for order in orders for state in order.log}
    end = episode.plan.end
    times = sorted({max(at, 0.0) for at in cuts if at < end} | {0.0})
    found = []
    for start, until in pairwise([*times, end]):
        stretch = next(each for each in reversed(of_leg) if each.start <= start)
        known = {each.row.row_id: each.row for each in rows if each.at <= start}
        book = Stops()
        for each in placed:
            if each.at <= start:
                book.take(each)
        told = _kinds(list(known.values()), [name for _, name in book.standing], orders, start)
        differs = stretch.kind is not None or stretch.masked
        must = told & {Kind.FOREIGN_WRITER} if differs else told
        found.append(Resting(start, until, must, told))
    return found


def _kinds(
    rows: Sequence[Row], stops: Sequence[str], orders: Sequence[TrueOrder], at: float
) -> frozenset[Kind]:
    kinds = set()
    live, over = [row for row in rows if row.live], [row for row in rows if not row.live]
    named = {order.order_id for row in live for order in row.orders}
    past = {order.order_id for row in over for order in row.orders if order.role is OrderRole.STOP}
    if any(stop in past and stop not in named for stop in stops):
        kinds.add(Kind.DANGLING_ORDER)
    # A stop of a row that is over may carry the number of another order; of one that lives both are named.
    everybodys = named | {
        order.order_id for row in over for order in row.orders if order.role is not OrderRole.STOP
    }
    for order in orders:
        state = order.at(at)
        rests = state is not None and not state.ended
        if rests and order.order_id not in everybodys and not order.reduce_only:
            kinds.add(Kind.FOREIGN_WRITER)
    by_id = {order.order_id: order for order in orders}
    if any(_waits(row, OrderRole.ENTRY, by_id, at) for row in live):
        kinds.add(Kind.STUCK_OPENING)
    if any(row.state is ExpectationState.CLOSING and _waits(row, OrderRole.EXIT, by_id, at) for row in live):
        kinds.add(Kind.STUCK_CLOSING)
    return frozenset(kinds)


def _waits(row: Row, role: OrderRole, orders: dict[str, TrueOrder], at: float) -> bool:
    """True when all that a row has down as being at work has ended, and is booked as far as it executed.

    A row that is closing and has nothing down waits for nothing, too.
    """
    waiting = [order for order in row.orders if order.role is role and order.resting]
    for order in waiting:
        known = orders.get(order.order_id)
        state = None if known is None else known.at(at)
        if state is None or not state.ended or abs(state.executed) != order.booked:
            return False
    return bool(waiting) or (role is OrderRole.EXIT and bool(row.orders))


def told_of_orders_is_true(sight: Sight) -> Iterator[str]:
    """O3: people are told of orders only what is so, and has been for as long as bots are given."""
    unseen = bool(sight.storms) or bool(UNRELIABLE & sight.episode.plan.troubles) or bool(sight.episode.downs)
    for condition, told in sight.told.items():
        if condition.kind not in OF_ORDERS:
            continue
        spans = _spans(resting(sight, leg_of(condition)), condition.kind)
        least = 0.0 if unseen else GRACES.get(condition.kind, SPACING) - sight.late - SPACING
        late = sight.late + (SWEEP if unseen else 0.0) + SLACK
        for fired, _ in told:
            if not any(
                start <= fired <= end + late and min(end, fired) - start >= least for start, end in spans
            ):
                yield f"{condition.kind} of {condition.symbol} {condition.leg} told at {fired:.2f}"


def orders_are_told_in_the_end(sight: Sight) -> Iterator[str]:
    """E5: in the end it is told who waits in vain, what is left over, what is nobody's, and nothing else."""
    end, settled = sight.episode.plan.end, sight.episode.still + WITHIN
    # What somebody else places is pushed, or seen in a list of all orders: there is one every ten minutes.
    lost = bool(UNRELIABLE & sight.episode.plan.troubles)
    for key in sight.legs:
        last = resting(sight, key)[-1]
        for kind in sorted(OF_ORDERS):
            condition = FindingKey(kind, key.account, key.symbol, key.leg)
            told = [span for span in sight.told.get(condition, []) if span[1] > settled]
            whole = any(start <= settled and until >= end for start, until in told)
            where = f"{kind} of {key.symbol} {key.leg}"
            if kind in last.must and not whole and not (kind is Kind.FOREIGN_WRITER and lost):
                yield f"{where} is so since {last.start:.2f}, and not told in the end"
            if told and kind not in last.may:
                yield f"{where} is over, and told until {told[-1][1]:.2f}"


def _spans(of_leg: list[Resting], kind: Kind) -> list[Span]:
    spans: list[Span] = []
    for each in of_leg:
        if kind not in each.may:
            continue
        if spans and spans[-1][1] == each.start:
            spans[-1] = (spans[-1][0], each.end)
        else:
            spans.append((each.start, each.end))
    return spans
