"""The port through which an opening places its orders. `venues.gateway.trader` implements it with ccxt."""

from decimal import Decimal
from typing import Protocol

from verification.facts.leg import LegKey, Side


class OrderRefused(Exception):
    """The order certainly had no effect: the venue refused it in so many words, or it never left here."""


class NoSuchOrder(OrderRefused):
    """Nothing was cancelled, for the venue says that no order of that id rests."""


class Trader(Protocol):
    """Places orders on one account, each with an id that the sender chose and uses for nothing else.

    Every method returns when the venue has accepted the order and raises nothing but:

    * `OrderRefused`: it certainly had no effect;
    * `facts.errors.AnswerLost`: it was sent and what became of it is not known. This is the word for
      every doubt: a timeout, a broken connection, an error of the venue's own machines, an answer that
      cannot be read, an id that is already taken (so an earlier order of that id exists).

    Nothing is ever sent twice.
    """

    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        """Open `quantity` contracts (positive) at market; return the venue's id of the order."""

    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        """Close `quantity` contracts (positive) at market, reduce-only; return the venue's id.

        `side` is that of the order: selling closes a long position.
        """

    async def place_stop(
        self, key: LegKey, side: Side, quantity: Decimal, trigger_price: Decimal, client_order_id: str
    ) -> str:
        """Place a reduce-only market stop; return the venue's id.

        `side` is that of the order, `trigger_price` in quote currency, on a tick of the market.
        """

    async def withdraw_stop(self, key: LegKey, client_order_id: str) -> bool:
        """Cancel a stop; return True where the answer says that it is gone.

        False where the venue has only taken the request in: it may still refuse it, or the stop be quicker.
        `NoSuchOrder` when the venue knows none that rests under that id.
        """
