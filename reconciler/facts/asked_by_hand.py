"""What a person asks of a live account by hand."""

from dataclasses import dataclass
from decimal import Decimal

from verification.facts.leg import Side


@dataclass(frozen=True, slots=True)
class AskedByHand:
    """What a person asks.

    Attributes:
        symbol: As ccxt writes it, or as the venue does.
        side: Which way the order goes.
        size: Of an open what the order was sent for, of a close what was held; contracts, above zero.
        order_id: The venue's id of the order; None if not known.
        client_order_id: The id that its sender chose; None if not known.
        opens: Has the order opened it; else: has it closed it.
        alone: Nothing else has worked on the position since: no other order, no stop, no hand.
    """

    symbol: str
    side: Side
    size: Decimal
    order_id: str | None
    client_order_id: str | None
    opens: bool
    alone: bool
