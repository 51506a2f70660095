"""The two questions a verification answers: has this open happened, has this close happened?"""

from dataclasses import dataclass
from decimal import Decimal

from verification.facts.clock import Moment
from verification.facts.leg import LegKey, Side


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the leg held before the order was sent.

    Attributes:
        quantity: Signed contracts, long positive.
        version: The venue's version of that fact; a position row proves something only if it is newer.
    """

    quantity: Decimal
    version: int | None


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Has this entry executed?

    Attributes:
        key: Which leg.
        side: The side of the intent. Never taken from a venue's answer.
        quantity: Contracts intended, positive: the quantity of the order as it was sent.
        order_id: The venue's id of the entry; None while it is not known (a lost answer).
        client_order_id: The id the sender chose, used for no other order; None if there is none. It counts
            only while `order_id` is not known.
        baseline: The leg before the order; None where it is not known.
        exclusive: True when nothing else can change this leg meanwhile: nobody else trades the account, and
            no other order of the bot (a second entry, a stop) works on the leg. Only then does a position
            row speak of this order.
        asked: When the question arose (inside a bot: just before the order was sent).
    """

    key: LegKey
    side: Side
    quantity: Decimal
    order_id: str | None
    client_order_id: str | None
    baseline: Baseline | None
    exclusive: bool
    asked: Moment


@dataclass(frozen=True, slots=True)
class CloseQuestion:
    """Has this exit closed the position?

    Attributes:
        key: Which leg.
        position: The last known open position: signed contracts (never zero) and its version.
        order_id: The venue's id of the exit; None while it is not known.
        client_order_id: The id the sender chose, used for no other order; None if there is none. It counts
            only while `order_id` is not known.
        exclusive: True when nothing but this exit can change the leg meanwhile: nobody else trades the
            account, and no other order works on the leg, a stop that may fire above all. Only then do the
            exit's executions say what is left.
        asked: When the question arose.
    """

    key: LegKey
    position: Baseline
    order_id: str | None
    client_order_id: str | None
    exclusive: bool
    asked: Moment


Question = OpenQuestion | CloseQuestion
