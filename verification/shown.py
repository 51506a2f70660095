"""At which version the venue last showed a leg: only what is newer can speak of what has happened since."""

from decimal import Decimal
from typing import TypeGuard

from verification.observation import PositionSeen
from verification.question import Baseline, OpenQuestion
from verification.verification import Verification


def shown_at(verified: Verification, held: Decimal) -> int | None:
    """Return the newest version at which the venue showed the leg; None where that was not at `held`.

    Only what is newer than the leg before the order counts: an earlier position of the same size may be shown
    once more, and the zero that ended it would then look like the end of this one.
    """
    question = verified.question
    before = question.baseline if isinstance(question, OpenQuestion) else question.position
    rows = [each for each in verified.observations if isinstance(each, PositionSeen)]
    mine = [row for row in rows if row.key == question.key and is_newer(row.version, before)]
    newest = max((row.version for row in mine if row.version is not None), default=None)
    return newest if any(row.version == newest and row.quantity == held for row in mine) else None


def is_newer(version: int | None, before: Baseline | None) -> TypeGuard[int]:
    """True if a version is surely newer than what the leg held before."""
    if version is None or before is None or before.version is None:
        return False
    return version > before.version
