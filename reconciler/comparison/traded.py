"""What the account has traded of a symbol since a time, as its venue lists it, whoever sent the orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from verification.facts.account import Fill
from verification.facts.clock import Moment


class TradesWanted(NamedTuple):
    """A wish to know the trades of a symbol.

    Attributes:
        symbol: ccxt unified form.
        since: The earliest that may matter, aware UTC.
        held: What is held, signed contracts: where that changes, there are trades that were not listed yet.
    """

    symbol: str
    since: datetime
    held: Decimal


@dataclass(frozen=True, slots=True)
class Traded:
    """One complete answer of the list of trades.

    Attributes:
        since: The time from which it holds all.
        fills: Oldest first.
        seen: When the answer had arrived.
    """

    since: datetime
    fills: tuple[Fill, ...]
    seen: Moment


Trades = Mapping[str, Traded]
"""What is known of trades, by symbol. A symbol that is not in it was not asked for, or could not be."""
