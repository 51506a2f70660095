"""How a verification spends its time and the venue's budget."""

from dataclasses import dataclass, field

from verification.budget.backoff import Backoff


@dataclass(frozen=True, slots=True)
class Pace:
    """How a verification spends its time and the venue's budget.

    Attributes:
        deadline: Seconds until a verdict is given whatever is known.
        order: Pauses between questions about the order: soon again at first, and more often than the list:
            that costs a fifth, and an order is shown within some hundredths of a second.
        rest: Pauses between position lists.
        patience: Seconds after which a request counts as hanging and another one is sent beside it.
        measure_for: Seconds after the verdict for which slower sources are still asked, to learn their lag.
    """

    deadline: float = 10.0
    order: Backoff = field(default_factory=lambda: Backoff(0.06, factor=4.0, most=1.2))
    rest: Backoff = field(default_factory=lambda: Backoff(0.2))
    patience: float = 2.0
    measure_for: float = 60.0
