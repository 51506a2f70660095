"""What every open page shows, read once for all of them: twenty open pages cost the state database as one.

A view is handed on for a moment only, and only while the state database answers that no alert has changed
since. Whom it does not answer is told so, whatever was read before. Ages are counted from that read.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Lock
from typing import Final

from dashboard.words.verdict import Unread
from reconciler.views.alert import ChangesView
from reconciler.views.now import NowView
from verification.facts.clock import SystemClock

SHARED_SECONDS: Final = 1.0
"""For how long one read serves all: a quarter of the time after which a page asks again."""


def _monotonic() -> float:
    return SystemClock().now().monotonic


@dataclass(frozen=True, slots=True)
class _Kept:
    view: NowView
    newest: int
    at: float


class JointRead:
    """The last view that was read. Safe to use from several threads, of which one reads at a time."""

    def __init__(
        self,
        read: Callable[[], NowView | Unread],
        changes: Callable[[], ChangesView | Unread],
        *,
        seconds: float = SHARED_SECONDS,
        clock: Callable[[], float] = _monotonic,
    ) -> None:
        """Nothing was read yet.

        Args:
            read: Reads the view.
            changes: Asks for the number of the newest change, which costs a hundredth of that.
            seconds: For how long a view is handed on; 0: everybody reads.
            clock: Seconds that only rise.
        """
        self._read = read
        self._changes = changes
        self._seconds = seconds
        self._clock = clock
        self._lock = Lock()
        self._kept: _Kept | None = None
        self._reading: Future[_Kept | Unread] | None = None

    def now(self) -> NowView | Unread:
        """Return a view that is not older than the newest change; `Unread` where that cannot be known."""
        told = self._changes()
        if isinstance(told, Unread):
            self._kept = None
            return told
        kept = self._kept
        if kept is not None and self._serves(kept, told.newest):
            return kept.view
        found = self._read_once(told.newest)
        return found if isinstance(found, Unread) else found.view

    def _serves(self, kept: _Kept, newest: int) -> bool:
        return kept.newest == newest and self._clock() - kept.at < self._seconds

    def _read_once(self, newest: int) -> _Kept | Unread:
        """Read, or wait for who reads already: a failure is everybody's, nobody stands in line to fail."""
        mine: Future[_Kept | Unread] = Future()
        with self._lock:
            others, self._reading = self._reading, self._reading or mine
        if others is not None:
            found = others.result()
            # What was read before this one's own change does not show it.
            if isinstance(found, Unread) or self._serves(found, newest):
                return found
            return self._read_now(newest)
        try:
            found = self._read_now(newest)
            mine.set_result(found)
        except BaseException as error:
            mine.set_exception(error)
            raise
        finally:
            with self._lock:
                self._reading = None
        return found

    def _read_now(self, newest: int) -> _Kept | Unread:
        began = self._clock()
        view = self._read()
        if isinstance(view, Unread):
            self._kept = None
            return view
        self._kept = kept = _Kept(view, newest, began)
        return kept
