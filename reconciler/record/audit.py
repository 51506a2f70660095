"""Audits stored verdicts: does the evidence stored with each still lead to it, and to no other?"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_evidence import StoredCase, case_of
from reconciler.record.stored_verification import StoredVerification
from reconciler.views.verification import VerificationView
from verification.facts.question import OpenQuestion
from verification.facts.verdict import Verdict
from verification.rules.judgement import decide
from verification.rules.working_order import RESTING, rests


class Outcome(StrEnum):
    """What came of deriving one stored verdict again."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_DERIVED = "not_derived"  # its evidence does not suffice: never the same as "agrees"


@dataclass(frozen=True, slots=True)
class Audited:
    """One stored verdict, derived again.

    Attributes:
        id: The row of the verification.
        view: The verification as it is stored; None where its row cannot be read.
        outcome: What came of it.
        reason: What differs, or why nothing could be derived; empty if it agrees.
    """

    id: int
    view: VerificationView | None
    outcome: Outcome
    reason: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON values, times as ISO 8601 in UTC; of an unreadable row its id alone."""
        told: dict[str, Any] = {"id": self.id, "outcome": str(self.outcome), "reason": self.reason}
        return told if self.view is None else told | _told(self.view)


def audit(stored: StoredVerification) -> Audited:
    """Derive one stored verdict again from its evidence, by today's rules and by nothing else."""
    view = stored.view
    if view is None or stored.problem:
        return Audited(stored.id, view, Outcome.NOT_DERIVED, stored.problem)
    try:
        case = case_of(view.key, stored.evidence)
        again = decide(case.question, case.observations)
        resting = decide(case.question, case.deciding)
    except EvidenceUnreadable as error:
        return Audited(stored.id, view, Outcome.NOT_DERIVED, str(error))
    except ArithmeticError as error:  # a number beyond all reckoning
        reason = f"its quantities cannot be reckoned with ({type(error).__name__})"
        return Audited(stored.id, view, Outcome.NOT_DERIVED, reason)
    differences = _differences(view, case, again)
    if str(resting.kind) != _kind(view, again):
        differences.append(f"what it is said to rest on leads to {resting.kind} alone")
    elif set(again.rests_on) != set(case.deciding):
        differences.append("it rests on other observations than those that are marked")
    if case.question.asked.utc != view.asked_at:
        differences.append(f"time: stored {view.asked_at}, its evidence says {case.question.asked.utc}")
    if differences:
        return Audited(stored.id, view, Outcome.DIFFERS, "; ".join(differences))
    return Audited(stored.id, view, Outcome.AGREES)


def _differences(view: VerificationView, case: StoredCase, again: Verdict) -> list[str]:
    question = case.question
    asks = "open" if isinstance(question, OpenQuestion) else "close"
    pairs: list[tuple[str, object, object]] = [
        ("question", view.question, asks),
        ("order", view.order_id, question.order_id or question.client_order_id or ""),
        ("verdict", view.verdict, _word(view, case, again)),
        ("grade", view.grade, str(again.grade or "")),
        ("mismatch", view.mismatch, str(again.mismatch or "")),
        ("source that decided", view.decided_by, again.decided_by),
    ]
    if case.answer is not None:
        pairs.append(("quantity", case.answer.quantity, again.quantity))
        pairs.append(("settled", case.answer.settled, again.settled))
    return [
        f"{name}: stored {_shown(stored)}, its evidence says {_shown(derived)}"
        for name, stored, derived in pairs
        if stored != derived
    ]


def _kind(view: VerificationView, again: Verdict) -> str:
    """Return the kind of a stored verdict; that of an order that rested was what its evidence says."""
    return str(again.kind) if view.verdict == RESTING else view.verdict


def _word(view: VerificationView, case: StoredCase, again: Verdict) -> str:
    """Return the word for a verdict derived again; of older rows it is the kind, resting or not."""
    waits = rests(case.question, again, case.observations)
    return RESTING if waits and view.verdict == RESTING else str(again.kind)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value in {None, ""} else str(value)


def _told(view: VerificationView) -> dict[str, Any]:
    return {
        "account": view.account,
        "symbol": view.symbol,
        "leg": str(view.leg),
        "question": view.question,
        "asked_by": view.asked_by,
        "asked_at": view.asked_at.isoformat(),
        "verdict": view.verdict,
    }
