"""How a verification that proved an order to have gone wrong becomes a finding, at once."""

from decimal import Decimal

from reconciler.account.findings.unverified import line_of
from reconciler.facts.finding import Finding, Kind
from reconciler.facts.wording import amount, holding, size_told
from reconciler.kinds.registry import spec_of
from verification.facts.account import Market
from verification.facts.question import OpenQuestion
from verification.facts.verdict import Grade, Mismatch, VerdictKind
from verification.facts.verification import Verification


def mismatched(verification: Verification, market: Market | None) -> Finding | None:
    """Return the finding for an order that is proved to have executed the wrong way, or too much.

    A comparison would find it as well, once it has lasted. A proof need not last, and an exit that made its
    position larger costs money by the second.

    Args:
        verification: As it ended.
        market: What one contract is; None if not known.

    Returns:
        The finding; None where nothing of the kind is proved.
    """
    question, verdict = verification.question, verification.verdict
    wrong = verdict.kind is VerdictKind.MISMATCH and verdict.mismatch is not Mismatch.STILL_OPEN
    if not wrong or verdict.grade is not Grade.PROOF:
        return None
    key = question.key
    size = size_told(market)
    if isinstance(question, OpenQuestion):
        before = Decimal(0) if question.baseline is None else question.baseline.quantity
        expected = before + question.side.sign * question.quantity
        observed = None if verdict.quantity is None else before + verdict.quantity
        what = f"The {question.side.value} of {amount(question.quantity, key.symbol, size)} went wrong"
    else:
        expected, observed = question.position.quantity, verdict.quantity
        what = f"The close of {holding(expected, key.symbol, size)} went wrong"
    turned = observed is not None and observed * expected < 0
    kind = Kind.SIDE_MISMATCH if turned else Kind.QUANTITY_MISMATCH
    return Finding(
        kind=kind,
        account=key.account,
        symbol=key.symbol,
        leg=key.leg,
        severity=spec_of(kind).severity.usual,
        reason=f"{what}: {verdict.reason.rstrip('.')}.",
        expected=expected,
        observed=observed,
        evidence=tuple(line_of(seen, size) for seen in verdict.rests_on),
        contract_size=size,
    )
