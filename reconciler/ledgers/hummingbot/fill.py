"""One fill as hummingbot stores it, and what it does to the legs of its symbol. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reconciler.facts.expectation import Direction

STORED_STEP = Decimal("1E-6")
"""Amounts are stored as whole millionths of the base currency, the rest cut off."""

NO_ACTION = "NIL"
_ACTIONS = frozenset({"OPEN", "CLOSE", NO_ACTION})


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution.

    Attributes:
        market: The connector that it was made through.
        symbol: BASE-QUOTE.
        order: The client id of its order.
        trade: The venue's id of it.
        buys: True for a buy.
        action: `OPEN`, `CLOSE` or `NIL`: what it was sent to do to a leg.
        amount: Base currency, unsigned.
        at: Milliseconds since 1970.
    """

    market: str
    symbol: str
    order: str
    trade: str
    buys: bool
    action: str
    amount: Decimal
    at: int

    @property
    def key(self) -> tuple[str, str, str]:
        """By what the table tells it from any other."""
        return self.market, self.order, self.trade


def fill_of(row: dict[str, Any]) -> Fill:
    """Return a row of `TradeFill` as a value.

    Raises:
        ValueError: It holds what cannot be read; the message names the row.
    """
    try:
        return Fill(
            market=str(row["market"]),
            symbol=str(row["symbol"]),
            order=str(row["order_id"]),
            trade=str(row["exchange_trade_id"]),
            buys=buys(row["trade_type"]),
            action=action_of(row["position"]),
            amount=millionths(row["amount"]),
            at=milliseconds(row["timestamp"]),
        )
    except ValueError as error:
        raise ValueError(
            f"`TradeFill`, trade {row['exchange_trade_id']} of order {row['order_id']}: {error}"
        ) from error


def buys(stored: object) -> bool:
    """Return True for a buy. Raises ValueError for what is neither."""
    if stored not in {"BUY", "SELL"}:
        raise ValueError(f"{stored!r} is neither BUY nor SELL")
    return stored == "BUY"


def action_of(stored: object) -> str:
    """Return what an order does to a leg. Raises ValueError for a word that is not known here."""
    action = str(stored or NO_ACTION)
    if action not in _ACTIONS:
        raise ValueError(f"position {action!r} is none of {', '.join(sorted(_ACTIONS))}")
    return action


def millionths(stored: object) -> Decimal:
    """Return an amount that is stored as whole millionths. Raises ValueError for what is none."""
    if isinstance(stored, bool) or not isinstance(stored, int | Decimal) or stored < 0 or stored % 1:
        raise ValueError(f"{stored!r} is no amount in millionths")
    return Decimal(stored).scaleb(-6)


def milliseconds(stored: object) -> int:
    """Return a time of the database. Raises ValueError for what is none."""
    if isinstance(stored, bool) or not isinstance(stored, int) or not 0 <= stored < 10**14:
        raise ValueError(f"{stored!r} is no time in milliseconds")
    return stored


def utc(at: int) -> datetime:
    """Return a time of the database, aware UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)


def leg_of(*, buy: bool, action: str, shorts: Decimal, longs: Decimal) -> tuple[Direction, bool]:
    """Return which leg an order works on, and whether it opens it.

    Args:
        buy: True for a buy.
        action: What it was sent to do; without a word it closes what is held the other way, if anything is.
        shorts: What the short leg holds, unsigned.
        longs: What the long leg holds, unsigned.
    """
    other = shorts if buy else longs
    opens = action == "OPEN" or (action == NO_ACTION and other == 0)
    return (Direction.LONG if buy is opens else Direction.SHORT), opens
