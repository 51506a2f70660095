"""Tells in the log when the state database goes away and when it is back: once each, whoever meets it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from reconciler.storage.errors import StateDatabaseError
from verification.facts.clock import Clock

STEADY_SECONDS = 3.0
"""How long nothing may fail before it counts as back: reads can work while writes do not, and the reverse.

Longer than the pause between two heartbeats, each of which is a write while something fails.
"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Away:
    """A state database that is away.

    Attributes:
        since: Monotonic seconds.
        said: What was last met, one plain line with the remedy in it.
    """

    since: float
    said: str


class Outage:
    """Follows what every request to the state database comes to. For the event loop's thread alone."""

    def __init__(self, clock: Clock) -> None:
        """It is there."""
        self._clock = clock
        self._since = 0.0
        self._failed_at: float | None = None
        self._works_since: float | None = None
        self._said = ""

    @property
    def away(self) -> Away | None:
        """Since when it is away, and what was last met; None while it is there."""
        return None if self._failed_at is None else Away(self._since, self._said)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take into account what the request in the block comes to; its error passes through."""
        try:
            yield
        except StateDatabaseError as error:
            if error.again:  # any other one ends the process, which tells it
                self._failed(error)
            raise
        self._worked()

    def _failed(self, error: StateDatabaseError) -> None:
        now = self._clock.now().monotonic
        if self._failed_at is None:
            self._since = now
            log.error("state.away", error=str(error), hint="screens say blind until it is back")
        self._failed_at, self._works_since, self._said = now, None, str(error)

    def _worked(self) -> None:
        if self._failed_at is None:
            return
        now = self._clock.now().monotonic
        if self._works_since is None:
            self._works_since = now
        if now - self._failed_at >= STEADY_SECONDS:
            log.warning("state.back", seconds_away=round(self._works_since - self._since, 1))
            self._failed_at = None
