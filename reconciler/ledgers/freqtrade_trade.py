"""One trade of freqtrade and its orders, as an expectation. Pure: rows in, value out.

What the columns mean (freqtrade 2023.10 to 2026.9, seen in databases it wrote):

* `trades.amount` is base currency and counts finished orders only. What an order that still rests has filled
  is in `orders.filled`.
* `trades.amount_precision` is ccxt's for the market, so in contracts; `trades.contract_size` is base currency
  in one of them. Amounts are truncated to it before they are sent.
* `trades.is_open` says that the trade lives, not that there is a position.
* A stop just placed at some venues has its id and nothing else: everything else may be NULL for a while.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    OrderRole,
    StopPolicy,
)
from reconciler.ledgers.tables import utc_of

DECIMAL_PLACES = 2
SIGNIFICANT_DIGITS = 3
"""ccxt's precision modes; what is neither is a tick size."""

FINEST = Decimal("1E-8")
"""The step where the trade names none: finer than any venue's lot, coarser than a float's noise."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Orders:
    entries: tuple[Row, ...]
    exits: tuple[Row, ...]
    stops: tuple[Row, ...]


def expectation_of(
    ledger: str, trade: Row, orders: Sequence[Row], *, policy: StopPolicy, zone: tzinfo
) -> Expectation:
    """Return what one trade means.

    The low bound does not allow for a resting stop that may have fired: on a flat venue that would make
    every position with a stop look in flight, a lost exit too. Whoever compares knows the stops' ids and
    whether they still rest, which tells the two apart.

    Args:
        ledger: The ledger's name in the settings.
        trade: A row of `trades`.
        orders: Its rows of `orders`, oldest first.
        policy: Where its strategy keeps stops.
        zone: In which naive times were written.

    Raises:
        ValueError: A number or time that is none.
    """
    short = bool(trade["is_short"])
    sorted_orders = _sorted(orders, short=short)
    alive = bool(trade["is_open"])
    amount = exact(trade["amount"])
    open_entries = _resting(sorted_orders.entries)
    open_exits = _resting(sorted_orders.exits)
    open_stops = _resting(sorted_orders.stops)
    gone = _filled(open_exits) + _filled(open_stops)
    expected = max(Decimal(0), amount + _filled(open_entries) - gone) if alive else Decimal(0)
    low = max(Decimal(0), expected - _left(open_exits)) if alive else Decimal(0)
    high = expected + _left(open_entries) if alive else Decimal(0)
    return Expectation(
        ledger=ledger,
        row_id=str(trade["id"]),
        symbol=str(trade["pair"]),
        direction=Direction.SHORT if short else Direction.LONG,
        unit_size=Decimal(1),
        expected=expected,
        expected_low=low,
        expected_high=high,
        step=step_of(trade, amount),
        state=_state(alive=alive, amount=amount, entries=open_entries, exits=open_exits),
        entry_order_ids=_ids(sorted_orders.entries),
        exit_order_ids=_ids(sorted_orders.exits),
        stop_order_ids=_ids(open_stops),
        stop_price=_stop_price(trade, open_stops),
        stop_policy=policy,
        entry_resting_since=_oldest(open_entries, zone),
        orders=tuple(_believed(order, short=short, zone=zone) for order in orders),
        opened_at=utc_of(trade["open_date"], zone),
        entered_at=_entered(sorted_orders.entries, zone),
        updated_at=last_activity([trade], orders, zone),
        entry_price=_entry_price(trade, amount) if alive else None,
    )


def last_activity(trades: Sequence[Row], orders: Sequence[Row], zone: tzinfo) -> datetime | None:
    """Return the newest time that the rows name, aware UTC; None if they name none.

    `close_date` is not among them: the bot takes it from an order's time, which it may have read back from
    PostgreSQL without its zone, so that it is off by the zone once more. The order's own update is not.
    """
    times = [utc_of(trade["open_date"], zone) for trade in trades]
    times += [
        utc_of(order[column], zone) for order in orders for column in ("order_date", "order_update_date")
    ]
    return max((time for time in times if time is not None), default=None)


def last_renewal(orders: Iterable[Row], zone: tzinfo) -> datetime | None:
    """Return when an open order was last renewed, aware UTC; None where none is open.

    The bot asks for each of its open orders once a loop and writes down that it has. One that it has only
    just sent has the time at which it was sent. With no order open a loop writes nothing.
    """
    times = [
        utc_of(order[column], zone)
        for order in orders
        if order["ft_is_open"]
        for column in ("order_date", "order_update_date")
    ]
    return max((time for time in times if time is not None), default=None)


def exact(value: object) -> Decimal:
    """Return a stored number exactly as it is written shortest (0.1, not its binary neighbour).

    Raises:
        ValueError: It is no finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{value!r} is no number")  # noqa: TRY004 - it is data, not a programmer's mistake
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{value!r} is no finite number")
    return number


def step_of(trade: Row, amount: Decimal) -> Decimal:
    """Return the step that the trade's amounts were truncated to when it was opened, in base currency."""
    precision = trade["amount_precision"]
    if precision is None or exact(precision) < 0:
        return FINEST
    stored = trade["contract_size"]
    size = exact(stored) if stored else Decimal(1)
    mode = trade["precision_mode"]
    if mode == DECIMAL_PLACES:
        return Decimal(1).scaleb(-int(precision)) * size
    if mode == SIGNIFICANT_DIGITS:
        contracts = amount / size
        return Decimal(1).scaleb(contracts.adjusted() - int(precision) + 1) * size if amount else FINEST
    return exact(precision) * size or FINEST


def _sorted(orders: Sequence[Row], *, short: bool) -> _Orders:
    def of(role: OrderRole) -> tuple[Row, ...]:
        return tuple(order for order in orders if _role(order, short=short) is role)

    return _Orders(of(OrderRole.ENTRY), of(OrderRole.EXIT), of(OrderRole.STOP))


def _role(order: Row, *, short: bool) -> OrderRole:
    if order["ft_order_side"] == "stoploss":
        return OrderRole.STOP
    return OrderRole.ENTRY if order["ft_order_side"] == ("sell" if short else "buy") else OrderRole.EXIT


def _believed(order: Row, *, short: bool, zone: tzinfo) -> BelievedOrder:
    """Return an order as the bot has it: what it has down as filled is in the amount, finished or not."""
    return BelievedOrder(
        role=_role(order, short=short),
        order_id=str(order["order_id"]),
        client_order_id=None,
        size=_size(order),
        booked=_filled_of(order),
        resting=bool(order["ft_is_open"]),
        sent_at=utc_of(order["order_date"], zone),
    )


def _resting(orders: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(order for order in orders if order["ft_is_open"])


def _filled(orders: Sequence[Row]) -> Decimal:
    return sum((_filled_of(order) for order in orders), Decimal(0))


def _filled_of(order: Row) -> Decimal:
    # NULL until the bot's first look at the order: it knows of nothing filled.
    return Decimal(0) if order["filled"] is None else exact(order["filled"])


def _left(orders: Sequence[Row]) -> Decimal:
    return sum((max(Decimal(0), _size(order) - _filled_of(order)) for order in orders), Decimal(0))


def _size(order: Row) -> Decimal:
    return exact(order["ft_amount"] if order["amount"] is None else order["amount"])


def _state(*, alive: bool, amount: Decimal, entries: Sequence[Row], exits: Sequence[Row]) -> ExpectationState:
    if not alive:
        return ExpectationState.CLOSED
    if exits:
        return ExpectationState.CLOSING
    if amount == 0:
        return ExpectationState.OPENING if entries else ExpectationState.FAILED
    return ExpectationState.OPEN


def _ids(orders: Sequence[Row]) -> tuple[str, ...]:
    return tuple(str(order["order_id"]) for order in orders)


def _entry_price(trade: Row, amount: Decimal) -> Decimal | None:
    """Return the mean rate of its entries; before any is booked the column holds what was asked for."""
    rate = None if trade["open_rate"] is None else exact(trade["open_rate"])
    return rate if rate is not None and rate > 0 and amount else None


def _stop_price(trade: Row, stops: Sequence[Row]) -> Decimal | None:
    """Return the newest resting stop's price, else the price the bot watches itself."""
    wanted = trade["stop_loss"]
    if stops:
        newest = stops[-1]
        wanted = newest["ft_price"] if newest["stop_price"] is None else newest["stop_price"]
    return exact(wanted) if wanted else None


def _entered(entries: Sequence[Row], zone: tzinfo) -> datetime | None:
    """Return when the last entry that executed anything was done; None while one is not, or tells no time."""
    times = [utc_of(entry["order_filled_date"], zone) for entry in entries if _filled_of(entry) > 0]
    known = [time for time in times if time is not None]
    return max(known) if known and len(known) == len(times) else None


def _oldest(entries: Sequence[Row], zone: tzinfo) -> datetime | None:
    times = [utc_of(entry["order_date"], zone) for entry in entries]
    return min((time for time in times if time is not None), default=None)
