"""How what the bots believe about one leg differs from what the venue holds: the rule, without words."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from reconciler.comparison.legs import Belief
from reconciler.facts.finding import Kind


class LegVerdict(StrEnum):
    """What a screen says about one leg."""

    AGREE = "agree"
    DUST = "dust"  # it differs, by next to nothing
    IN_FLIGHT = "in flight"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """The verdict on one leg.

    Attributes:
        verdict: For the screen. What is in flight is so for a time only: see `confirmation`.
        kind: What to raise; None for nothing. Beside `in flight` it is raised when its time is over.
        lagging: True when the bot's own order explains, or may explain, the difference so that nobody is
            exposed by it: it may only not have taken note yet.
        accounted: True when the executions that the venue shows of the bots' own orders, and that they have
            not booked, are exactly the difference.
        offset: True when both sides hold the same although such executions are not booked: something else
            has traded them back, or the position is shown late.
    """

    verdict: LegVerdict
    kind: Kind | None = None
    lagging: bool = False
    accounted: bool = False
    offset: bool = False


def differ(belief: Belief, observed: Decimal) -> Difference:
    """Compare one leg.

    Args:
        belief: What the ledgers believe, and what their orders have done (see `legs.narrowed`).
        observed: What the venue holds, signed contracts.
    """
    agrees = belief.same(observed, belief.expected)
    if agrees and not belief.unbooked:
        return Difference(LegVerdict.AGREE)
    kind = Kind.QUANTITY_MISMATCH if agrees else _kind(belief, observed)
    if belief.same(observed, belief.shown):
        whole = kind is Kind.PHANTOM_POSITION
        return Difference(LegVerdict.IN_FLIGHT, kind, lagging=whole, accounted=True)
    if belief.unsure and belief.within(observed):
        return Difference(LegVerdict.IN_FLIGHT, kind, lagging=True, offset=agrees)
    if agrees:
        return Difference(LegVerdict.IN_FLIGHT, kind, offset=True)
    return Difference(LegVerdict.DIFFERS, kind)


def _kind(belief: Belief, observed: Decimal) -> Kind:
    if belief.blank:
        return Kind.ORPHANED_POSITION
    if observed == 0:
        return Kind.PHANTOM_POSITION
    # Nothing is held yet by their own words: then where they want to go says which side is the wrong one.
    way = belief.expected or belief.way
    return Kind.SIDE_MISMATCH if way * observed < 0 else Kind.QUANTITY_MISMATCH
