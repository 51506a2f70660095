"""The verdict rules again, as short as they can be said: the product must not claim anything else."""

from collections.abc import Sequence
from enum import Enum, auto

from verification.facts.observation import Observation, OrderSeen, PositionSeen
from verification.facts.question import CloseQuestion, OpenQuestion, Question
from verification.facts.verdict import Grade, Mismatch, Verdict, VerdictKind


class Claim(Enum):
    """What a verdict of grade proof may claim."""

    PRESENT = auto()  # the order executed, at least in part
    ABSENT = auto()  # the order ended with nothing executed
    CLOSED = auto()  # the leg was flat after the last known position
    SMALLER = auto()  # some of it is still open
    STILL_OPEN = auto()  # the exit ended and closed nothing
    INCREASED = auto()  # it grew, or went the other way


def claims(question: Question, seen: Sequence[Observation]) -> set[Claim]:
    """Return every claim for which there is an observation that proves it. Empty: nobody knows."""
    mine = [o for o in seen if isinstance(o, OrderSeen) and o.key == question.key and _named(question, o)]
    rows = [o for o in seen if isinstance(o, PositionSeen) and o.key == question.key]
    known = question.baseline if isinstance(question, OpenQuestion) else question.position
    since = None if known is None else known.version
    new = [] if since is None else [r.quantity for r in _ordered(rows, since)]
    done = [o.executed for o in mine if o.executed != 0]
    never = any(o.terminal and o.executed == 0 and o.trades_agree for o in mine) and not done
    if isinstance(question, OpenQuestion):
        way = question.side.sign
        alone = question.exclusive and known is not None and known.quantity * way >= 0
        # Nearer to zero a leg also comes by liquidation.
        moved = (
            alone and known is not None and any((q - known.quantity) * way > 0 or q * way < 0 for q in new)
        )
        return {Claim.PRESENT} if done or moved else {Claim.ABSENT} if never else set()
    held = question.position.quantity
    ends = [
        o.executed for o in mine if o.terminal and o.executed != 0 and abs(o.executed) == max(map(abs, done))
    ]
    back = 0 in new and new[-1] != 0
    lasts = 0 in new and not back and not _held_later(rows, since)
    found = {
        Claim.CLOSED: lasts or (back and -held in ends) or (question.exclusive and -held in ends),
        Claim.SMALLER: any(0 < q / held < 1 for q in new)
        or (question.exclusive and any(0 < -q / held < 1 for q in ends)),
        Claim.STILL_OPEN: never and (question.exclusive or (back and new[-1] * held > 0)),
        Claim.INCREASED: any(q / held > 1 or q / held < 0 for q in new)
        or any(q / held > 0 for q in done)
        or (question.exclusive and any(-q / held > 1 for q in ends)),
    }
    return {claim for claim, proved in found.items() if proved}


def claim_of(question: Question, verdict: Verdict) -> Claim | None:
    """Return what a verdict claims; None if it proves nothing."""
    if verdict.grade is not Grade.PROOF:
        return None
    if verdict.kind is VerdictKind.REFUTED:
        return Claim.ABSENT
    if isinstance(question, OpenQuestion):
        return Claim.PRESENT
    if verdict.kind is VerdictKind.MISMATCH:
        return Claim.STILL_OPEN if verdict.mismatch is Mismatch.STILL_OPEN else Claim.INCREASED
    return Claim.CLOSED if verdict.kind is VerdictKind.CONFIRMED else Claim.SMALLER


def _ordered(rows: Sequence[PositionSeen], since: int) -> list[PositionSeen]:
    """Return the newer rows, oldest first, without the versions on which the sources' last words differ."""
    newer = sorted(
        (r for r in rows if r.version is not None and r.version > since),
        key=lambda r: (r.version, r.provenance.received.monotonic),
    )
    last = {(r.version, r.provenance.source): r.provenance.received.monotonic for r in newer}
    words = {(r.version, r.quantity) for r in newer if _at(r) == last[r.version, r.provenance.source]}
    return [r for r in newer if sum(version == r.version for version, _ in words) == 1]


def _at(row: PositionSeen) -> float:
    return row.provenance.received.monotonic


def _held_later(rows: Sequence[PositionSeen], since: int | None) -> bool:
    """Return True if something was shown at a version above that of the last undisputed row."""
    top = max((r.version or 0 for r in _ordered(rows, since or 0)), default=0)
    return any(r.quantity != 0 and r.version is not None and r.version > top for r in rows)


def _named(question: OpenQuestion | CloseQuestion, order: OrderSeen) -> bool:
    if order.conditional:
        return False
    if question.order_id is not None:
        return order.order_id == question.order_id
    return question.client_order_id is not None and order.client_order_id == question.client_order_id
