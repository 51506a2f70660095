"""Where what was seen cannot all be true: one source proved an end, and another shows more than that.

A rule decides on the best evidence all the same; a contradiction says that a source lied, or that the account
is traded by somebody else, and a person must know. Lag is no contradiction: a source that is behind shows
less of an order than there is, never more, and an older version of a leg, never another leg of the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from verification.facts.observation import Observation, OrderSeen, PositionSeen, Source
from verification.facts.order_identity import is_of
from verification.facts.question import OpenQuestion, Question

SAME_VERSION_SECONDS = 1.0
"""How long after a push a list is sent that has to agree with it on their common version."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two observations that cannot both be true.

    Attributes:
        reason: What each of them says, one clause.
        one: An order that was seen to have ended; or a row of the leg.
        other: What shows that more, or something else, has executed; or another row of that very version.
    """

    reason: str
    one: OrderSeen | PositionSeen
    other: OrderSeen | PositionSeen


def contradictions(question: Question, observations: Sequence[Observation]) -> tuple[Contradiction, ...]:
    """Return where `observations` contradict each other about the order of `question`; empty if nowhere.

    Args:
        question: What was asked. Other orders and other legs are ignored.
        observations: What was seen until the verdict: later rows of the leg may be of later orders.
    """
    mine = [seen for seen in observations if isinstance(seen, OrderSeen) and is_of(question, seen)]
    rows = [seen for seen in observations if isinstance(seen, PositionSeen) and seen.key == question.key]
    found = (of_order(mine), _of_leg(question, mine, rows), of_version(rows))
    return tuple(each for each in found if each is not None)


def of_order(words: Sequence[OrderSeen]) -> Contradiction | None:
    """Return where the words on one order contradict each other: more than at its end, or both ways."""
    for end in words:
        for other in words:
            more = abs(other.executed) > abs(end.executed)
            if (end.terminal and more) or other.executed * end.executed < 0:
                reason = f"{_words(end)}, and {_words(other)}"
                return Contradiction(reason, end, other)
    return None


def _of_leg(
    question: Question, words: Sequence[OrderSeen], rows: Sequence[PositionSeen]
) -> Contradiction | None:
    """Return where the leg went further than the order that ended took it, which nothing else can have.

    A liquidation can: but only to zero, from the other side.
    """
    if not isinstance(question, OpenQuestion) or not question.exclusive or question.baseline is None:
        return None
    before, sign = question.baseline, question.side.sign
    ends = [word for word in words if word.terminal and word.trades_agree is True]
    if before.version is None or not ends:
        return None
    end = max(ends, key=lambda word: word.executed * sign)
    most = max(word.executed * sign for word in words)
    reach = max(before.quantity * sign, Decimal(0)) + max(most, Decimal(0))
    for row in rows:
        newer = row.version is not None and row.version > before.version
        if newer and row.quantity * sign > reach:
            went = f"the leg went from {before.quantity} to {row.quantity} ({row.provenance.source})"
            return Contradiction(f"{_words(end)}, and {went}", end, row)
    return None


def of_version(rows: Sequence[PositionSeen]) -> Contradiction | None:
    """Return where a list and the stream say different things of one version of a leg.

    Several fills may share a version, and each is pushed: so it is the last push of it that counts, and of
    lists those that were asked for so much later that what was pushed since would have come.
    """
    pushed: dict[int | None, PositionSeen] = {}
    for row in rows:
        if row.provenance.source is Source.WEBSOCKET and row.version is not None:
            known = pushed.get(row.version)
            if known is None or _received(known) <= _received(row):
                pushed[row.version] = row
    for row in rows:
        push, sent = pushed.get(row.version), row.provenance.sent
        if push is None or sent is None or row.quantity == push.quantity:
            continue
        if row.provenance.source is Source.REST and sent.monotonic - _received(push) >= SAME_VERSION_SECONDS:
            said = f"{push.quantity} (websocket), and {row.quantity} (rest)"
            return Contradiction(f"the leg holds {said} at one version, {row.version}", push, row)
    return None


def _received(seen: PositionSeen) -> float:
    return seen.provenance.received.monotonic


def _words(seen: OrderSeen) -> str:
    done = "nothing executed" if seen.executed == 0 else f"{seen.executed} executed"
    state = f"ended ({seen.status}) with " if seen.terminal else "has "
    return f"order {seen.order_id} {state}{done} ({seen.provenance.source})"
