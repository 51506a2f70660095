"""A reconciler that goes by orders which it has not asked for: one fault in each variant."""

from dataclasses import replace

from typing_extensions import override

from tests.simulation.reconciler.episode import WatchedVariant
from tests.simulation.reconciler.venue import WatchedVenue
from verification.facts.account import AccountReading, RestingOrder
from verification.facts.order_scope import EVERYTHING, OrderScope
from verification.venues.port import OrdersWanted


class AStopOfBeforeIsBelieved(WatchedVenue):
    """Takes the stops of the last list of all orders for those of now, as if each change were pushed."""

    _known: tuple[RestingOrder, ...] = ()

    @override
    async def read(self, symbols: frozenset[str] | None = None) -> AccountReading:
        reading = await super().read(symbols)
        if symbols is None and reading.conditional_orders is not None:
            self._known = reading.conditional_orders
        return reading

    @override
    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        reading = await super().sweep(wanted)
        if reading.scope.whole or reading.conditional_orders is None:
            return reading
        return replace(reading, conditional_orders=self._known)


class WhatWasNotAskedForIsNotThere(WatchedVenue):
    """Asks for no orders, and takes the answer for a list of all."""

    @override
    async def sweep(self, wanted: OrdersWanted) -> AccountReading:
        reading = await super().sweep(lambda _: OrderScope(frozenset(), frozenset()))
        return replace(reading, scope=EVERYTHING)


def order_mutants() -> list[WatchedVariant]:
    """Return every planted fault of this file."""
    return [
        WatchedVariant("reconciler_a_stop_of_before_is_believed", venue=AStopOfBeforeIsBelieved),
        WatchedVariant("reconciler_what_was_not_asked_for_is_not_there", venue=WhatWasNotAskedForIsNotThere),
    ]
