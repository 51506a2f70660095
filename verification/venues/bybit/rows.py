"""Reads rows of Bybit v5 answers and pushes, linear contracts: positions, orders, executions.

Field names: Bybit v5 documentation (position info, open orders, order history, trade history). A position's
version is its `seq`, the cross sequence of the last match that changed it, -1 where none ever did. Trades of
one match share it: then what comes later on the stream is the newer.
"""

from decimal import Decimal

from verification.facts.account import Fill, FillCause, Position, RestingOrder
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.prices import PriceKind, Trailing
from verification.venues.dialect import OrderStatus
from verification.venues.reading.exactness import (
    Row,
    above_zero,
    directed,
    exact,
    flag,
    instant,
    milliseconds,
    optional_exact,
    optional_text,
    optional_time,
    text,
)
from verification.venues.reading.markets import Markets

_LEGS = {"0": Leg.NET, "1": Leg.LONG, "2": Leg.SHORT}
_SIDES = {"Buy": Side.BUY, "Sell": Side.SELL}
_STATUSES = {
    "Created": "open",
    "New": "open",
    "PartiallyFilled": "open",
    "Untriggered": "open",
    "Triggered": "open",
    "Active": "open",
    "Filled": "closed",
    "PartiallyFilledCanceled": "canceled",
    "Cancelled": "canceled",
    "Deactivated": "canceled",
    "Rejected": "rejected",
}
_ENDED = frozenset({"closed", "canceled", "rejected"})
_WAITS = "Untriggered"
_WAITING = frozenset({_WAITS, "Triggered"})
_TRAILING = "TrailingStop"
_STOPS = frozenset({"StopLoss", "PartialStopLoss", _TRAILING})
_TARGETS = frozenset({"TakeProfit", "PartialTakeProfit"})
_NO_KIND = frozenset({"", "UNKNOWN"})
_PARTIAL = frozenset({"PartialStopLoss", "PartialTakeProfit"})
# Rows of the list of executions that moved no contract. A kind that is not known may have moved some.
_PAYMENTS = frozenset({"Funding", "Dividend"})
# How the venue says that it sent an order itself (`createType`), or that nobody of the account traded
# (`execType`). A close order of its page or app is one of the account's own.
_CREATED = {
    "CreateByLiq": FillCause.LIQUIDATION,
    "CreateByTakeOver_PassThrough": FillCause.LIQUIDATION,
    "CreateByAdl_PassThrough": FillCause.ADL,
    "CreateBySettle": FillCause.SETTLEMENT,
}
_EXECUTED = {
    "BustTrade": FillCause.LIQUIDATION,
    "AdlTrade": FillCause.ADL,
    "Delivery": FillCause.SETTLEMENT,
    "Settle": FillCause.SETTLEMENT,
}
_BY_HAND, _PAGE = "CreateByClosing", "web page or app"
_RISES, _FALLS = "1", "2"
_WATCHES = {"LastPrice": PriceKind.LAST, "MarkPrice": PriceKind.MARK, "IndexPrice": PriceKind.INDEX}


def leg(row: Row) -> Leg:
    """Return the leg that a `positionIdx` names."""
    value = text(row, "positionIdx")
    if value not in _LEGS:
        raise SourceMalformed(f"`positionIdx` is no leg: {value}")
    return _LEGS[value]


def side(row: Row) -> Side:
    """Return the side of an order, trade or position. A missing one is malformed: a side is never guessed."""
    value = text(row, "side")
    if value not in _SIDES:
        raise SourceMalformed(f"`side` is neither Buy nor Sell: {value}")
    return _SIDES[value]


def status(row: Row) -> str:
    """Return an order's status in ccxt's words; one that is not documented stays as it is, lower case."""
    value = text(row, "orderStatus")
    return _STATUSES.get(value, value.lower())


def ended(word: str) -> bool:
    """Return True for a status that no execution can follow. One that is not documented has not ended."""
    return word in _ENDED


def key_of(row: Row, account: str, markets: Markets) -> LegKey:
    """Return the leg that a position or an order is about."""
    return LegKey(account, markets.symbol_of(text(row, "symbol")), leg(row))


def held(row: Row) -> Decimal:
    """Return the signed contracts of a position row. A flat one has no side and says 0 in so many words."""
    which, size = leg(row), exact(row, "size")
    if size < 0:
        raise SourceMalformed(f"a position of {size} contracts: sizes have no sign")
    if size == 0:
        return Decimal(0)
    signed = directed(side(row), size)
    if (which is Leg.LONG and signed < 0) or (which is Leg.SHORT and signed > 0):
        raise SourceMalformed(f"a {which} leg of {signed} contracts")
    return signed


def version(row: Row) -> int:
    """Return the sequence of the match that made the row what it is; -1 if the contract was never traded."""
    number = exact(row, "seq")
    if number != number.to_integral_value():
        raise SourceMalformed(f"`seq` is no whole number: {number}")
    return int(number)


def position(row: Row, account: str, markets: Markets) -> Position:
    """Read a row of the position list."""
    notional = optional_exact(row, "positionValue")
    partial = optional_text(row, "tpslMode") == "Partial"
    return Position(
        key=key_of(row, account, markets),
        quantity=held(row),
        version=version(row),
        entry_price=above_zero(optional_exact(row, "avgPrice")),
        mark_price=above_zero(optional_exact(row, "markPrice")),
        notional=None if notional is None else abs(notional),
        updated_at=optional_time(row, "updatedTime"),
        # Where stops are set for parts of a position, each is an order of its own, with its own size.
        attached_stop=None if partial else above_zero(optional_exact(row, "stopLoss")),
        liquidation_price=above_zero(optional_exact(row, "liqPrice")),
        trailing=None if above_zero(optional_exact(row, "trailingStop")) is None else _trailing(row),
    )


def _trailing(row: Row) -> Trailing:
    """Read how a position's trailing stop, or an order that names the same fields, follows the price."""
    return Trailing(
        activation=above_zero(optional_exact(row, "activePrice")),
        behind=above_zero(optional_exact(row, "trailingStop")),
    )


def executed(row: Row) -> Decimal:
    """Return what an order has executed so far, in signed contracts.

    Only an order that still waits for its trigger may leave it empty.
    """
    if text(row, "orderStatus") in _WAITING and not row.get("cumExecQty"):
        return Decimal(0)
    return directed(side(row), exact(row, "cumExecQty"))


def order_status(row: Row, account: str, markets: Markets) -> OrderStatus:
    """Read an order. A conditional one keeps its id when it triggers."""
    word, kind = status(row), optional_text(row, "stopOrderType") or ""
    done = executed(row)
    return OrderStatus(
        key=key_of(row, account, markets),
        order_id=text(row, "orderId"),
        client_order_id=optional_text(row, "orderLinkId"),
        executed=done,
        quantity=above_zero(exact(row, "qty")),
        status=word,
        terminal=ended(word),
        average_price=above_zero(optional_exact(row, "avgPrice")),
        updated_at=optional_time(row, "updatedTime"),
        kind=kind if kind not in _NO_KIND else optional_text(row, "orderType") or "",
        cause=cause(row),
        became=text(row, "orderId") if done != 0 else None,
        target=_is_target(row, kind),
        by_hand=row.get("createType") == _BY_HAND,
        hand=_PAGE if row.get("createType") == _BY_HAND else "",
    )


def cause(row: Row) -> FillCause | None:
    """Return why the venue itself sent an order or made a trade; None where it names no such reason."""
    created, traded = optional_text(row, "createType") or "", optional_text(row, "execType") or ""
    return _EXECUTED.get(traded) or _CREATED.get(created)


def resting_order(row: Row, account: str, markets: Markets) -> RestingOrder:
    """Read a row of the list of open orders, which holds the conditional ones too.

    One that has triggered keeps its id, its kind and its trigger price: only its status tells. A stop for the
    whole position has the size 0, or none.
    """
    key, way, kind = key_of(row, account, markets), side(row), optional_text(row, "stopOrderType") or ""
    order_id, quantity = text(row, "orderId"), optional_exact(row, "qty") or Decimal(0)
    trigger, status_word = above_zero(optional_exact(row, "triggerPrice")), text(row, "orderStatus")
    closes_on_trigger = flag(row, "closeOnTrigger")
    whole = closes_on_trigger or (kind in _STOPS | _TARGETS and kind not in _PARTIAL)
    closes_all = whole and quantity == 0
    if quantity <= 0 and not closes_all:
        raise SourceMalformed(f"order {order_id} rests without a quantity")
    if not closes_all and abs(executed(row)) > quantity:
        raise SourceMalformed(f"order {order_id} has executed more than it is for")
    opens = (key.leg is Leg.LONG and way is Side.BUY) or (key.leg is Leg.SHORT and way is Side.SELL)
    direction = optional_text(row, "triggerDirection")
    trailing = _trailing(row) if kind == _TRAILING else None
    conditional = trigger is not None or status_word in _WAITING or kind not in _NO_KIND
    return RestingOrder(
        order_id=order_id,
        client_order_id=optional_text(row, "orderLinkId"),
        symbol=key.symbol,
        leg=key.leg,
        side=way,
        kind=text(row, "orderType").lower(),
        conditional=conditional,
        # A list that lags may show one that was cancelled: it stops nothing.
        stop_loss=not opens and not ended(status(row)) and _is_stop(kind, way, direction),
        quantity=None if closes_all else quantity,
        filled=abs(executed(row)),
        price=above_zero(optional_exact(row, "price")),
        trigger_price=trigger,
        # In hedge mode an order against its leg can only make the leg smaller, flag or none.
        reduce_only=flag(row, "reduceOnly")
        or closes_on_trigger
        or closes_all
        or (key.leg is not Leg.NET and not opens),
        close_position=closes_all,
        created_at=optional_time(row, "createdTime"),
        triggered=conditional and status_word != _WAITS,
        # One that follows falls with the price if it sells. The other way it waits to be activated.
        dormant=trailing is not None and (direction, way) in {(_RISES, Side.SELL), (_FALLS, Side.BUY)},
        watches=_WATCHES.get(optional_text(row, "triggerBy") or ""),
        trailing=trailing,
        nature_told=not conditional or kind in _STOPS | _TARGETS or direction in {_RISES, _FALLS},
    )


def _is_stop(kind: str, way: Side, direction: str | None) -> bool:
    """Tell a stop loss from a take-profit: by the venue's word, else by which way the price must go."""
    if kind in _STOPS or kind in _TARGETS:
        return kind in _STOPS
    return (direction, way) in {(_FALLS, Side.SELL), (_RISES, Side.BUY)}


def _is_target(row: Row, kind: str) -> bool:
    """Tell a take-profit: by the venue's word, else as a closing order whose price must go the good way."""
    if kind in _STOPS or kind in _TARGETS:
        return kind in _TARGETS
    if not flag(row, "reduceOnly"):
        return False
    return (optional_text(row, "triggerDirection"), side(row)) in {(_RISES, Side.SELL), (_FALLS, Side.BUY)}


def moved(row: Row) -> bool:
    """Return True for an execution that changed a position: a trade, a liquidation, a delivery."""
    return text(row, "execType") not in _PAYMENTS


def leg_of_execution(row: Row, *, hedged: bool) -> Leg | None:
    """Return the leg that an execution is about, which it does not name; None where that cannot be told.

    In hedge mode an order opens or closes one leg, and `closedSize` tells which it did. The documentation
    shows it empty too.
    """
    if not hedged:
        return Leg.NET
    closed = optional_exact(row, "closedSize")
    if closed is None:
        return None
    opened_by, closed_by = (Leg.LONG, Leg.SHORT) if side(row) is Side.BUY else (Leg.SHORT, Leg.LONG)
    return closed_by if closed > 0 else opened_by


def fill(row: Row, markets: Markets) -> Fill:
    """Read a row of the account's executions."""
    return Fill(
        trade_id=text(row, "execId"),
        order_id=text(row, "orderId"),
        symbol=markets.symbol_of(text(row, "symbol")),
        quantity=directed(side(row), exact(row, "execQty")),
        price=exact(row, "execPrice"),
        at=instant(milliseconds(row, "execTime")),
        cause=cause(row),
    )
