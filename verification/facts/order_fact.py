"""What the venue itself says became of one order: asked for by its id, never concluded from its absence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from verification.facts.account import FillCause
from verification.facts.clock import Moment
from verification.facts.leg import Leg


class OrderRef(NamedTuple):
    """Which order is meant. Ordinary and conditional orders are two spaces of ids.

    Attributes:
        symbol: ccxt unified form.
        order_id: The venue's id.
        conditional: True for the conditional order itself, not for the order that it became.
    """

    symbol: str
    order_id: str
    conditional: bool


@dataclass(frozen=True, slots=True)
class OrderFact:
    """The venue's word on one order.

    Attributes:
        ref: Which order.
        executed: Signed contracts executed so far, buys positive; of a conditional order what the order that
            it became has executed.
        terminal: True when it can never execute again.
        status: The venue's status in ccxt's words (open, closed, canceled, expired, rejected).
        kind: Its type in the venue's words, for display; empty if not told.
        became: The id under which the trades of a triggered conditional order stand: of the ordinary order
            that it became, or its own where a venue keeps it; None if none is told.
        cause: Who sent it where nobody of the account did; None where the venue says no more.
        executed_at: The venue's time of its newest execution, aware UTC; None if none or not told.
        seen: When the answer had arrived.
        target: True when the venue calls it a take-profit.
        by_hand: True when the venue says that it came from its own web page or app.
        leg: The leg it acts on; None if not told.
        changed_at: The venue's time of its last change, of one that is over that of its end, aware UTC; None
            if not told.
        client_order_id: The sender's id; None if there is none.
        hand: From which of the venue's own pages or apps it came; empty where that is not told.
    """

    ref: OrderRef
    executed: Decimal
    terminal: bool
    status: str
    kind: str
    became: str | None
    cause: FillCause | None
    executed_at: datetime | None
    seen: Moment
    target: bool = False
    by_hand: bool = False
    leg: Leg | None = None
    changed_at: datetime | None = None
    client_order_id: str | None = None
    hand: str = ""


OrderFacts = Mapping[OrderRef, OrderFact]
"""What is known of orders that were asked for. An order that is not in it is unknown."""
