"""How long to wait before trying again: each pause a multiple of the one before, up to a longest one."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """A schedule of pauses: `Backoff(1.0, most=30.0)` waits 1, 2, 4, 8, 16, 30, 30, ... seconds.

    Attributes:
        first: The pause after the first try, seconds.
        factor: What each further pause is multiplied by.
        most: Longest pause in seconds, before jitter.
        jitter: Share of a pause that chance may add or take away, 0..1; `after` knows none.
    """

    first: float
    factor: float = 2.0
    most: float = 2.0
    jitter: float = 0.2

    def after(self, tries: int) -> float:
        """Return the seconds to wait after so many tries; after none as after the first."""
        grown = float(self.factor ** min(max(0, tries - 1), _GROWTH_ENDS))
        return min(self.most, self.first * grown)

    def pause(self, tries: int, rng: random.Random) -> float:
        """Return the same with its jitter, which `rng` draws."""
        return self.after(tries) * (1 + self.jitter * (2 * rng.random() - 1))


_GROWTH_ENDS = 60
"""By then every pause is at its longest; a power that goes on growing overflows after a day of trying."""
