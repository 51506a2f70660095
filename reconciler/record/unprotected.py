"""What stands without a stop, added up from sweep to sweep, and by days in UTC; pure.

Between two sweeps what the first has seen is taken to be so. Time after a sweep that could not tell, after
one long ago, or before the first is not seen: it is in no sum, and a day says how much of it there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from reconciler.views.account import CycleView

HELD_TRUE: Final = timedelta(seconds=300)
"""How long after a sweep what it saw is taken to be still so; after that it is not known."""

AT_REST: Final = timedelta(minutes=5)
"""How often it is written while nothing stands without a stop."""


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of one day of one account.

    Attributes:
        day: Which day, UTC.
        since: When the part begins, aware UTC.
        until: When it ends.
        dollar_seconds: Quote value without a covering stop, times the seconds that it stood so.
        exposed: Seconds during which any stood so.
        seen: Seconds of which that is known.
    """

    day: date
    since: datetime
    until: datetime
    dollar_seconds: Decimal
    exposed: float
    seen: float

    def then(self, later: "DayPart") -> "DayPart":
        """Return it with a later part of the same day added."""
        return replace(
            self,
            since=min(self.since, later.since),
            until=max(self.until, later.until),
            dollar_seconds=self.dollar_seconds + later.dollar_seconds,
            exposed=self.exposed + later.exposed,
            seen=self.seen + later.seen,
        )


def parts(before: CycleView, until: datetime) -> tuple[DayPart, ...]:
    """Return what stood from a sweep to the next one, a part a day; none where a clock was set back."""
    value = before.unprotected_notional
    start = before.finished_at.astimezone(UTC)
    known_until = start if value is None else min(until, start + HELD_TRUE)
    found = []
    while start < until:
        midnight = datetime.combine(start.date() + timedelta(days=1), datetime.min.time(), UTC)
        end = min(until, midnight)
        seen = max(0.0, (min(end, known_until) - start).total_seconds())
        worth = (value or Decimal(0)) * Decimal(str(seen))
        found.append(DayPart(start.date(), start, end, worth, seen if value else 0.0, seen))
        start = end
    return tuple(found)


class Unwritten:
    """What was added up and is not stored yet; written at once where something stands without a stop."""

    def __init__(self) -> None:
        """Nothing was seen."""
        self._last: CycleView | None = None
        self._parts: dict[date, DayPart] = {}
        self._written: datetime | None = None

    def swept(self, cycle: CycleView) -> None:
        """Take note of a sweep."""
        if self._last is not None:
            for part in parts(self._last, cycle.finished_at):
                known = self._parts.get(part.day)
                self._parts[part.day] = part if known is None else known.then(part)
        self._last = cycle

    def waiting(self) -> tuple[DayPart, ...]:
        """Return all that is not stored yet: what a watch that ends leaves behind."""
        return tuple(self._parts.values())

    def due(self, now: datetime) -> tuple[DayPart, ...]:
        """Return what is to be written now; nothing while there is no hurry."""
        waiting = self.waiting()
        hurry = len(waiting) > 1 or any(part.dollar_seconds for part in waiting)
        old = self._written is None or abs(now - self._written) >= AT_REST
        return waiting if hurry or old else ()

    def wrote(self, written: Sequence[DayPart], now: datetime) -> None:
        """Take note that this was stored."""
        if written:
            self._parts = {}
            self._written = now
