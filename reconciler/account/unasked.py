"""Whether an order is not known only because our own budget has held back the questions about it."""

from verification.facts.clock import Moment
from verification.facts.observation import Silence, Source, SourceSilent
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.rules.working_order import is_working

ASKED_WITHIN_SECONDS = 60.0
"""How long such an order is asked about again before people are told that it is not known: a venue's minute,
after which the budget is new."""


def to_be_asked(answer: Verification, began: Moment, now: Moment) -> bool:
    """Return True where an order is to be asked about before it is called not known.

    Args:
        answer: What a race came to.
        began: When the order was first to be asked about.
        now: The present.
    """
    if answer.verdict.kind is not VerdictKind.UNKNOWN or is_working(answer.question, answer.observations):
        return False
    asked = [seen for seen in answer.observations if seen.provenance.source is Source.ORDER]
    if not asked or now.monotonic - began.monotonic >= ASKED_WITHIN_SECONDS:
        return False
    # The last word: an order that rested before was seen, and its end is what could not be asked about.
    last = max(asked, key=lambda seen: seen.provenance.received.monotonic)
    return isinstance(last, SourceSilent) and last.silence is Silence.BUDGET_SPENT
