"""How late a source is over a period, ready to draw."""

from dataclasses import dataclass
from datetime import datetime

from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class LatencyPoint:
    """One bucket of one series.

    Attributes:
        at: Start of the bucket, aware UTC.
        count: Samples in it.
        p50_ms: Milliseconds.
        p95_ms: Milliseconds.
        p99_ms: Milliseconds.
        max_ms: Milliseconds.
    """

    at: datetime
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


@dataclass(frozen=True, slots=True)
class LatencyView:
    """Latency of one source over a period.

    Attributes:
        account: The account; empty for all of them merged.
        source: Which source.
        measure: `visibility_lag` (fill to first shown) or `request_time` (sent to received).
        points: At most 600, oldest first.
        total: All samples of the period in one.
        distribution: (upper bound in milliseconds, count) of log-spaced buckets, ascending; each reaches down
            to the bound before it, and the lowest to zero.
        negative: Samples that came out negative (clock error), clamped to zero and counted, never hidden.
    """

    account: str
    source: Source
    measure: str
    points: tuple[LatencyPoint, ...]
    total: LatencyPoint | None
    distribution: tuple[tuple[float, int], ...]
    negative: int
