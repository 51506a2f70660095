"""Which looks an unexpected error has ended and are still owed, and how long to wait before the next one."""

from collections.abc import Iterable

from reconciler.account.look_queue import WHOLE
from reconciler.account.unexpected import PAUSES
from verification.facts.clock import Moment


class FailedLooks:
    """The looks of one account that ended so, until looks that cover the same were wholly done."""

    def __init__(self) -> None:
        """None has failed."""
        self._in_a_row = 0
        self._resumes = 0.0
        self._owed: set[str] = set()

    def failed(self, symbols: Iterable[str] | None, now: Moment) -> None:
        """Take note that a look at these symbols (None: at everything) has ended so."""
        self._in_a_row += 1
        self._resumes = now.monotonic + PAUSES.after(self._in_a_row)
        self._owed |= {WHOLE} if symbols is None else set(symbols)

    def done(self, symbols: Iterable[str] | None) -> bool:
        """Take note that a look was wholly done; return True when none is owed any more."""
        self._in_a_row = 0
        self._owed -= self._owed if symbols is None else set(symbols)
        return not self._owed

    def left(self, now: Moment) -> float:
        """Return the seconds until looks go on; 0 when they do."""
        return max(0.0, self._resumes - now.monotonic)
