"""One message a venue pushes, before any fault has met it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Push:
    """One event: its type, the venue's ids of the symbols it concerns, and the message."""

    event: str
    symbols: frozenset[str]
    message: dict[str, Any]
