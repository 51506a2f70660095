"""How a verification spends its time and the venue's budget."""

from dataclasses import dataclass, field

from verification.budget.backoff import Backoff


@dataclass(frozen=True, slots=True)
class Pace:
    """How a verification spends its time and the venue's budget.

    Attributes:
        deadline: Seconds until a verdict is given whatever is known.
        order: Pauses between questions about the order: soon again at first, for that costs the least and an
            order shows within some hundredths of a second; as seldom as the list in the end.
        rest: Pauses between position lists.
        patience: Seconds after which a request counts as hanging and another one is sent beside it.
        measure_for: Seconds after the verdict for which slower sources are still asked, to learn their lag.
    """

    deadline: float = 10.0
    order: Backoff = field(default_factory=lambda: Backoff(0.03, factor=2.5))
    rest: Backoff = field(default_factory=lambda: Backoff(0.2))
    patience: float = 2.0
    measure_for: float = 60.0
