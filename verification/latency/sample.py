"""How late each source is: samples of visibility lag and of request time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from verification.facts.observation import Source


class Measure(StrEnum):
    """Visibility lag runs from the fill to its first showing by a source; request time is one answer's."""

    VISIBILITY_LAG = "visibility_lag"
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
