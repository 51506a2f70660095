"""A reconciler that tells wrongly who has changed a leg: one fault in each variant."""

from dataclasses import replace
from datetime import datetime

from typing_extensions import override

from reconciler.account.explaining import Explaining
from reconciler.account.memory.own_orders import OwnOrders
from reconciler.facts.attribution import Owner
from reconciler.facts.expectation import OrderRole
from tests.simulation.reconciler.episode import WatchedVariant
from tests.simulation.reconciler.planting import PlantedUnit
from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.order_fact import OrderFacts


class AFailedListIsAnEmptyOne(Explaining):
    """Takes trades that cannot be read for none: then nobody has made the change."""

    @override
    async def _read(self, symbol: str, since: datetime, seen: Moment) -> None:
        try:
            await self._venue.read_fills(symbol, since)
        except SourceError:
            for _ in range(3):
                if symbol in self._counted._due:
                    self._counted._due[symbol].reads = 9
                    self._counted.count(symbol, (), self._leg_of, self._by_venue(self._clock.now()))
            return
        await super()._read(symbol, since, seen)


class EachListCountsAnew(Explaining):
    """Does not remember which trades it has counted."""

    @override
    async def step(self) -> None:
        counted = self._counted
        if counted.since is not None:
            counted.marks = {
                name: replace(mark, until=counted.since, counted=()) for name, mark in counted.marks.items()
            }
        await super().step()


class _AnyRow(OwnOrders):
    @override
    def owner(self, symbol: str, order_id: str, client_order_id: str, facts: OrderFacts) -> Owner | None:
        rows = self._rows.get(symbol, [])
        return Owner(rows[0].ledger, rows[0].row_id, OrderRole.ENTRY) if rows else None


class EverythingIsTheBots(Explaining):
    """Takes whatever trades where a bot has a row for the bot's own."""

    @override
    async def step(self) -> None:
        self._own.__class__ = _AnyRow
        await super().step()


FAULTS: dict[str, type[Explaining]] = {
    "reconciler_a_failed_list_of_trades_is_empty": AFailedListIsAnEmptyOne,
    "reconciler_each_list_of_trades_counts_anew": EachListCountsAnew,
    "reconciler_every_trade_is_the_bots": EverythingIsTheBots,
}


def change_mutants() -> list[WatchedVariant]:
    """Return every planted fault of this file."""
    return [
        WatchedVariant(name, unit=type(name, (PlantedUnit,), {"explaining": fault}))
        for name, fault in FAULTS.items()
    ]
