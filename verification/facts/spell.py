"""A trouble that goes on: said when it begins, seldom while it lasts, and once when it is over; pure."""

from verification.facts.clock import Moment

SELDOM = 600.0
"""Seconds after which it is said again while it lasts."""

STEADY = 60.0
"""Seconds for which it must not have been met to be over: what comes and goes is one trouble."""


class Spell:
    """One trouble of one thing, such as that its list cannot be read. What is said of it is its owner's.

    Attributes:
        times: How often it was met since it began.
    """

    def __init__(self, seldom: float = SELDOM, *, steady: float = STEADY) -> None:
        """Nothing is wrong. Both are seconds, as explained above."""
        self._seldom, self._steady = seldom, steady
        self._since: float | None = None
        self._met = self._said = 0.0
        self._what = ""
        self.times = 0

    def met(self, now: Moment, what: str = "") -> bool:
        """Take note that it was met; return whether that is to be said now.

        Another `what` than before is said at once: a word for its kind, nothing that always differs.
        """
        at = now.monotonic
        if self._since is None:
            self._since, self.times = at, 0
        elif what == self._what and at - self._said < self._seldom:
            self._met, self.times = at, self.times + 1
            return False
        self._met = self._said = at
        self._what, self.times = what, self.times + 1
        return True

    def well(self, now: Moment) -> float | None:
        """Take note that nothing is wrong; where that ends it, return for how many seconds it lasted."""
        at = now.monotonic
        if self._since is None or at - self._met < self._steady:
            return None
        lasted, self._since = self._met - self._since, None
        return lasted
