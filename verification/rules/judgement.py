"""What the observations prove about a question: pure rules, each with its grade and its reason.

Presence and absence are not symmetric. That an order executed, and that it ended with nothing executed, are
stable facts: whoever shows one, however late, proves it. "No position" is never proved by not seeing one.
Rules of grade `proof` ask only "is there an observation such that ...", so neither order of arrival nor
loss, delay or repetition of messages can make its verdict wrong; they can only leave it UNKNOWN, or say less.

What the rules rely on: an order that ends is seen ended for good only with its trades agreeing (statuses can
lie), executions are never taken back, an order executes on one side and no more than was sent, versions order
the facts of a leg, a baseline is the newest of them before the order, and an asker says `exclusive` only
where it is true. Who cannot know that a baseline is the newest (the list that it was read from may lag) asks
without `exclusive`, as the library does for its entries: then only the order's own facts prove.

Where evidence breaks one of these, what was seen to execute wins over what was not: such a contradiction is
never REFUTED. A liquidation nobody can rule out: it never makes an open look executed, nor a close look done
whose exit is reduce-only; but what an exit is said to have left over may be gone with it.
"""

from collections.abc import Sequence

from verification.facts.observation import Observation
from verification.facts.question import CloseQuestion, OpenQuestion, Question
from verification.facts.verdict import Verdict
from verification.rules.closed import decide_close
from verification.rules.evidence import gather
from verification.rules.opened import decide_open


def decide(question: Question, observations: Sequence[Observation]) -> Verdict:
    """Return what `observations` prove about `question`. Their order in the sequence does not matter.

    Args:
        question: The open or close that is asked about.
        observations: Everything seen so far; facts about other legs and other orders are ignored.
    """
    evidence = gather(question, observations)
    match question:
        case OpenQuestion():
            return decide_open(question, evidence)
        case CloseQuestion():
            return decide_close(question, evidence)
