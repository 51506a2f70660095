"""Interesting states of watched worlds, by name: a run that never meets one proves nothing about it."""

from collections.abc import Callable, Iterator
from itertools import chain

from reconciler.facts.expectation import OrderRole
from reconciler.facts.finding import Kind
from tests.simulation.reconciler.guard import Guard
from tests.simulation.reconciler.orders_oracle import resting
from tests.simulation.reconciler.plan import Placed
from tests.simulation.reconciler.sight import Sight
from tests.simulation.reconciler.stop import StopKind
from tests.simulation.reconciler.stretch import Stretch
from tests.simulation.truth import TrueOrder
from verification.facts.leg import LegKey

LASTING = 60.0
"""Seconds: what is shorter is no state that anybody has to tell of."""


def reached(sight: Sight) -> frozenset[str]:
    """Return the names of the states that a world has met."""
    return frozenset(name for name, met in STATES.items() if any(met(sight)))


def _legs(sight: Sight) -> Iterator[tuple[LegKey, Stretch]]:
    return ((key, each) for key, of_leg in sight.legs.items() for each in of_leg)


def _guards(sight: Sight) -> Iterator[Guard]:
    return chain.from_iterable(sight.guards.values())


def _rests(order: TrueOrder, at: float) -> bool:
    state = order.at(at)
    return state is not None and not state.ended


def _partly(sight: Sight) -> Iterator[bool]:
    for order in sight.episode.orders:
        for state, later in zip(order.log, [*order.log[1:], None], strict=True):
            until = sight.episode.plan.end if later is None else later.at
            yield bool(state.executed) and not state.ended and until - state.at > 5.0


def _untouched_to_the_end(sight: Sight) -> Iterator[bool]:
    return (not order.now.ended and not order.now.executed for order in sight.episode.orders)


def _stranger_within(sight: Sight) -> Iterator[bool]:
    for moved in sight.episode.plan.moved:
        for order in sight.episode.orders:
            by = moved.by or 0
            yield order.key == moved.key and _rests(order, moved.at) and by * order.sign > 0


def _by_chance(sight: Sight) -> Iterator[bool]:
    return (each.masked and each.end - each.start > LASTING for _, each in _legs(sight))


def _filled_and_silent(sight: Sight) -> Iterator[bool]:
    return (each.in_flight and each.end - each.start > LASTING for _, each in _legs(sight))


def _one_small_lot(sight: Sight) -> Iterator[bool]:
    scales = dict(sight.episode.plan.scales)
    for key, each in _legs(sight):
        lasts = each.kind is not None and each.end - each.start > LASTING
        scale = scales.get(key.symbol)
        yield scale is not None and scale.lot < 1 and lasts and abs(each.held - each.expected) == 1


def _rows_of_small_lots(sight: Sight) -> Iterator[bool]:
    scales = dict(sight.episode.plan.scales)
    return (
        each.rows > 1 and key.symbol in scales and scales[key.symbol].lot < 1 for key, each in _legs(sight)
    )


def _stop_kind(kind: StopKind) -> Callable[[Sight], Iterator[bool]]:
    return lambda sight: (
        each.stop is not None and each.stop.kind is kind for each in sight.episode.plan.placed
    )


def _naked(sight: Sight) -> Iterator[bool]:
    return (each.open_lots > 0 and each.judged and each.end - each.start > LASTING for each in _guards(sight))


def _by_design(sight: Sight) -> Iterator[bool]:
    return (each.by_design and each.end - each.start > 5.0 for each in _guards(sight))


def _fired(sight: Sight) -> Iterator[bool]:
    return (each.became is not None for each in sight.episode.plan.placed)


def _liquidated(sight: Sight) -> Iterator[bool]:
    gone: list[Placed] = [each for each in sight.episode.plan.placed if each.stop is None]
    for moved in sight.episode.plan.moved:
        yield any(each.at == moved.at and each.key == moved.key and each.became is None for each in gone)


def _one_number_twice(sight: Sight) -> Iterator[bool]:
    for noted in sight.episode.rows:
        resting = set(noted.row.ids(OrderRole.ENTRY, resting=True) + noted.row.ids(OrderRole.EXIT))
        yield bool(resting & set(noted.row.ids(OrderRole.STOP)))


def _held_unread(sight: Sight) -> Iterator[bool]:
    parts = [storm for storm in sight.storms if storm.what == "part"]
    for key, each in _legs(sight):
        yield any(
            storm.how == key.symbol and each.held and each.start < storm.end and each.end > storm.start
            for storm in parts
        )


def _unlisted(sight: Sight) -> Iterator[bool]:
    return (each.kind is Kind.UNLISTED_SYMBOL for _, each in _legs(sight))


def _killed(step: str) -> Callable[[Sight], Iterator[bool]]:
    return lambda sight: (last.endswith(step) for last in sight.episode.killed)


def _differs_in_the_end(sight: Sight) -> Iterator[bool]:
    return (of_leg[-1].kind is not None for of_leg in sight.legs.values())


def _all_agree_in_the_end(sight: Sight) -> Iterator[bool]:
    yield all(of_leg[-1].kind is None for of_leg in sight.legs.values())


def _told_and_guarded_again(sight: Sight) -> Iterator[bool]:
    for condition, told in sight.told.items():
        yield condition.kind is Kind.UNPROTECTED_POSITION and told[0][1] < sight.episode.plan.end


def _silent_over_a_reconnect(sight: Sight) -> Iterator[bool]:
    """Yield whether the stream was told as silent, and mute then for longer than a connection is kept."""
    for start, end in sight.episode.plan.mute:
        for condition, told in sight.told.items():
            if condition.kind is Kind.SOURCE_STALE:
                yield any(min(over, end) - max(fired, start) > 20.0 for fired, over in told)


def _told_for_long(kind: Kind) -> Callable[[Sight], Iterator[bool]]:
    """Return whether an order stood so for so long that people must be told of it."""
    return lambda sight: (
        kind in each.must and each.end - each.start > 3 * LASTING
        for key in sight.legs
        for each in resting(sight, key)
    )


STATES: dict[str, Callable[[Sight], Iterator[bool]]] = {
    "an order has executed a part, and rests": _partly,
    "an order rests untouched to the end": _untouched_to_the_end,
    "somebody trades within what a resting order may do": _stranger_within,
    "both sides are alike by chance": _by_chance,
    "a stream that is told as silent is mute on its next connection too": _silent_over_a_reconnect,
    "an order has executed, and the bot is silent": _filled_and_silent,
    "one lot below one contract differs": _one_small_lot,
    "a leg of small lots has several rows": _rows_of_small_lots,
    "a stop has triggered, and its limit rests": _stop_kind(StopKind.TRIGGERED),
    "a trailing stop sleeps": _stop_kind(StopKind.DORMANT),
    "a stop is on the wrong side": _stop_kind(StopKind.WRONG_SIDE),
    "a stop is beyond the liquidation price": _stop_kind(StopKind.DISTANT),
    "a stop is for the whole position": _stop_kind(StopKind.WHOLE),
    "a position is without a stop for long": _naked,
    "a part has no stop by design": _by_design,
    "a position is guarded again": _told_and_guarded_again,
    "a stop has fired": _fired,
    "a position is liquidated, its stop cancelled": _liquidated,
    "an order and a stop of one row share their number": _one_number_twice,
    "an unread part holds a position": _held_unread,
    "a ledger names an unlisted symbol": _unlisted,
    "killed between a look and its storing": _killed("before observed"),
    "killed when a look was stored": _killed("after observed"),
    "killed amid a position list": _killed("list"),
    "a bot waits in vain for an entry that has ended": _told_for_long(Kind.STUCK_OPENING),
    "a bot is closing, and no exit works": _told_for_long(Kind.STUCK_CLOSING),
    "a stop is left over": _told_for_long(Kind.DANGLING_ORDER),
    "nobody's order rests": _told_for_long(Kind.FOREIGN_WRITER),
    "a leg differs in the end": _differs_in_the_end,
    "all legs agree in the end": _all_agree_in_the_end,
}
