"""Whether a stream's lives last: one that ends soon after it began was none, and the next comes later."""

from verification.budget.backoff import Backoff
from verification.facts.clock import Moment
from verification.venues.capabilities import StreamRules

STEADY = 10.0
"""Seconds after which a life counts."""

STEADY_AFTER_FAULT = 60.0
"""The same after one that ended because it could not be read: what ended it may come again at any time."""


class Steadiness:
    """Is told of each life's beginning and end. Pure: time is given."""

    def __init__(self, rules: StreamRules, now: Moment) -> None:
        """Nothing has lived yet."""
        self._rules = rules
        self._away = now
        self._live: Moment | None = None
        self._needed = STEADY
        self._short = 0

    def began(self, now: Moment) -> None:
        """A life went live."""
        self._live = now

    def ended(self, now: Moment, *, fault: bool) -> None:
        """A life ended, or came to nothing; `fault` says that the connection was not to blame."""
        if self._steady(now):
            self._away, self._short, self._needed = now, 0, STEADY
        else:
            self._short += 1
        if fault:
            self._needed = STEADY_AFTER_FAULT
        self._live = None

    def away_since(self, now: Moment) -> Moment | None:
        """Return since when no life has lasted; None when the present one does."""
        return None if self._steady(now) else self._away

    def pause(self) -> float:
        """Return the seconds to wait before the next life: ever longer while none of them lasts."""
        pauses = Backoff(self._rules.backoff_first, most=self._rules.backoff_most)
        return pauses.after(self._short + 1)

    def _steady(self, now: Moment) -> bool:
        return self._live is not None and now.monotonic - self._live.monotonic >= self._needed
