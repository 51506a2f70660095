"""A reconciler that keeps to itself what it sees of orders: one fault in each variant."""

from dataclasses import replace

from typing_extensions import override

from reconciler.account.look import Judged
from reconciler.account.watch import AccountWatch
from reconciler.comparison.outcome import Comparison
from reconciler.facts.finding import Finding, Kind
from tests.simulation.reconciler.episode import WatchedVariant
from tests.simulation.reconciler.planting import PlantedUnit
from verification.facts.clock import Moment


class _Silent(AccountWatch):
    """Never tells of one kind."""

    kind: Kind

    @override
    def _confirm(self, finding: Finding, comparison: Comparison, now: Moment) -> Judged:
        judged = super()._confirm(finding, comparison, now)
        return replace(judged, confirmed=False) if finding.kind is self.kind else judged


class AnEndedEntryIsAtWork(_Silent):
    """Believes that a bot knows what its entries do."""

    kind = Kind.STUCK_OPENING


class AClosingRowCloses(_Silent):
    """Believes that who is closing has an exit."""

    kind = Kind.STUCK_CLOSING


class WhatIsLeftHarmsNobody(_Silent):
    """Does not mind what rests where nothing is held."""

    kind = Kind.DANGLING_ORDER


class EverybodyIsWelcome(_Silent):
    """Does not mind who else has orders on the account."""

    kind = Kind.FOREIGN_WRITER


def waiting_mutants() -> list[WatchedVariant]:
    """Return every planted fault of this file."""
    planted: dict[str, type[AccountWatch]] = {
        "reconciler_an_ended_entry_is_at_work": AnEndedEntryIsAtWork,
        "reconciler_a_closing_row_closes": AClosingRowCloses,
        "reconciler_what_is_left_harms_nobody": WhatIsLeftHarmsNobody,
        "reconciler_everybody_is_welcome": EverybodyIsWelcome,
    }
    return [
        WatchedVariant(name, unit=type(name, (PlantedUnit,), {"watch": each}))
        for name, each in planted.items()
    ]
