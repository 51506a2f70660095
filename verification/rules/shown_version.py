"""At which version the venue last showed a leg: only what is newer can speak of what has happened since."""

from datetime import datetime
from decimal import Decimal
from typing import TypeGuard

from verification.facts.observation import OrderSeen, PositionSeen
from verification.facts.order_identity import is_of
from verification.facts.question import Baseline, OpenQuestion
from verification.facts.verification import Verification


def shown_at(verified: Verification, held: Decimal) -> int | None:
    """Return the newest version at which the venue showed the leg; None where that was not at `held`.

    Only what is newer than the leg before the order counts: an earlier position of the same size may be shown
    once more, and the zero that ended it would then look like the end of this one. Where nothing is known of
    the leg before, what the venue dates at the execution or later is newer too.
    """
    question = verified.question
    before = question.baseline if isinstance(question, OpenQuestion) else question.position
    since = executed_at(verified) if isinstance(question, OpenQuestion) else None
    rows = [each for each in verified.observations if isinstance(each, PositionSeen)]
    mine = [row for row in rows if row.key == question.key and _counts(row, before, since)]
    newest = max((row.version for row in mine if row.version is not None), default=None)
    return newest if any(row.version == newest and row.quantity == held for row in mine) else None


def executed_at(verified: Verification) -> datetime | None:
    """Return when an entry executed last, by the venue's own clock; None if it never said."""
    question = verified.question
    orders = (each for each in verified.observations if isinstance(each, OrderSeen) and each.executed != 0)
    times = (each.provenance.exchange_at for each in orders if is_of(question, each))
    return max((time for time in times if time is not None), default=None)


def is_newer(version: int | None, before: Baseline | None) -> TypeGuard[int]:
    """True if a version is surely newer than what the leg held before."""
    if version is None or before is None or before.version is None:
        return False
    return version > before.version


def _counts(row: PositionSeen, before: Baseline | None, since: datetime | None) -> bool:
    if is_newer(row.version, before):
        return True
    at = row.provenance.exchange_at
    unordered = before is not None and before.version is None
    return unordered and row.version is not None and since is not None and at is not None and at >= since
