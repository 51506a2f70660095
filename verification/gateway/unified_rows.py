"""Reads ccxt's unified structures, for venues without rules of their own.

ccxt is told to make exact decimals of the venue's text, so no quantity passes through a float.
"""

from decimal import Decimal
from typing import Any

from verification.account import Fill, Position, RestingOrder
from verification.errors import SourceMalformed
from verification.gateway.dialect import OrderStatus
from verification.gateway.exactness import (
    Row,
    above_zero,
    directed,
    exact,
    instant,
    milliseconds,
    optional_exact,
    optional_text,
    optional_time,
    text,
)
from verification.leg import Leg, LegKey, Side

_LEGS = {"long": Leg.LONG, "short": Leg.SHORT}
_ENDED = frozenset({"closed", "canceled", "expired", "rejected"})


def position(row: Row, account: str, *, hedged: bool = False) -> Position:
    """Read a position. ccxt's `timestamp` is the creation on many venues, so only the last update counts.

    It gives no version: whether such a time orders a venue's facts is not known in general.

    Args:
        row: The position in ccxt's form.
        account: The account's name in the settings.
        hedged: Whether the account is in hedge mode, for a row that does not tell its own.
    """
    contracts = abs(exact(row, "contracts"))
    which = optional_text(row, "side")
    if contracts != 0 and which not in _LEGS:
        raise SourceMalformed(f"a position of {contracts} contracts without a side")
    told = row.get("hedged")
    leg = _LEGS[which] if (hedged if told is None else told is True) and which in _LEGS else Leg.NET
    notional = optional_exact(row, "notional")
    return Position(
        key=LegKey(account, text(row, "symbol"), leg),
        quantity=-contracts if which == "short" else contracts,
        version=None,
        entry_price=above_zero(optional_exact(row, "entryPrice")),
        mark_price=above_zero(optional_exact(row, "markPrice")),
        notional=None if notional is None else abs(notional),
        updated_at=optional_time(row, "lastUpdateTimestamp"),
        attached_stop=above_zero(optional_exact(row, "stopLossPrice")),
    )


def side(row: Row) -> Side:
    """Return the side. A missing one is malformed: a side is never guessed."""
    value = text(row, "side")
    if value not in ("buy", "sell"):
        raise SourceMalformed(f"`side` is neither buy nor sell: {value}")
    return Side(value)


def resting_order(row: Row) -> RestingOrder:
    """Read an open order. Its leg is NET unless ccxt tells the position side."""
    trigger = above_zero(optional_exact(row, "triggerPrice"))
    stop = above_zero(optional_exact(row, "stopLossPrice"))
    target = above_zero(optional_exact(row, "takeProfitPrice"))
    amount = optional_exact(row, "amount")
    if amount is None or amount <= 0:
        raise SourceMalformed("an order rests without a quantity")
    return RestingOrder(
        order_id=text(row, "id"),
        client_order_id=optional_text(row, "clientOrderId"),
        symbol=text(row, "symbol"),
        leg=_leg_of_order(row),
        side=side(row),
        kind=optional_text(row, "type") or "unknown",
        conditional=(trigger or stop or target) is not None,
        stop_loss=_is_stop(row, trigger, stop, target),
        quantity=amount,
        filled=optional_exact(row, "filled") or Decimal(0),
        price=above_zero(optional_exact(row, "price")),
        trigger_price=trigger or stop or target,
        reduce_only=row.get("reduceOnly") is True,
        close_position=False,
        created_at=optional_time(row, "timestamp"),
    )


def _is_stop(row: Row, trigger: Decimal | None, stop: Decimal | None, target: Decimal | None) -> bool:
    """Tell a stop loss from a take-profit; where only a direction is told (Bybit), from it and the side."""
    if stop is not None:
        return True
    if target is not None or trigger is None:
        return False
    direction = str(_info(row).get("triggerDirection", ""))
    return (direction, side(row)) in {("2", Side.SELL), ("1", Side.BUY)}


def _leg_of_order(row: Row) -> Leg:
    info = _info(row)
    if "positionIdx" in info:  # Bybit: 0 one-way, 1 long, 2 short
        return {"1": Leg.LONG, "2": Leg.SHORT}.get(str(info["positionIdx"]), Leg.NET)
    told = str(info.get("positionSide") or info.get("posSide") or "").lower()
    return _LEGS.get(told, Leg.NET)


def _info(row: Row) -> dict[str, Any]:
    info = row.get("info")
    return info if isinstance(info, dict) else {}


def order_status(row: Row, account: str) -> OrderStatus:
    """Read one order. Without a status or a filled amount it says nothing and is malformed."""
    word = text(row, "status")
    return OrderStatus(
        key=LegKey(account, text(row, "symbol"), _leg_of_order(row)),
        order_id=text(row, "id"),
        client_order_id=optional_text(row, "clientOrderId"),
        executed=directed(side(row), exact(row, "filled")),
        quantity=above_zero(optional_exact(row, "amount")),
        status=word,
        terminal=word in _ENDED,
        average_price=above_zero(optional_exact(row, "average")),
        updated_at=optional_time(row, "lastUpdateTimestamp"),
    )


def fill(row: Row) -> Fill:
    """Read a trade."""
    return Fill(
        trade_id=text(row, "id"),
        order_id=text(row, "order"),
        symbol=text(row, "symbol"),
        quantity=directed(side(row), exact(row, "amount")),
        price=exact(row, "price"),
        at=instant(milliseconds(row, "timestamp")),
    )
