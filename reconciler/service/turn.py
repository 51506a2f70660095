"""How the last turn of a job went, and whether the next one is overdue; pure."""

from dataclasses import dataclass

from verification.facts.clock import Moment

LATE_TURNS = 3.0
LATE_SECONDS = 60.0
"""A job is late once its next turn should have ended for so long: whichever of the two is longer."""


@dataclass(slots=True)
class Turn:
    """The last turn of a job.

    Attributes:
        every: Seconds between two turns.
        last: When a turn last ended, or when the job was added.
        good: When one last ended well; None if none has.
        seconds: How long that took.
        failing: What the last one met, one plain line; empty where it ended well.
    """

    every: float
    last: Moment
    good: Moment | None = None
    seconds: float | None = None
    failing: str = ""

    def ended(self, began: Moment, now: Moment) -> None:
        """Take note that a turn has ended well."""
        self.last = self.good = now
        self.seconds, self.failing = now.monotonic - began.monotonic, ""

    def failed(self, error: Exception, now: Moment) -> None:
        """Take note that a turn has failed."""
        self.last, self.failing = now, str(error) or type(error).__name__

    def is_late(self, now: Moment) -> bool:
        """Return whether the next turn should have ended long ago."""
        patience = max(LATE_TURNS * self.every, self.every + LATE_SECONDS)
        return now.monotonic - self.last.monotonic > patience
