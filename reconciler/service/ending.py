"""The last moment of a process that was told to end: it ends then, whatever it waits for."""

import os
import sys
import threading
from collections.abc import Callable, Collection

from reconciler.notify.last_resort import named
from reconciler.record.report import ExitCode

SECONDS = 9.0
"""After how long: `trueup up` and `docker stop` kill after ten, and who is killed says nothing."""

_SAYING_SECONDS = 0.5
"""How long it may take to say so: whoever reads our log may hang as well."""


class LastMoment:
    """Ends this process by force where it has not ended by itself; what is durable stays so.

    It needs neither the event loop nor any other thread: one that waits in a socket, or for a disk, would be
    waited for until it is done, also after all work has ended.

    Attributes:
        held: Says which accounts are still held: nothing gives them back.
    """

    def __init__(self, seconds: float = SECONDS, *, end: Callable[[int], object] = os._exit) -> None:
        """It is not counted yet. `end` ends the process, with an exit code."""
        self._seconds = seconds
        self._end = end
        self._timer: threading.Timer | None = None
        self.held: Callable[[], Collection[str]] = tuple

    def comes(self) -> None:
        """Count from now on. Safe to call twice."""
        if self._timer is None:
            self._timer = threading.Timer(self._seconds, self._come)
            self._timer.daemon = True
            self._timer.start()

    def _come(self) -> None:
        saying = threading.Thread(target=self._say, daemon=True)
        saying.start()
        saying.join(_SAYING_SECONDS)
        self._end(ExitCode.UNCHECKED)

    def _say(self) -> None:
        held = self.held()
        kept = f"; not given back, and free once their leases run out: {named(held)}" if held else ""
        ended = f"told to end {self._seconds:g} s ago, and something does not answer: ended by force"
        sys.stderr.write(f"trueup: {ended}{kept}\n")
        sys.stderr.flush()
