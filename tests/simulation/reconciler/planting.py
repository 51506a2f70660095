"""Where faults are planted in the reconciler: a watch that sees otherwise, a unit made of other parts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from reconciler.account.explaining import Explaining
from reconciler.account.glances import Glances
from reconciler.account.health import Health
from reconciler.account.look import Look
from reconciler.account.loop import AccountLoop
from reconciler.account.opens import Opens
from reconciler.account.unit import AccountUnit
from reconciler.account.watch import AccountWatch
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.ledgers.port import LedgerUnreadable
from verification.facts.account import AccountReading, Position, PositionMode
from verification.facts.clock import Moment


class SeesOtherwise(AccountWatch):
    """Looks at a ledger and a list that were changed first. No fault by itself: the next ones are."""

    @override
    async def _judge(
        self,
        before: Mapping[str, LedgerReading],
        after: Mapping[str, LedgerReading],
        unreadable: Mapping[str, LedgerUnreadable],
        reading: AccountReading,
        started: Moment,
    ) -> Look:
        listed = reading.positions
        named = {row.symbol for each in after.values() for row in each.rows}
        if listed is not None:
            shown = {row.key.symbol for row in listed.positions}
            rows = self._list(listed.positions, named, reading.mode)
            reading = replace(reading, positions=replace(listed, positions=rows))
            before, after = self._ledgers(before, shown, reading), self._ledgers(after, shown, reading)
        reading = self._reading(reading, after)
        return await super()._judge(before, after, unreadable, reading, started)

    def _reading(self, reading: AccountReading, ledgers: Mapping[str, LedgerReading]) -> AccountReading:
        return reading

    def _list(self, rows: Sequence[Position], named: set[str], mode: PositionMode) -> tuple[Position, ...]:
        return tuple(rows)

    def _rows(self, rows: Sequence[Expectation], shown: set[str], mode: PositionMode) -> list[Expectation]:
        return list(rows)

    def _ledgers(
        self, ledgers: Mapping[str, LedgerReading], shown: set[str], reading: AccountReading
    ) -> dict[str, LedgerReading]:
        return {
            name: replace(each, rows=tuple(self._rows(each.rows, shown, reading.mode)))
            for name, each in ledgers.items()
        }


class PlantedUnit(AccountUnit):
    """Put together with other parts."""

    watch: type[AccountWatch] = AccountWatch
    looping: type[AccountLoop] = AccountLoop
    health: type[Health] = Health
    opens: type[Opens] = Opens
    glances: type[Glances] = Glances
    explaining: type[Explaining] = Explaining

    @override
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._watch.__class__ = self.watch
        self.loop.__class__ = self.looping
        self._health.__class__ = self.health
        self._opens.__class__ = self.opens
        self._glances.__class__ = self.glances
        self._explaining.__class__ = self.explaining
