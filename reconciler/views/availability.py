"""How much of a period each source was live, and who decided verifications, ready to draw."""

from dataclasses import dataclass
from datetime import datetime

from verification.facts.observation import Source


@dataclass(frozen=True, slots=True)
class AvailabilityView:
    """How much of a period one source of one account was live.

    Attributes:
        account: The account; `source`: its source.
        known_from: From when on anything is known of it within the period, aware UTC.
        live: The part of the watched time in which it was live; None where nothing was watched.
        ticks: The same for equal parts of the period, oldest first; None where nobody watched.
        down_seconds: For how long it was watched and not live.
    """

    account: str
    source: str
    known_from: datetime
    live: float | None
    ticks: tuple[float | None, ...]
    down_seconds: float


@dataclass(frozen=True, slots=True)
class DecidedView:
    """How many verifications of an account one source decided; None: nobody did."""

    account: str
    source: Source | None
    count: int
