"""A share of a venue's budget: what may be spent in any minute, set aside before it is spent."""

from dataclasses import dataclass

from verification.facts.clock import Moment

MINUTE = 60.0


@dataclass(slots=True)
class Reserve:
    """What one holder has set aside.

    Attributes:
        weight: What it may spend, or has spent once it is settled, in the venue's own weights.
        at: When it was set aside, or settled; monotonic seconds.
        settled: True when it spends no more.
    """

    weight: int
    at: float
    settled: bool = False


class Allowance:
    """Grants reserves as long as the minute's weight and number are not used up."""

    def __init__(self, *, weight: int, number: int) -> None:
        """Grant at most `weight`, and at most `number` reserves, in any minute."""
        self._weight = weight
        self._number = number
        self._granted: list[Reserve] = []

    def reserve(self, weight: int, now: Moment) -> Reserve | None:
        """Set `weight` aside; None if it is too much now. What is not settled counts however old it is."""
        self._granted = [
            each for each in self._granted if not each.settled or now.monotonic - each.at < MINUTE
        ]
        spent = sum(each.weight for each in self._granted)
        if spent + weight > self._weight or len(self._granted) >= self._number:
            return None
        granted = Reserve(weight, now.monotonic)
        self._granted.append(granted)
        return granted

    def settle(self, reserve: Reserve, spent: int, now: Moment) -> None:
        """End a reserve with what was really spent; the rest is free again at once."""
        reserve.weight, reserve.at, reserve.settled = spent, now.monotonic, True
