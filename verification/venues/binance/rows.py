"""Reads rows of Binance USD-M futures answers: positions, orders, conditional orders, trades.

Field names: Binance USD-M futures REST documentation.
"""

from decimal import Decimal

from verification.facts.account import Fill, Position, RestingOrder
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.prices import PriceKind, Trailing
from verification.venues.binance.senders import cause, page
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

POSITION_SIDES = {"BOTH": Leg.NET, "LONG": Leg.LONG, "SHORT": Leg.SHORT}
_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
_STATUSES = {
    "NEW": "open",
    "PARTIALLY_FILLED": "open",
    "FILLED": "closed",
    "CANCELED": "canceled",
    "REJECTED": "rejected",
    "EXPIRED": "expired",
    "EXPIRED_IN_MATCH": "expired",
}
_ALGO_STATUSES = {
    "NEW": "open",
    "TRIGGERING": "open",
    "TRIGGERED": "open",
    "FINISHED": "closed",
    "CANCELED": "canceled",
    "REJECTED": "rejected",
    "EXPIRED": "expired",
}
_ENDED = frozenset({"closed", "canceled", "rejected", "expired"})
_TRAILING = "TRAILING_STOP_MARKET"
_STOP_KINDS = frozenset({"STOP", "STOP_MARKET", _TRAILING})
TARGET_KINDS = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_MARKET"})
_CONDITIONAL_KINDS = _STOP_KINDS | TARGET_KINDS
# A conditional order in one of these has left its trigger behind: what came of it is at the matching engine.
_TRIGGERED = frozenset({"TRIGGERING", "TRIGGERED", "FINISHED"})
_WATCHES = {"CONTRACT_PRICE": PriceKind.LAST, "MARK_PRICE": PriceKind.MARK}
_PERCENT = Decimal(100)


def leg(row: Row, name: str) -> Leg:
    """Return the leg that a `positionSide` names."""
    return leg_of(text(row, name), name)


def leg_of(value: str, name: str) -> Leg:
    """Return the leg that a `positionSide` named `name` says."""
    which = POSITION_SIDES.get(value)
    if which is None:
        raise SourceMalformed(f"`{name}` is no position side: {value}")
    return which


def side(row: Row, name: str) -> Side:
    """Return the side of an order or trade. A missing one is malformed: a side is never guessed."""
    value = text(row, name)
    if value not in _SIDES:
        raise SourceMalformed(f"`{name}` is no side: {value}")
    return _SIDES[value]


def status(row: Row, name: str) -> str:
    """Return an order's status in ccxt's words; one that is not documented stays as it is, lower case."""
    value = text(row, name)
    return _STATUSES.get(value, value.lower())


def algo_status(row: Row, name: str) -> str:
    """Return a conditional order's status in ccxt's words."""
    value = text(row, name)
    return _ALGO_STATUSES.get(value, value.lower())


def ended(word: str) -> bool:
    """Return True for a status that no execution can follow. One that is not documented has not ended."""
    return word in _ENDED


def signed(amount: Decimal, which: Leg) -> Decimal:
    """Return a position amount in signed contracts: the short leg is negative, whatever the venue's sign."""
    if which is Leg.LONG and amount < 0:
        raise SourceMalformed(f"a long leg of {amount} contracts")
    return -abs(amount) if which is Leg.SHORT else amount


def position(row: Row, account: str, markets: Markets) -> Position:
    """Read a row of the position list (v3). `updateTime` 0 means that the leg was never traded."""
    which = leg(row, "positionSide")
    changed = milliseconds(row, "updateTime")
    notional = optional_exact(row, "notional")
    return Position(
        key=markets.key_of(account, text(row, "symbol"), which),
        quantity=signed(exact(row, "positionAmt"), which),
        version=changed or None,
        entry_price=above_zero(optional_exact(row, "entryPrice")),
        mark_price=above_zero(optional_exact(row, "markPrice")),
        notional=None if notional is None else abs(notional),
        updated_at=instant(changed) if changed else None,
        liquidation_price=above_zero(optional_exact(row, "liquidationPrice")),
    )


def resting_order(row: Row, markets: Markets) -> RestingOrder:
    """Read a row of the list of open orders.

    An order that a stop has become says so: its kind is that of an ordinary order, and its first kind the
    stop's. It keeps the stop's trigger price.
    """
    kind, first = text(row, "type"), optional_text(row, "origType")
    became = first in _CONDITIONAL_KINDS and kind not in _CONDITIONAL_KINDS
    return _resting(
        row,
        markets,
        order_id=text(row, "orderId"),
        client_id=optional_text(row, "clientOrderId"),
        kind=kind,
        first=first if became and first is not None else kind,
        quantity=exact(row, "origQty"),
        filled=exact(row, "executedQty"),
        # The venue writes nonsense there for a trailing stop.
        trigger=None if kind == _TRAILING else above_zero(optional_exact(row, "stopPrice")),
        callback="priceRate",
        triggered=became,
        created="time" if "time" in row else "updateTime",
    )


def resting_algo_order(row: Row, markets: Markets) -> RestingOrder:
    """Read a row of the list of open conditional (algo) orders. Until it triggers nothing has executed."""
    word = optional_text(row, "algoStatus") or "NEW"
    return _resting(
        row,
        markets,
        order_id=text(row, "algoId"),
        client_id=optional_text(row, "clientAlgoId"),
        kind=text(row, "orderType"),
        first=text(row, "orderType"),
        quantity=optional_exact(row, "quantity"),
        filled=Decimal(0),
        trigger=above_zero(optional_exact(row, "triggerPrice")),
        callback="callbackRate",
        triggered=word in _TRIGGERED,
        gone=word not in _TRIGGERED and ended(_ALGO_STATUSES.get(word, "")),
        created="createTime",
    )


def _resting(
    row: Row,
    markets: Markets,
    *,
    order_id: str,
    client_id: str | None,
    kind: str,
    first: str,
    quantity: Decimal | None,
    filled: Decimal,
    trigger: Decimal | None,
    callback: str,
    triggered: bool,
    gone: bool = False,
    created: str,
) -> RestingOrder:
    which, way = leg(row, "positionSide"), side(row, "side")
    closes_all = flag(row, "closePosition")
    if not closes_all and (quantity is None or quantity <= 0):
        raise SourceMalformed(f"order {order_id} rests without a quantity")
    if quantity is not None and not closes_all and filled > quantity:
        raise SourceMalformed(f"order {order_id} has executed more than it is for")
    conditional = first in _CONDITIONAL_KINDS or trigger is not None
    opens = (which is Leg.LONG and way is Side.BUY) or (which is Leg.SHORT and way is Side.SELL)
    return RestingOrder(
        order_id=order_id,
        client_order_id=client_id,
        symbol=markets.symbol_of(text(row, "symbol")),
        leg=which,
        side=way,
        kind=kind.lower(),
        conditional=conditional,
        # A list that lags may show one that was cancelled: it stops nothing.
        stop_loss=first in _STOP_KINDS and not opens and not gone,
        quantity=None if closes_all else quantity,
        filled=filled,
        price=above_zero(optional_exact(row, "price")),
        trigger_price=trigger,
        # In hedge mode an order against its leg can only make the leg smaller; the venue takes no flag there.
        reduce_only=flag(row, "reduceOnly") or closes_all or (which is not Leg.NET and not opens),
        close_position=closes_all,
        created_at=optional_time(row, created),
        # Nothing of a conditional order executes before its trigger is hit.
        triggered=conditional and (triggered or filled > 0),
        watches=_WATCHES.get(optional_text(row, "workingType") or ""),
        trailing=_trailing(row, callback) if first == _TRAILING else None,
    )


def order_status(row: Row, account: str, markets: Markets) -> OrderStatus:
    """Read an ordinary order."""
    word = status(row, "status")
    kind = optional_text(row, "origType") or optional_text(row, "type") or ""
    return OrderStatus(
        key=_key(row, account, markets),
        order_id=text(row, "orderId"),
        client_order_id=optional_text(row, "clientOrderId"),
        executed=directed(side(row, "side"), exact(row, "executedQty")),
        quantity=None if flag(row, "closePosition") else exact(row, "origQty"),
        status=word,
        terminal=ended(word),
        average_price=above_zero(optional_exact(row, "avgPrice")),
        updated_at=optional_time(row, "updateTime"),
        kind=kind,
        cause=cause(row),
        target=kind in TARGET_KINDS,
        by_hand=bool(page(row)),
        hand=page(row),
    )


def algo_order_status(row: Row, account: str, markets: Markets) -> OrderStatus:
    """Read a conditional (algo) order that has become no order: nothing of it has executed."""
    word = algo_status(row, "algoStatus")
    if word == "closed":
        raise SourceMalformed("a conditional order is finished without the order it became")
    kind = text(row, "orderType")
    return OrderStatus(
        key=_key(row, account, markets),
        order_id=text(row, "algoId"),
        client_order_id=optional_text(row, "clientAlgoId"),
        executed=Decimal(0),
        quantity=above_zero(optional_exact(row, "quantity")),
        status=word,
        terminal=ended(word),
        average_price=None,
        updated_at=optional_time(row, "updateTime"),
        kind=kind,
        target=kind in TARGET_KINDS,
    )


def _key(row: Row, account: str, markets: Markets) -> LegKey:
    return LegKey(account, markets.symbol_of(text(row, "symbol")), leg(row, "positionSide"))


def _trailing(row: Row, callback: str) -> Trailing:
    percent = above_zero(optional_exact(row, callback))
    return Trailing(
        activation=above_zero(optional_exact(row, "activatePrice")),
        rate=None if percent is None else percent / _PERCENT,
    )


def fill(row: Row, markets: Markets) -> Fill:
    """Read a row of the account's trades."""
    return Fill(
        trade_id=text(row, "id"),
        order_id=text(row, "orderId"),
        symbol=markets.symbol_of(text(row, "symbol")),
        quantity=directed(side(row, "side"), exact(row, "qty")),
        price=exact(row, "price"),
        at=instant(milliseconds(row, "time")),
        leg=POSITION_SIDES.get(optional_text(row, "positionSide") or ""),
    )
