"""How long to wait before looking again at what has not settled, or at what could not be read."""

from collections.abc import Iterable

from reconciler.account.look_queue import WHOLE
from verification.budget.backoff import Backoff

LOOKS_APART_SECONDS = 0.5
"""Least time between two targeted looks, for the venue's budget."""

WHOLE_APART_SECONDS = 5.0
"""Least time between two planned looks at the whole account: they cost most."""

UNSTREAMED_SECONDS = 16.0
"""Between looks at the whole account while its stream shows nothing."""

LONGEST_PAUSE_SECONDS = 60.0
"""What the pauses between looks at something that does not settle grow to."""


class Pauses:
    """The pauses of one account, by symbol (`WHOLE`: everything): each is twice as long as the one before."""

    def __init__(self, spacing: float) -> None:
        """Nothing waits. `spacing`: how far apart two looks must be to confirm each other, seconds."""
        self._spacing = spacing
        self._times: dict[str, int] = {}
        self._unread: frozenset[str] = frozenset()

    def lengthen(self, symbol: str) -> float:
        """Return the next pause of a symbol, seconds; the one after it is longer."""
        times = self._times.get(symbol, 0)
        self._times[symbol] = times + 1
        least = max(self._spacing, WHOLE_APART_SECONDS if symbol == WHOLE else LOOKS_APART_SECONDS)
        return Backoff(least, most=max(least, LONGEST_PAUSE_SECONDS)).after(times + 1)

    def forget(self, *symbols: str) -> None:
        """Have the next pause of these symbols be the shortest again."""
        for symbol in symbols:
            self._times.pop(symbol, None)

    def settled(self, unsettled: Iterable[str], within: frozenset[str] | None) -> None:
        """Forget the symbols that a look at some (None: at everything) did not find unsettled."""
        seen = self._times.keys() if within is None else self._times.keys() & within
        self.forget(*(seen - {WHOLE} - set(unsettled)))

    def changed(self, unread: frozenset[str]) -> bool:
        """Take note of what cannot be read now, by name; return True where that is news.

        What has just failed is soon tried again whatever else fails since long ago: three tries tell a
        failure that lasts from one that passes. What works again is read once more, too, for two words.
        """
        news, self._unread = unread != self._unread, unread
        if news:
            self.forget(WHOLE)
        return news
