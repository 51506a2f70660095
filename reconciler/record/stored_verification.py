"""A verification as a row keeps it: its view, held by the columns, and its evidence; and back from there."""

from dataclasses import dataclass
from datetime import timedelta

from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_evidence import Answer, case_of, evidence_of
from reconciler.views.verification import VerificationView
from verification.facts.clock import Moment
from verification.facts.verdict import Grade, Mismatch, Verdict, VerdictKind
from verification.facts.verification import Verification
from verification.rules.working_order import RESTING, rests


@dataclass(frozen=True, slots=True)
class StoredVerification:
    """One row of the state database, as far as it can be read.

    Attributes:
        id: Its row.
        view: The verification as it is shown; None where a column holds what no version writes.
        evidence: What is stored as its evidence; empty where the row cannot be read.
        problem: Why `view` could not be read, one plain line; empty if it was.
    """

    id: int
    view: VerificationView | None
    evidence: str
    problem: str = ""


def record_of(verification: Verification, *, asked_by: str) -> tuple[VerificationView, str]:
    """Return the view of a verification (its id still 0) and its evidence, as they are stored.

    Args:
        verification: As it ended, or, the sidecar's, as it stands while its order rests.
        asked_by: `bot` or `sidecar`.
    """
    question, verdict = verification.question, verification.verdict
    waits = asked_by == "sidecar" and rests(question, verdict, verification.observations)
    view = VerificationView(
        id=0,
        account=question.key.account,
        symbol=question.key.symbol,
        leg=question.key.leg,
        question=verification.asks,
        asked_by=asked_by,
        verdict=RESTING if waits else str(verdict.kind),
        grade="" if verdict.grade is None else str(verdict.grade),
        mismatch="" if verdict.mismatch is None else str(verdict.mismatch),
        decided_by=verdict.decided_by,
        asked_at=question.asked.utc,
        milliseconds=verification.milliseconds,
        reason=verdict.reason,
        order_id=question.order_id or question.client_order_id or "",
    )
    return view, evidence_of(verification)


def verification_from(view: VerificationView, evidence: str) -> Verification:
    """Return the verification of a row: the inverse of `record_of`.

    Its observations stand in the order in which they came, those that its verdict rests on too.

    Raises:
        EvidenceUnreadable: It is not of the form in which verifications are written.
    """
    case = case_of(view.key, evidence)
    waits = view.verdict == RESTING
    told = case.answer or Answer(None, settled=not waits)
    asked, took = case.question.asked, view.milliseconds / 1000
    try:
        verdict = Verdict(
            kind=_open_ended(view) if waits else VerdictKind(view.verdict),
            grade=Grade(view.grade) if view.grade else None,
            quantity=told.quantity,
            mismatch=Mismatch(view.mismatch) if view.mismatch else None,
            decided_by=view.decided_by,
            reason=view.reason,
            rests_on=case.deciding,
            settled=told.settled,
        )
        decided = Moment.at(view.asked_at + timedelta(seconds=took), asked.monotonic + took)
    except (ValueError, OverflowError) as error:
        raise EvidenceUnreadable(f"its verdict or its time is none: {error}") from error
    return Verification(case.question, verdict, case.observations, decided)


def _open_ended(view: VerificationView) -> VerdictKind:
    """Return what was so while the order rested: it had executed a part, which has a grade, or nothing."""
    return VerdictKind.PARTIAL if view.grade else VerdictKind.UNKNOWN
