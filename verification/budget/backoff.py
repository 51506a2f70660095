"""How long to wait before asking again: exponential, with jitter, within bounds."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """A schedule of pauses.

    Attributes:
        first: Seconds before the second question.
        factor: What each further pause is multiplied by.
        most: Longest pause in seconds, before jitter.
        jitter: Share of a pause that chance may add or take away, 0..1.
    """

    first: float
    factor: float = 2.0
    most: float = 2.0
    jitter: float = 0.2

    def pause(self, asked: int, rng: random.Random) -> float:
        """Return the seconds to wait after `asked` questions (at least one)."""
        grown = self.factor ** min(asked - 1, _GROWTH_ENDS)
        plain = min(self.most, self.first * grown)
        return plain * (1 + self.jitter * (2 * rng.random() - 1))


_GROWTH_ENDS = 60
"""By then every pause is at its longest; a power that goes on growing overflows after a day of trying."""
