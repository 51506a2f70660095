"""One stored verification, ready to show."""

from dataclasses import dataclass
from datetime import datetime

from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class VerificationView:
    """One stored verification.

    Attributes:
        id: Its row.
        account: The account.
        symbol: ccxt unified form.
        leg: Which leg.
        question: `open` or `close`.
        asked_by: `bot` (the library inside it) or `sidecar`.
        verdict: confirmed, partial, mismatch, refuted, unknown; or resting: the order rests, with nothing
            executed or with a part so far, and the answer waits for it.
        grade: `proof`, `bounded_lag`, or empty for unknown.
        mismatch: side, excess or still_open; empty otherwise.
        decided_by: Which source decided; None for unknown.
        asked_at: Aware UTC.
        milliseconds: From question to verdict.
        reason: One plain sentence.
        order_id: The order asked about; empty if unknown.
    """

    id: int
    account: str
    symbol: str
    leg: Leg
    question: str
    asked_by: str
    verdict: str
    grade: str
    mismatch: str
    decided_by: Source | None
    asked_at: datetime
    milliseconds: float
    reason: str
    order_id: str

    @property
    def key(self) -> LegKey:
        """The leg asked about."""
        return LegKey(self.account, self.symbol, self.leg)
