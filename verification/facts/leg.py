"""Which position is meant: account, symbol and leg; and which way an order goes."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class Leg(StrEnum):
    """`net` in one-way mode; `long` or `short` in hedge mode."""

    NET = "net"
    LONG = "long"
    SHORT = "short"


class Side(StrEnum):
    """Which way an order goes."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for buy, -1 for sell."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The side that undoes this one."""
        return Side.SELL if self is Side.BUY else Side.BUY

    @staticmethod
    def closing(quantity: Decimal) -> "Side":
        """Return the side of an order that closes a position of signed `quantity`.

        Raises:
            ValueError: The quantity is zero: there is nothing to close, and a side is never guessed.
        """
        if quantity == 0:
            raise ValueError("no side closes a flat position")
        return Side.SELL if quantity > 0 else Side.BUY


class LegKey(Struct, frozen=True, order=True, cache_hash=True, gc=False):
    """The identity of one position.

    Attributes:
        account: The account's name in the settings.
        symbol: ccxt unified form, `AVL/USDT:USDT`.
        leg: Which leg of it.
    """

    account: str
    symbol: str
    leg: Leg

    @property
    def named(self) -> bool:
        """False for a contract that stands under the venue's own id: it may be any leg under another name."""
        return "/" in self.symbol
