"""A stop at the simulated venue: what stands there, and whether it would act now."""

from enum import StrEnum
from typing import NamedTuple


class StopKind(StrEnum):
    """What a stop is like."""

    GOOD = "good"
    WHOLE = "whole"  # closes the whole position, whatever its size
    TRIGGERED = "triggered"  # its limit rests, and no trigger will act any more
    DORMANT = "dormant"  # trailing, not activated
    WRONG_SIDE = "wrong_side"
    DISTANT = "distant"  # beyond the liquidation price


GUARDS = frozenset({StopKind.GOOD, StopKind.WHOLE})


class Stop(NamedTuple):
    """One stop. `sign` is that of the position that it closes, `lots` how much of it."""

    sign: int
    lots: int
    kind: StopKind

    def covers(self, held: int) -> int:
        """Return how many lots of what is held it would close now."""
        if self.kind not in GUARDS or held * self.sign <= 0:
            return 0
        return abs(held) if self.kind is StopKind.WHOLE else min(abs(held), self.lots)
