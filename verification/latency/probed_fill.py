"""One fill while it is measured: what shows it, in whose answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from verification.budget.allowance import Reserve
from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.latency.first_showing import FirstAnswer, Listening
from verification.latency.sample import LatencySample

TOGETHER = timedelta(milliseconds=20)
"""How far apart a venue may stamp an execution and the position that it changed, either one first. Of two
fills of a leg within it the earlier may date the later: then the list's lag is too short by this at most."""


@dataclass(slots=True, eq=False)
class ProbedFill:
    """One fill that is measured.

    Attributes:
        fill: The push that told of the execution.
        at: When it happened, by the venue's clock.
        listening: Since when the stream has been live; None if it was not.
        reserve: What may be spent, in the venue's weights.
        position: The first push of the leg at or after the fill: its version dates the rows of the list.
        flat: True once the stream has shown the leg flat: a list leaves such legs out, so its silence cannot
            be told from its lag.
        spent: What has been spent of the reserve.
        lags: The lags that were measured so far.
    """

    fill: OrderSeen
    at: datetime
    listening: Listening | None
    reserve: Reserve
    position: PositionSeen | None = None
    flat: bool = False
    spent: int = 0
    lags: list[LatencySample] = field(default_factory=list)

    @property
    def first_push(self) -> Provenance:
        """The first push that told of the fill: of the order or of the position."""
        pushes = [self.fill.provenance]
        if self.position is not None:
            pushes.append(self.position.provenance)
        return min(pushes, key=lambda push: push.received.monotonic)

    def hear(self, seen: Observation | None) -> None:
        """Take what the stream showed of a leg, if it is this one's and not from before the fill."""
        if not isinstance(seen, PositionSeen) or seen.key != self.fill.key:
            return
        came = seen.provenance
        at = came.exchange_at
        if came.source is Source.WEBSOCKET and at is not None and at >= self.at - TOGETHER:
            self.position = self.position or seen
            self.flat = seen.quantity == 0

    def in_order(self, seen: Observation) -> bool | None:
        """Return whether an answer about the order shows the fill."""
        return isinstance(seen, OrderSeen) and abs(seen.executed) >= abs(self.fill.executed)

    def in_list(self, seen: Observation) -> bool | None:
        """Return whether a leg in the position list shows the fill; None while that cannot be told."""
        if not isinstance(seen, PositionSeen) or seen.version is None:
            return False
        if self.position is None or self.position.version is None:
            return None
        return seen.version >= self.position.version


def first_of(answers: Sequence[Observation], shows: Callable[[Observation], bool | None]) -> FirstAnswer:
    """Return when the first of a source's answers about a fill showed it.

    Args:
        answers: In their order.
        shows: Tells whether an answer shows the fill; None where that cannot be told.
    """
    first = FirstAnswer()
    for seen in answers:
        came = seen.provenance
        silent = isinstance(seen, SourceSilent) and seen.silence is not Silence.ABSENT
        word = None if silent else shows(seen)
        if word is None or came.sent is None:
            first.failed()
        elif word:
            first.showed(came.sent, came.received)
        else:
            first.without(came.sent)
    return first
