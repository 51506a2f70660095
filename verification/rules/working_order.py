"""Whether an order rests alive by the venue's last word: then its verification waits, and is no doubt."""

from collections.abc import Sequence

from verification.facts.observation import Observation, OrderSeen, Silence, Source, SourceSilent
from verification.facts.order_identity import is_of
from verification.facts.question import CloseQuestion, Question
from verification.facts.verdict import Verdict, VerdictKind
from verification.facts.verification import Verification

RESTING = "resting"
"""The word for a verification whose order rests: it is answered when that fills or ends."""


def rests(question: Question, verdict: Verdict, observations: Sequence[Observation]) -> bool:
    """Return True when the answer waits for an order that rests: not executed, or executed in part so far."""
    open_ended = verdict.kind is VerdictKind.UNKNOWN or (
        verdict.kind is VerdictKind.PARTIAL and not verdict.settled
    )
    return open_ended and is_working(question, observations)


def is_working(question: Question, observations: Sequence[Observation]) -> bool:
    """Return True when the order rests alive by the venue's last word.

    A word that was followed by a failure to ask again is not the last: what became of it since is not known.
    That we held a question back ourselves is no such failure: it says of the order as little as a pause does.
    Where all of them were held back, the word of a stream that lives is the last.
    """
    words = _words(question, observations)
    if any(seen.terminal for seen in words):
        return False
    asked = [seen for seen in observations if seen.provenance.source is Source.ORDER]
    never_sent = {seen.provenance.sent for seen in asked if _held_back(seen)}
    said = [seen for seen in asked if isinstance(seen, OrderSeen) or seen.provenance.sent not in never_sent]
    if said:
        return isinstance(said[-1], OrderSeen) and is_of(question, said[-1])
    pushed = [seen for seen in observations if seen.provenance.source is Source.WEBSOCKET]
    return bool(never_sent and words and pushed) and not isinstance(pushed[-1], SourceSilent)


def is_over(verification: Verification) -> bool:
    """Return True for a close whose exit has ended surely: what is left of the leg the looks tell.

    Its trades bear out its end, or it has executed all that was open: of an order that is filled in full no
    trades are asked, and what has executed is never taken back.
    """
    question = verification.question
    if not isinstance(question, CloseQuestion):
        return False
    held = question.position.quantity
    return any(
        seen.terminal and (seen.trades_agree is True or (held + seen.executed) * held <= 0)
        for seen in _words(question, verification.observations)
    )


def _held_back(seen: Observation) -> bool:
    return isinstance(seen, SourceSilent) and seen.silence in {Silence.NOT_ASKED, Silence.BUDGET_SPENT}


def _words(question: Question, observations: Sequence[Observation]) -> list[OrderSeen]:
    return [seen for seen in observations if isinstance(seen, OrderSeen) and is_of(question, seen)]
