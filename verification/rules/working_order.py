"""Whether an order rests alive by the venue's last word: then its verification waits, and is no doubt."""

from collections.abc import Sequence

from verification.facts.observation import Observation, OrderSeen, Source
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
    """
    asked = [seen for seen in observations if seen.provenance.source is Source.ORDER]
    last = asked[-1] if asked else None
    if not isinstance(last, OrderSeen) or not is_of(question, last):
        return False
    return not any(seen.terminal for seen in _words(question, observations))


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


def _words(question: Question, observations: Sequence[Observation]) -> list[OrderSeen]:
    return [seen for seen in observations if isinstance(seen, OrderSeen) and is_of(question, seen)]
