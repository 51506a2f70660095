"""The oracle of changes: what is told to have traded has, was sent by whom it is said, and is counted once.

Who has traded is known to the world alone: the orders it has sent for bots, and whoever else moved a leg.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from reconciler.facts.attribution import By
from reconciler.facts.change import Change
from tests.simulation.reconciler.sight import Sight
from verification.facts.leg import Leg, LegKey

COUNTED = 300.0
"""Seconds from the standstill until all that has traded is counted."""

Traded = Mapping[tuple[LegKey, str], list[tuple[float, int]]]


def true_trades(sight: Sight) -> Traded:
    """Return the trades of each order of each leg: when, and how many lots, buys positive."""
    found: dict[tuple[LegKey, str], list[tuple[float, int]]] = {}
    for key, states in sight.episode.truth.items():
        orders = [order for order in sight.episode.orders if order.key == key]
        named = {(at, by): order.order_id for order in orders for at, by in order.fills}
        held = 0
        for number, state in enumerate(states):
            by, held = state.quantity - held, state.quantity
            if by:
                name = named.get((state.at, by), f"stranger {key.leg} {number}")
                found.setdefault((key, name), []).append((state.at, by))
    return found


def counted_as_it_traded(sight: Sight) -> Iterator[str]:
    """X1: an order is told to have traded what it has, or the last of it, and of a row only that names it."""
    if sight.episode.plan.steps:
        return  # the venue's own times are set with ours there: the same trade has another time
    trades, names = true_trades(sight), _named(sight)
    for change in _told(sight):
        lots = [by for _, by in trades.get((_leg(sight, change), change.order_id), [])]
        scale = dict(sight.episode.plan.scales)[change.symbol]
        if change.contracts not in {scale.contracts(sum(lots[first:])) for first in range(len(lots))}:
            yield f"{_words(change)}, of {lots} lots"
        if change.who.by is By.LEDGER and change.who.row not in names.get(change.order_id, ()):
            yield f"{_words(change)}, which that row of the ledger does not name"


def counted_in_the_end(sight: Sight) -> Iterator[str]:
    """X2: once nothing changes any more, all that has traded is counted, and the bots' own is called so."""
    store, plan = sight.episode.store, sight.episode.plan
    counting = store.told_changes.counting
    if counting is None or plan.steps or plan.end - sight.episode.still < COUNTED:
        return
    names = _named(sight)
    # Where orders could not be asked about, or nobody watched, the row may have been gone by the time.
    lost = bool(sight.episode.downs) or any(storm.what != "list" for storm in plan.storms)
    for each in _told(sight):
        if each.who.by is not By.LEDGER and each.order_id in names and not lost:
            yield f"{_words(each)}, which a row names"
    for mark in counting.marks:
        for leg, held in mark.held.items():
            key = _key(sight, mark.symbol, leg)
            states = sight.episode.truth.get(key, [])
            true = dict(plan.scales)[mark.symbol].contracts(states[-1].quantity) if states else Decimal(0)
            if held != true:
                yield f"{mark.symbol} {leg}: {held} is counted, and {true} is held"
    for change in store.told_changes.kept.values():
        if change.untraded:
            yield f"{_words(change)}: every trade is listed"


def _told(sight: Sight) -> list[Change]:
    return [each for each in sight.episode.store.told_changes.kept.values() if not each.untraded]


def _named(sight: Sight) -> dict[str, set[str]]:
    """Return the rows that name each order, or the stop that it was, at some time."""
    became = {each.order_id: each.became for each in sight.episode.plan.placed if each.became is not None}
    names: dict[str, set[str]] = {}
    for noted in sight.episode.rows:
        for order in noted.row.orders:
            for name in {order.order_id, became.get(order.order_id, order.order_id)}:
                names.setdefault(name, set()).add(noted.row.row_id)
    return names


def _leg(sight: Sight, change: Change) -> LegKey:
    return _key(sight, change.symbol, change.leg)


def _key(sight: Sight, symbol: str, leg: Leg) -> LegKey:
    named = (each for each in sight.episode.plan.legs if each.symbol == symbol and each.leg is leg)
    return next(named, LegKey("main", symbol, leg))


def _words(change: Change) -> str:
    who = f"{change.who.by} {change.who.row}".strip()
    return f"{change.symbol} {change.leg}: {change.contracts} by order {change.order_id}, {who}"
