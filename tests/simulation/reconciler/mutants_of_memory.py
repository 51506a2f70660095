"""A reconciler that forgets since when something is so, or what it waits for: one fault in each variant."""

import asyncio
from dataclasses import replace

from typing_extensions import override

from reconciler.account.look import Judged
from reconciler.account.opens import Opens
from reconciler.account.questions.ledger_question import UnderWay
from reconciler.account.watch import AccountWatch
from reconciler.comparison.outcome import Comparison
from reconciler.facts.finding import Finding
from reconciler.views.verification import VerificationView
from tests.simulation.reconciler.episode import WatchedVariant
from tests.simulation.reconciler.planting import PlantedUnit
from tests.simulation.reconciler.state import MemoryStore
from verification.facts.clock import Moment
from verification.facts.verification import Verification


class GracesCountFromOurFirstLook(AccountWatch):
    """Goes by no time of the venue, of the ledgers, or of what it has seen before."""

    @override
    def _confirm(self, finding: Finding, comparison: Comparison, now: Moment) -> Judged:
        key = finding.identity
        blind = replace(comparison.confidence[key], quiet_since=None, opened=None, grown=None)
        confidence = {**comparison.confidence, key: blind}
        return super()._confirm(finding, replace(comparison, confidence=confidence), now)


class ARestingQuestionIsDropped(Opens):
    """Waits for an order that rests, and never comes back to it."""

    @override
    async def _rest(self, open_: UnderWay, so_far: Verification | None) -> Verification:
        return await super()._rest(open_, None) if so_far is None else await _for_ever()


async def _for_ever() -> Verification:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets it")


class ARestartForgetsWhatRests(MemoryStore):
    """Keeps what it waits for in the process."""

    @override
    async def resting(self, account: str) -> tuple[tuple[VerificationView, str], ...]:
        return ()


def memory_mutants() -> list[WatchedVariant]:
    """Return every planted fault of this file."""
    graces = type("graces", (PlantedUnit,), {"watch": GracesCountFromOurFirstLook})
    resting = type("resting", (PlantedUnit,), {"opens": ARestingQuestionIsDropped})
    return [
        WatchedVariant("reconciler_graces_count_from_our_first_look", unit=graces),
        WatchedVariant("reconciler_a_resting_question_is_dropped", unit=resting),
        WatchedVariant("reconciler_a_restart_forgets_what_rests", store=ARestartForgetsWhatRests),
    ]
