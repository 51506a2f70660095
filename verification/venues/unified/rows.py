"""Reads ccxt's unified structures, for venues without rules of their own.

ccxt is told to make exact decimals of the venue's text, so no quantity passes through a float.
"""

from decimal import Decimal
from typing import Any

from verification.facts.account import Fill, Position, RestingOrder
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg, LegKey, Side
from verification.venues.capabilities import RowRules
from verification.venues.dialect import OrderStatus
from verification.venues.reading.exactness import (
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
from verification.venues.unified.stops import has_triggered, is_stop, trailing_of, watched_by

_LEGS = {"long": Leg.LONG, "short": Leg.SHORT}
_ORDINARY = frozenset({"limit", "market"})
_AT_MARKET = "-1"  # what some venues write for the limit of an order without one
_TRIGGERS = ("triggerPx", "triggerPrice", "trigger_price", "stopPrice", "stop_price")
_ENDED = frozenset({"closed", "canceled", "expired", "rejected"})


def position(
    row: Row,
    account: str,
    *,
    hedged: bool = False,
    rules: RowRules = RowRules(),  # noqa: B008 - frozen
    symbol: str | None = None,
) -> Position:
    """Read a position. ccxt's `timestamp` is the creation on many venues, so only the last update counts.

    It gives no version: whether such a time orders a venue's facts is not known in general.

    Args:
        row: The position in ccxt's form.
        account: The account's name in the settings.
        hedged: Whether the account is in hedge mode, for a row that does not tell its own.
        rules: What the venue's own row tells besides.
        symbol: The contract, where it is known better than ccxt knows it.
    """
    contracts = abs(exact(row, "contracts"))
    which = optional_text(row, "side")
    if contracts != 0 and which not in _LEGS:
        raise SourceMalformed(f"a position of {contracts} contracts without a side")
    told = row.get("hedged")
    leg = _own_leg(info_of(row), rules)
    if leg is None:
        leg = _LEGS[which] if (hedged if told is None else told is True) and which in _LEGS else Leg.NET
    elif contracts != 0 and leg is not Leg.NET and which != leg.value:
        raise SourceMalformed(f"a position on the {leg} leg that is {which}")
    notional = optional_exact(row, "notional")
    return Position(
        key=LegKey(account, symbol or text(row, "symbol"), leg),
        quantity=-contracts if which == "short" else contracts,
        version=None,
        entry_price=above_zero(optional_exact(row, "entryPrice")),
        mark_price=above_zero(optional_exact(row, "markPrice")),
        notional=None if notional is None else abs(notional),
        updated_at=optional_time(row, "lastUpdateTimestamp"),
        attached_stop=above_zero(optional_exact(row, "stopLossPrice")),
        liquidation_price=above_zero(optional_exact(row, "liquidationPrice")),
    )


def _own_leg(info: Row, rules: RowRules) -> Leg | None:
    """Return the leg that the venue's own row names; None where it names none."""
    if rules.legs is None or info.get(rules.legs[0]) in (None, ""):
        return None
    name, meanings = rules.legs
    leg = meanings.get(str(info[name]))
    if leg is None:
        raise SourceMalformed(f"`{name}` names no leg")
    return leg


def contract_of(row: Row, rules: RowRules) -> str:
    """Return the venue's own id of a position's contract.

    Raises:
        SourceMalformed: The row does not name it.
    """
    info: Row = info_of(row)
    for step in rules.contract[:-1]:
        inner = info.get(step)
        info = inner if isinstance(inner, dict) else {}
    return text(info, rules.contract[-1])


def side(row: Row, rules: RowRules = RowRules()) -> Side:  # noqa: B008 - frozen
    """Return the side. A missing one is malformed: a side is never guessed."""
    if rules.sides is not None:
        name, meanings = rules.sides
        told = meanings.get(text(info_of(row), name))
        if told is None:
            raise SourceMalformed(f"`{name}` is no side")
        return told
    value = text(row, "side")
    if value not in ("buy", "sell"):
        raise SourceMalformed(f"`side` is neither buy nor sell: {value}")
    return Side(value)


def resting_order(row: Row, *, hedged: bool = False, rules: RowRules = RowRules()) -> RestingOrder:  # noqa: B008
    """Read an open order.

    A stop or target that is attached to an ordinary order waits for that order and is none of its own. A
    conditional order of size 0 closes the whole position: venues write their position stops so.

    Args:
        row: The order in ccxt's form.
        hedged: Whether the account is in hedge mode.
        rules: What the venue's own row tells besides.
    """
    trigger = above_zero(optional_exact(row, "triggerPrice")) or _own_trigger(info_of(row))
    stop = above_zero(optional_exact(row, "stopLossPrice"))
    target = above_zero(optional_exact(row, "takeProfitPrice"))
    told, filled = _sizes(row, rules)
    amount, info = told or Decimal(0), info_of(row)
    kind, trailing = optional_text(row, "type") or "unknown", trailing_of(row, info)
    waits = (trigger or trailing) is not None or ((stop or target) is not None and kind not in _ORDINARY)
    if not waits:
        stop = target = None
    whole = waits and amount == 0
    if amount <= 0 and not whole:
        raise SourceMalformed("an order rests without a quantity")
    way, reduces = side(row, rules), row.get("reduceOnly") is True or whole
    stops = is_stop(trigger=trigger, stop=stop, target=target, trailing=trailing)
    return RestingOrder(
        order_id=text(row, "id"),
        client_order_id=optional_text(row, "clientOrderId"),
        symbol=text(row, "symbol"),
        leg=_leg_of_order(row) or _leg_of_way(way, reduces=reduces, hedged=hedged),
        side=way,
        kind=kind,
        conditional=waits,
        stop_loss=stops is True,
        quantity=None if whole else amount,
        filled=filled,
        price=None if str(row.get("price")) == _AT_MARKET else above_zero(optional_exact(row, "price")),
        trigger_price=trigger or stop or target,
        reduce_only=reduces,
        close_position=whole,
        created_at=optional_time(row, "timestamp"),
        triggered=waits and (filled > 0 or has_triggered(row, info)),
        watches=watched_by(info),
        trailing=trailing,
        nature_told=not waits or stops is not None,
    )


def _own_trigger(info: Row) -> Decimal | None:
    """Return the trigger price in the venue's own row: ccxt loses one that it has made exact."""
    told = (above_zero(optional_exact(info, name)) for name in _TRIGGERS)
    return next((price for price in told if price is not None), None)


def _sizes(row: Row, rules: RowRules) -> tuple[Decimal | None, Decimal]:
    """Return an order's quantity, None if it is not told, and what has executed of it."""
    if rules.sizes is None:
        return optional_exact(row, "amount"), exact(row, "filled")
    whole, executed = rules.sizes
    return optional_exact(info_of(row), whole), exact(info_of(row), executed)


def _leg_of_order(row: Row) -> Leg | None:
    """Return the leg that an order names; None where it names none."""
    info = info_of(row)
    told = str(info.get("positionSide") or info.get("posSide") or "").lower()
    return _LEGS.get(told)


def _leg_of_way(way: Side, *, reduces: bool, hedged: bool) -> Leg:
    """Return the leg of an order that names none: in hedge mode what reduces acts on the other side's."""
    if not hedged:
        return Leg.NET
    return Leg.LONG if (way is Side.BUY) is not reduces else Leg.SHORT


def info_of(row: Row) -> dict[str, Any]:
    """Return the venue's own row inside one of ccxt's."""
    info = row.get("info")
    return info if isinstance(info, dict) else {}


def order_status(row: Row, key: LegKey, rules: RowRules = RowRules()) -> OrderStatus:  # noqa: B008 - frozen
    """Read one order. Without a status or a filled amount it says nothing and is malformed.

    Args:
        row: The order in ccxt's form.
        key: The leg that it was asked for on, which it is on where it names none.
        rules: What the venue's own row tells besides.
    """
    word = text(row, "status")
    amount, filled = _sizes(row, rules)
    if text(row, "symbol") != key.symbol:
        raise SourceMalformed("the order that was told is of another contract than the one asked for")
    return OrderStatus(
        key=LegKey(key.account, key.symbol, _leg_of_order(row) or key.leg),
        order_id=text(row, "id"),
        client_order_id=optional_text(row, "clientOrderId"),
        executed=directed(side(row, rules), filled),
        quantity=above_zero(amount),
        status=word,
        terminal=word in _ENDED,
        average_price=above_zero(optional_exact(row, "average")),
        updated_at=optional_time(row, "lastUpdateTimestamp"),
    )


def fill(row: Row, rules: RowRules = RowRules()) -> Fill:  # noqa: B008 - frozen
    """Read a trade."""
    return Fill(
        trade_id=text(row, "id"),
        order_id=text(row, "order"),
        symbol=text(row, "symbol"),
        quantity=directed(side(row, rules), exact(row, "amount")),
        price=exact(row, "price"),
        at=instant(milliseconds(row, "timestamp")),
    )


def whole_list(listed: list[Row], page: int | None, what: str) -> list[Row]:
    """Return the rows of a list, unless it is as long as a page: then it may be cut off.

    Raises:
        SourceMalformed: It is.
    """
    if page is not None and len(listed) >= page:
        raise SourceMalformed(f"{len(listed)} {what}, as many as one page holds: there may be more")
    return listed
