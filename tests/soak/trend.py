"""What grows: a straight line through the samples after the warm-up, held against a bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

HOUR = 3600.0
EDGE = 5
"""Of how many samples the middle one stands for "after the warm-up" and for "the end"."""

LEAST = 10
"""Samples after the warm-up, for any two lie on a line."""


@dataclass(frozen=True, slots=True)
class Bound:
    """How much a figure may grow, or be.

    Growth is what the line climbs between the first and the last sample after the warm-up. A short run cannot
    tell a slow leak from the breath of a garbage collector, so what it may climb has a least size; the longer
    the run, the more the slope counts.

    Attributes:
        growth: May always climb so much; None where growth does not matter.
        per_hour: May climb so much in each hour, where that is more.
        most: No sample may be above it; None for no limit.
    """

    growth: float | None = None
    per_hour: float = 0.0
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """What became of one figure.

    Attributes:
        start: The first sample of all.
        warm: When the warm-up was over.
        end: At the end.
        highest: The highest after the warm-up.
        slope: What the fitted line climbs in an hour.
        growth: What it climbs between the first and the last sample after the warm-up.
        complaint: What is beyond its bound, one line; empty if nothing is.
    """

    start: float
    warm: float
    end: float
    highest: float
    slope: float
    growth: float
    complaint: str


def trend(at: Sequence[float], values: Sequence[float], *, warm_up: float, bound: Bound) -> Trend:
    """Judge one figure.

    Args:
        at: When each sample was taken, seconds.
        values: What it was.
        warm_up: Samples before this second are shown, not judged.
        bound: What is allowed.

    Raises:
        ValueError: Fewer than `LEAST` samples were taken after the warm-up: nothing can be said of them.
    """
    kept = [(time, value) for time, value in zip(at, values, strict=True) if time >= warm_up]
    if len(kept) < LEAST:
        raise ValueError(f"{len(kept)} samples after the warm-up: let it run for longer")
    times, figures = [time for time, _ in kept], [value for _, value in kept]
    slope = _slope(times, figures)
    growth = slope * (times[-1] - times[0])
    return Trend(
        start=values[0],
        warm=median(figures[:EDGE]),
        end=median(figures[-EDGE:]),
        highest=max(figures),
        slope=slope * HOUR,
        growth=growth,
        complaint=_complaint(bound, growth, max(figures), (times[-1] - times[0]) / HOUR),
    )


def _slope(times: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of the least-squares line, in values a second."""
    middle, mean = fmean(times), fmean(values)
    spread = sum((time - middle) ** 2 for time in times)
    return sum((t - middle) * (v - mean) for t, v in zip(times, values, strict=True)) / spread


def _complaint(bound: Bound, growth: float, highest: float, hours: float) -> str:
    if bound.growth is not None and growth > (allowed := max(bound.growth, bound.per_hour * hours)):
        return f"grew by {growth:.1f} after the warm-up, {allowed:.1f} at most"
    if bound.most is not None and highest > bound.most:
        return f"was {highest:.1f}, {bound.most:.1f} at most"
    return ""
