"""What a comparison knows about any condition, an open alert's among them: found, gone, or not judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.comparison.difference import LegVerdict
from reconciler.comparison.leg_case import LegCase
from reconciler.comparison.proof import evidence_of
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party
from verification.facts.leg import LegKey
from verification.facts.observation import Source


class ConditionState(StrEnum):
    """Whether a condition holds."""

    FOUND = "found"
    CLEAR = "clear"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
    """What is known of one condition.

    Attributes:
        state: Whether it holds.
        reason: One plain sentence.
        evidence: What shows that it is gone; empty unless CLEAR.
    """

    state: ConditionState
    reason: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionCheck:
    """Everything a comparison knows, kept to answer for conditions it did not find.

    Attributes:
        view: The venue's side.
        found: The conditions that were found.
        cases: Every leg compared.
        settled: Legs on which both sides hold the same, up to dust.
        ledgers_complete: Whether every ledger could be read.
        ledger_at: When the ledgers were read, aware UTC.
        moving: Symbols whose rows changed meanwhile.
    """

    view: VenueView
    found: frozenset[FindingKey]
    cases: Mapping[LegKey, LegCase]
    settled: frozenset[LegKey]
    ledgers_complete: bool
    ledger_at: datetime | None
    moving: frozenset[str]

    def judge(self, key: FindingKey) -> ConditionAnswer:
        """Return what is known of one condition. Seeing nothing is UNKNOWN, never CLEAR."""
        if key in self.found:
            return ConditionAnswer(ConditionState.FOUND, "it was found again")
        if key.account != self.view.account or key.kind.blindness:
            return ConditionAnswer(ConditionState.UNKNOWN, "this comparison does not judge it")
        if not self.view.covers(key.symbol):
            return ConditionAnswer(ConditionState.UNKNOWN, f"{key.symbol} was not read this time")
        if key.symbol in self.moving:
            return ConditionAnswer(ConditionState.UNKNOWN, "the ledger changed while the exchange was read")
        leg = LegKey(key.account, key.symbol, key.leg)
        case = self.cases.get(leg)
        if key.kind is Kind.UNLISTED_SYMBOL:
            return self._of_unlisted(case)
        if case is None:
            return self._of_no_leg(leg)
        doubt = _doubt(key.kind, case)
        if doubt is not None:
            return ConditionAnswer(ConditionState.UNKNOWN, doubt)
        return self._of_stop(case) if key.kind is Kind.UNPROTECTED_POSITION else self._of_leg(key, case)

    def _of_leg(self, key: FindingKey, case: LegCase) -> ConditionAnswer:
        leg = case.key
        if leg in self.settled and not self.ledgers_complete:
            # The bot that could not be asked may expect more: it agrees as far as it could be read.
            return ConditionAnswer(ConditionState.UNKNOWN, "not every ledger could be read")
        other = case.difference.kind is not None and leg not in self.settled
        if leg in self.settled or (other and key.kind is not Kind.UNVERIFIED_OPEN):
            reason = (
                "both sides hold the same" if leg in self.settled else "it has become another discrepancy"
            )
            return ConditionAnswer(ConditionState.CLEAR, reason, evidence_of(case))
        return ConditionAnswer(ConditionState.UNKNOWN, "an order of the bot is still at work")

    def _of_stop(self, case: LegCase) -> ConditionAnswer:
        if case.view.conditional_orders is None and case.observed != 0:
            return ConditionAnswer(ConditionState.UNKNOWN, "conditional orders could not be read")
        if case.protection.doubtful:
            return ConditionAnswer(ConditionState.UNKNOWN, "whether a stop that rests would act is not known")
        if case.protection.entry_since is not None:
            return ConditionAnswer(ConditionState.UNKNOWN, "an entry is still at work")
        reason = (
            "nothing is held"
            if case.observed == 0
            else "what the bots know is covered, or keeps no stop there"
        )
        return ConditionAnswer(ConditionState.CLEAR, reason, evidence_of(case))

    def _of_unlisted(self, case: LegCase | None) -> ConditionAnswer:
        """Judge a symbol that was not listed: gone when it is listed, or when no bot has it down any more."""
        if case is not None and case.belief.market is not None:
            doubt = _doubt(Kind.UNLISTED_SYMBOL, case)
            if doubt is not None:
                return ConditionAnswer(ConditionState.UNKNOWN, doubt)
            return ConditionAnswer(ConditionState.CLEAR, "the exchange lists it now", evidence_of(case))
        if not self.ledgers_complete:
            return ConditionAnswer(ConditionState.UNKNOWN, "not every ledger could be read")
        line = "no trade that claims anything of it in any ledger"
        evidence = (Evidence(Party.BOT, "ledger", line, self.ledger_at, {}),)
        return ConditionAnswer(ConditionState.CLEAR, "no bot has it down any more", evidence)

    def _of_no_leg(self, leg: LegKey) -> ConditionAnswer:
        """Judge a leg that neither side names: it is gone only if both sides were seen to be without it."""
        if not self.ledgers_complete:
            return ConditionAnswer(ConditionState.UNKNOWN, "not every ledger could be read")
        if not self.view.knows(leg):
            unread = self.view.why_unread(leg.symbol)
            return ConditionAnswer(ConditionState.UNKNOWN, unread or "the position list could not be read")
        known = self.view.legs.get(leg)
        lists = self.view.lists_of(leg.symbol)
        if known is None and (lists is None or lists.reads < 2):  # noqa: PLR2004 - one list may lag
            return ConditionAnswer(ConditionState.UNKNOWN, "a single list without it proves nothing")
        told = "the position list is complete and does not show it" if known is None else "holds nothing"
        at = self.view.listed if known is None else known.heard
        source = Source.REST if known is None else known.source
        evidence = (
            Evidence(Party.EXCHANGE, source.value, told, None if at is None else at.utc, {}),
            Evidence(Party.BOT, "ledger", "no trade on it in any ledger", self.ledger_at, {}),
        )
        return ConditionAnswer(ConditionState.CLEAR, "neither side holds anything any more", evidence)


def _doubt(kind: Kind, case: LegCase) -> str | None:
    """Return why a leg that both sides could be asked about shows nothing of a condition; None if it does."""
    if case.difference.verdict is LegVerdict.UNKNOWN:
        return "one side could not be read"
    if kind is Kind.SOURCES_DISAGREE and case.leg is not None and case.leg.contrary is not None:
        return "position lists still say otherwise"
    if kind is Kind.UNVERIFIED_OPEN and not case.stated.sure:
        # To hold what was held before an order is no word on whether it executed: a list may lag.
        return "the bot's own record does not say either whether its order executed"
    return None
