"""How many fills each source has shown how late, since this watch began, in fixed buckets; pure."""

from bisect import bisect_left
from dataclasses import dataclass, field

from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the buckets, seconds; one more takes what is above."""


@dataclass(slots=True)
class LagCount:
    """The lags of one source.

    Attributes:
        buckets: How many fell into each bucket; the last is above every bound.
        total: The sum of all, seconds.
    """

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0


class LagCounts:
    """The lags of one account, by source."""

    def __init__(self) -> None:
        """None yet."""
        self.by_source: dict[Source, LagCount] = {}

    def add(self, sample: LatencySample) -> None:
        """Count a sample; what came out negative is a clock's error, and counts as no lag at all."""
        if sample.measure is not Measure.VISIBILITY_LAG:
            return
        seconds = max(0.0, sample.milliseconds / 1000)
        count = self.by_source.setdefault(sample.source, LagCount())
        count.buckets[bisect_left(BOUNDS, seconds)] += 1
        count.total += seconds
