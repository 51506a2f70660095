"""How often a venue lets itself be asked: what a face counts of each request, and how it turns one away."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulator.wire import Answer, Call


@dataclass(frozen=True, slots=True)
class Counted:
    """A request that was counted.

    Attributes:
        weight: What it weighs by the venue's documents; on a venue without weights, 1.
        headers: What the answer says of what was used, whatever the answer is.
        refusal: The answer, when it is one too many.
    """

    weight: int
    headers: Mapping[str, str] = field(default_factory=dict)
    refusal: Answer | None = None


class Limits(Protocol):
    """One venue's limits."""

    def count(self, call: Call) -> Counted:
        """Count a request that has arrived."""

    def turn_away(self, call: Call, status: int, seconds: float | None) -> Answer:
        """Return what the venue says to one who asks too much, whatever was counted.

        Args:
            call: The request.
            status: With which status.
            seconds: How long it asks one to wait; None when it does not say it.

        Raises:
            ValueError: The venue has no words for such a status.
        """

    def change(self, wish: Mapping[str, Any]) -> Mapping[str, Any]:
        """Set some of the limits, and return all that are in force.

        Raises:
            ValueError: There is no limit of that name, or the value is none.
        """
