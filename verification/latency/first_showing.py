"""When one source first showed a fill, and whether that says something about the source.

A lag that only tells how late we looked is no lag of the source. So a sample is taken
* of a source that is asked, if we had asked it since the fill and it had answered without the fill, or if the
  question that it answered with the fill had been sent at most `SOON` after the fill;
* of a stream, if we had been listening to it without a break since before the fill.
Otherwise none is taken. A sample ends when the answer has arrived: it is the lag that a bot lives with, at
most one pause between two questions longer than the source's own.
"""

from dataclasses import dataclass

from verification.facts.clock import Moment

SOON = 0.1
"""Seconds. Who asks this early after the fill and is shown it learns that the source shows it at once."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Since when we have been listening to one unbroken life of a stream.

    Attributes:
        since: When we began to listen, or when the stream went live if that was later.
        epoch: Which life of the stream it is.
    """

    since: Moment
    epoch: int


class FirstAnswer:
    """Is told each answer of one source about one fill, in their order."""

    def __init__(self) -> None:
        """Nothing has been asked yet."""
        self.shown: Moment | None = None
        self._sent: Moment | None = None
        self._without: Moment | None = None

    def without(self, sent: Moment) -> None:
        """Note a question, sent at `sent`, that was answered without the fill."""
        if self.shown is None:
            self._without = sent

    def failed(self) -> None:
        """Note a question without an answer: what the source would have shown meanwhile is not known."""
        if self.shown is None:
            self._without = None

    def showed(self, sent: Moment, received: Moment) -> None:
        """Note an answer that shows the fill."""
        if self.shown is None:
            self.shown, self._sent = received, sent

    def lag(self, filled: float) -> float | None:
        """Return the lag in milliseconds; None if what was seen tells nothing of the source.

        Args:
            filled: When the fill happened, in seconds of our monotonic clock.
        """
        if self.shown is None or self._sent is None:
            return None
        asked_before = self._without is not None and self._without.monotonic >= filled
        if not asked_before and self._sent.monotonic - filled > SOON:
            return None  # it was already visible when we first asked
        return milliseconds(filled, self.shown)


def lag_of_push(
    received: Moment, epoch: int | None, listening: Listening | None, filled: float, slack: float
) -> float | None:
    """Return the lag of a push in milliseconds; None if it might have been pushed before we listened.

    Args:
        received: When the first push that shows the fill arrived.
        epoch: The life of the stream that it belongs to.
        listening: Since when we listened, and to which life; None if the stream was not live.
        filled: When the fill happened, in seconds of our monotonic clock.
        slack: Seconds by which `filled` may be off: a bot listens just before its order is sent, and what is
            not known of the clocks must not turn that round.
    """
    if listening is None or epoch != listening.epoch or listening.since.monotonic > filled + slack:
        return None
    return milliseconds(filled, received)


def milliseconds(filled: float, shown: Moment) -> float:
    """Return the milliseconds from a fill to a showing; below zero where the clocks are not known better."""
    return round((shown.monotonic - filled) * 1000, 3)
