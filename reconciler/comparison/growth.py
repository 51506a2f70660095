"""When a position last grew: a stop is due from then on, and a smaller one keeps the stop it had."""

from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from reconciler.comparison.venue_view import LegView
from verification.facts.clock import Moment


class Growth(TypedDict):
    """When a leg last grew; see `LegView`."""

    grown: Moment | None
    grown_by: datetime | None


def growth(old: LegView, new: LegView, received: Moment) -> Growth:
    """Return when a leg whose quantity has changed last grew: one that shrank did not just now."""
    if is_less(old.quantity, new.quantity):
        return {"grown": old.grown, "grown_by": old.grown_by}
    return {"grown": received, "grown_by": new.updated_at}


def is_less(before: Decimal, now: Decimal) -> bool:
    """True when a quantity has become a smaller one of the same side."""
    return before * now > 0 and abs(now) < abs(before)


def earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two times; where one is not known, the other."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
