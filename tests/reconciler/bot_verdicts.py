"""Verifications that a bot made itself."""

from decimal import Decimal

from tests.reconciler.house import KEY
from verification.facts.clock import Moment
from verification.facts.leg import Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.question import OpenQuestion
from verification.facts.verdict import VerdictKind, proved
from verification.facts.verification import Verification


def refuted_by_the_bot(asked: Moment) -> Verification:
    """A verification of a bot's own: its entry e1 of 43 ended with nothing executed."""
    question = OpenQuestion(KEY, Side.BUY, Decimal(43), None, "e1", None, exclusive=True, asked=asked)
    came = Provenance(Source.ORDER, asked)
    seen = OrderSeen(KEY, "e1", "e1", Decimal(0), True, True, "expired", None, came)  # noqa: FBT003 - dead
    refuted = proved(VerdictKind.REFUTED, (seen,), Decimal(0), "nothing executed")
    return Verification(question, refuted, (seen,), asked)
