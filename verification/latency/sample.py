"""How late each source is: samples of visibility lag and of request time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from verification.facts.observation import Source


class Measure(StrEnum):
    """What was measured.

    Visibility lag runs from the fill to its first showing by a source; behind the fastest from its first
    showing by any source to that by this one, whatever the venue's clock says; request time is one answer's.
    """

    VISIBILITY_LAG = "visibility_lag"
    BEHIND_FASTEST = "behind_fastest"
    REQUEST_TIME = "request_time"


@dataclass(frozen=True, slots=True)
class LatencySample:
    """One measurement.

    Attributes:
        account: The account's name in the settings.
        source: The source that was measured.
        measure: What was measured.
        at: When it was measured, aware UTC.
        milliseconds: The value; a negative visibility lag is a clock error and is kept as it is.
    """

    account: str
    source: Source
    measure: Measure
    at: datetime
    milliseconds: float


def behind_fastest(lags: Sequence[LatencySample]) -> list[LatencySample]:
    """Return how far each source was behind the one that showed a fill first, which itself was by nothing.

    Args:
        lags: The visibility lags of one fill; of a single one nothing follows.
    """
    if len(lags) < 2:  # noqa: PLR2004 - one is behind nobody
        return []
    first = min(lag.milliseconds for lag in lags)
    return [
        replace(lag, measure=Measure.BEHIND_FASTEST, milliseconds=round(lag.milliseconds - first, 3))
        for lag in lags
    ]
