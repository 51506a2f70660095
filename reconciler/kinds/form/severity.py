"""How bad a kind is: as a rule, and in the one case where it is otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from reconciler.facts.finding import Severity


@dataclass(frozen=True, slots=True)
class Stake:
    """What a comparison knows of how much is at stake on a leg.

    Attributes:
        more: The venue holds more than the bots believe, whichever way.
        proved: The bots' own orders are shown to have done all of the difference.
        exposure: Unsigned quote value at risk; None if unknown.
        large: What counts as much, quote value.
    """

    more: bool
    proved: bool
    exposure: Decimal | None
    large: Decimal


def _never(_: Stake) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Gravity:
    """How bad a kind is. What is only likely lowers nothing.

    Attributes:
        usual: As a rule.
        otherwise: In the case that `when` names; the same as usual where there is none.
        when: That case in words, as it follows on "where"; empty where there is none.
        on_leg: Whether it is that case on a leg that a comparison has found to differ. Who finds a kind in
            another way knows that by itself, and asks `where`.
    """

    usual: Severity
    otherwise: Severity
    when: str
    on_leg: Callable[[Stake], bool] = _never

    def of(self, stake: Stake) -> Severity:
        """Return how bad it is on a leg."""
        return self.where(otherwise=self.on_leg(stake))

    def where(self, *, otherwise: bool) -> Severity:
        """Return how bad it is; `otherwise` says that it is the case that `when` names."""
        return self.otherwise if otherwise else self.usual


ALWAYS_CRITICAL = Gravity(Severity.CRITICAL, Severity.CRITICAL, "")
ALWAYS_WARNING = Gravity(Severity.WARNING, Severity.WARNING, "")
