"""The answer to a question about a position, with its grade, its reason and what it rests on."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from verification.facts.observation import Observation, Source


class VerdictKind(StrEnum):
    """Only REFUTED may make a bot drop an open; only a CONFIRMED close ends a rollback.

    UNKNOWN is watched on and shown to a person, never acted upon.
    """

    CONFIRMED = "confirmed"
    PARTIAL = "partial"
    MISMATCH = "mismatch"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


class Mismatch(StrEnum):
    """How the venue contradicts the question."""

    SIDE = "side"  # the wrong way round
    EXCESS = "excess"  # more than was asked for; for a close: the position grew
    STILL_OPEN = "still_open"  # the exit ended and closed nothing


class Grade(StrEnum):
    """`proof` needs no assumption about timing; `bounded_lag` assumes that the lag is over, and says so."""

    PROOF = "proof"
    BOUNDED_LAG = "bounded_lag"


class Verdict(Struct, frozen=True):
    """The answer to a question.

    Attributes:
        kind: The answer.
        grade: What it rests on; None for UNKNOWN.
        quantity: Signed contracts. For an open: what executed. For a close: what is still open.
            None if unknown.
        mismatch: How; None unless `kind` is MISMATCH.
        decided_by: The source whose word decided; None for UNKNOWN.
        reason: One plain sentence.
        rests_on: The observations that decided, enough to come to the same verdict again.
        settled: False while waiting may still change it: an order that works on, a row whose cause is not
            yet known. At the deadline it stands as it is.
    """

    kind: VerdictKind
    grade: Grade | None
    quantity: Decimal | None
    mismatch: Mismatch | None
    decided_by: Source | None
    reason: str
    rests_on: tuple[Observation, ...]
    settled: bool = True

    @property
    def conclusive(self) -> bool:
        """True when waiting longer cannot change it."""
        return self.kind is not VerdictKind.UNKNOWN and self.settled


def proved(
    kind: VerdictKind,
    rests_on: tuple[Observation, ...],
    quantity: Decimal | None,
    reason: str,
    *,
    mismatch: Mismatch | None = None,
    settled: bool = True,
) -> Verdict:
    """Return a verdict of grade `proof`, decided by the first of the observations it rests on."""
    by = rests_on[0].provenance.source
    return Verdict(kind, Grade.PROOF, quantity, mismatch, by, reason, rests_on, settled)


def lag_bounded(rests_on: tuple[Observation, ...], quantity: Decimal, reason: str) -> Verdict:
    """Return a CONFIRMED of grade `bounded_lag`, decided by the last of the observations it rests on."""
    by = rests_on[-1].provenance.source
    return Verdict(VerdictKind.CONFIRMED, Grade.BOUNDED_LAG, quantity, None, by, reason, rests_on)


def unknown(reason: str) -> Verdict:
    """Return the verdict of not knowing."""
    return Verdict(VerdictKind.UNKNOWN, None, None, None, None, reason, ())
