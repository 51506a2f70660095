"""Stops that follow the price: when one is activated, how far it has followed, and when it acts."""

from dataclasses import replace
from decimal import Decimal

from simulator.engine.order import AlgoOrder, Side, Trail


def followed(algo: AlgoOrder, price: Decimal) -> AlgoOrder:
    """Return a trailing order after the price that it watches has moved to `price`."""
    trail = algo.trail
    if trail is None:
        return algo
    sells = algo.side is Side.SELL
    if trail.best is None:
        reached = trail.activation is None or (
            price >= trail.activation if sells else price <= trail.activation
        )
        return replace(algo, trail=replace(trail, best=price)) if reached else algo
    best = max(trail.best, price) if sells else min(trail.best, price)
    return replace(algo, trail=replace(trail, best=best))


def acts(algo: AlgoOrder, price: Decimal) -> bool:
    """Tell whether a trailing order that has followed so far acts at `price`."""
    at = trigger_of(algo.trail, algo.side)
    if at is None:
        return False
    return price <= at if algo.side is Side.SELL else price >= at


def trigger_of(trail: Trail | None, side: Side) -> Decimal | None:
    """Return where a trailing order acts now; None before it is activated."""
    if trail is None or trail.best is None:
        return None
    return trail.best + side.sign * trail.distance(trail.best)
