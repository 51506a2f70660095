"""Since when a leg has held what it holds by what others say: for a missing stop, from its opening on."""

from datetime import datetime

from reconciler.comparison.venue_view import LegView
from reconciler.facts.expectation import Expectation


def held_since(leg: LegView | None, rows: tuple[Expectation, ...]) -> datetime | None:
    """Return when a position was opened, or last grew; None where nobody tells.

    Every word says that it was then or before, so the earliest counts: the venue's time of the last change
    (which funding changes too), and the ledgers' time of the last entry. That a trade was begun a day ago
    says less: its entry may have rested until now.

    Args:
        leg: The venue's side; None if it never showed the leg.
        rows: The live rows of the leg that something is held of: an entry that rests beside them, and has
            not executed, makes nothing younger.

    Returns:
        Aware UTC.
    """
    told = [_newest([row.entered_at for row in rows]), None if leg is None else leg.grown_by]
    known = [at for at in told if at is not None]
    return min(known) if known else _newest([row.opened_at for row in rows])


def _newest(times: list[datetime | None]) -> datetime | None:
    known = [at for at in times if at is not None]
    return max(known) if known and len(known) == len(times) else None
