"""What a leg holds before an order, from what the position list and the stream say of it."""

from decimal import Decimal

from verification.facts.observation import PositionSeen
from verification.facts.question import Baseline


def baseline_of(listed: PositionSeen | None, pushed: PositionSeen | None) -> Baseline:
    """Return the baseline that two sources lead to, with a version only where they leave no doubt.

    Args:
        listed: The leg's row in a complete position list; None if the list does not show the leg.
        pushed: The newest row the stream showed; None if it showed none.
    """
    quantity = listed.quantity if listed is not None else Decimal(0)
    if pushed is None:
        return Baseline(quantity, listed.version if listed is not None else None)
    ours = listed.version if listed is not None else None
    if ours is not None and pushed.version is not None and ours != pushed.version:
        newer = listed if listed is not None and ours > pushed.version else pushed
        return Baseline(newer.quantity, newer.version)
    if pushed.quantity == quantity:
        return Baseline(quantity, pushed.version if pushed.version is not None else ours)
    return Baseline(pushed.quantity, None)  # they disagree and nothing says who is newer
