"""What each source said when, of a stored verification, in words that a person reads; pure."""

from decimal import Decimal

from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_evidence import case_of
from reconciler.views.verification import RaceView, VerificationView, WordView
from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.order_identity import is_of
from verification.facts.question import OpenQuestion, Question


def race_of(view: VerificationView, evidence: str) -> RaceView:
    """Return the race of a verification; where its evidence cannot be read, that is said in its place."""
    try:
        case = case_of(view.key, evidence)
    except EvidenceUnreadable as error:
        return RaceView(view, "", (), None, f"what the sources said cannot be read: {error}")
    decided = {id(seen) for seen in case.deciding}
    words = [_word(case.question, seen, decided=id(seen) in decided) for seen in case.observations]
    fills = [
        seen.provenance.exchange_at
        for seen in case.observations
        if isinstance(seen, OrderSeen) and seen.status in {"open", "closed"} and _shows(case.question, seen)
    ]
    return RaceView(
        verification=view,
        asked=_asked(case.question),
        words=tuple(sorted(words, key=lambda word: word.received)),
        filled_at=min((at for at in fills if at is not None), default=None),
    )


def _asked(question: Question) -> str:
    if isinstance(question, OpenQuestion):
        before = question.baseline
        held = "" if before is None or not before.quantity else f", {_position(before.quantity)} before"
        return f"{question.side} {_number(question.quantity)}{held}"
    return f"closing {_position(question.position.quantity)}"


def _word(question: Question, seen: Observation, *, decided: bool) -> WordView:
    came = seen.provenance
    return WordView(
        source=came.source,
        sent=None if came.sent is None else came.sent.utc,
        received=came.received.utc,
        exchange_at=came.exchange_at,
        said=_said(seen),
        shows=_shows(question, seen),
        failed=isinstance(seen, SourceSilent) and seen.silence is not Silence.ABSENT,
        decided=decided,
    )


def _said(seen: Observation) -> str:
    if isinstance(seen, PositionSeen):
        return _position(seen.quantity)
    if isinstance(seen, OrderSeen):
        executed = f"executed {_number(abs(seen.executed))}" if seen.executed else "nothing executed"
        return f"{executed}, {seen.status}"
    if seen.silence is Silence.ABSENT:
        return "shows no such order" if seen.provenance.source is Source.ORDER else "shows nothing"
    return f"not read: {seen.detail}" if seen.detail else "not read"


def _shows(question: Question, seen: Observation) -> bool:
    """Return whether it shows what was asked about: something of the open, or of the close."""
    if seen.key != question.key:
        return False
    if isinstance(seen, OrderSeen):
        return is_of(question, seen) and seen.executed != 0
    opens = isinstance(question, OpenQuestion)
    if isinstance(seen, SourceSilent):
        return not opens and seen.silence is Silence.ABSENT and seen.complete
    if isinstance(question, OpenQuestion):
        before = Decimal(0) if question.baseline is None else question.baseline.quantity
        return (seen.quantity - before) * question.side.sign > 0
    held = question.position.quantity
    return abs(seen.quantity) < abs(held) or seen.quantity * held < 0


def _position(quantity: Decimal) -> str:
    if not quantity:
        return "flat"
    return f"{'long' if quantity > 0 else 'short'} {_number(abs(quantity))}"


def _number(quantity: Decimal) -> str:
    shown = f"{quantity:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
