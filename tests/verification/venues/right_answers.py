"""What is right of a damaged answer: each judge holds the value that came through against the damage."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.verification.venues.broken_bodies import Broken
from tests.verification.venues.samples import AVL, NET
from verification.facts.account import Fill, RestingOrder
from verification.facts.observation import OrderSeen, PositionSeen, Silence, SourceSilent
from verification.facts.prices import Prices
from verification.venues.position_list import leg_in_list

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)


def numbers(done: Broken, *names: str) -> set[Decimal]:
    """The numbers that a damage has written into fields of these names, as JSON writes numbers."""
    written = [_at(done.body, path) for path in done.changed if path and path[-1] in names]
    return {
        Decimal(str(value))
        for value in written
        if (isinstance(value, str) and _NUMBER.fullmatch(value)) or type(value) in {int, float}
    }


def _at(body: Any, path: Iterable[str | int]) -> Any:
    for step in path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def touched(done: Broken, *names: str | int) -> bool:
    return any(path[-1] in names for path in done.changed if path)


def emptied(done: Broken) -> bool:
    """A documented answer is left: a list without a row that it had."""
    return any(
        _at(done.body, path) == []
        or (path and isinstance(path[-1], int) and f"{'.'.join(map(str, path))} is dropped" in done.what)
        for path in done.changed
    )


def position_is_right(done: Broken, outcome: Any) -> bool:
    seen = leg_in_list(outcome, NET)
    if isinstance(seen, PositionSeen):
        allowed = {Decimal(43)} | numbers(done, "positionAmt", "size")
        return seen.quantity in allowed | {-each for each in allowed if touched(done, "side")}
    assert isinstance(seen, SourceSilent)
    return not seen.complete or emptied(done)


def orders_are_right(orders: tuple[RestingOrder, ...], done: Broken, most: int) -> bool:
    allowed = {Decimal(43), None} | numbers(done, "origQty", "quantity", "qty")
    whole = len(orders) == most or emptied(done)
    sized = all(
        order.quantity in allowed and order.filled <= (order.quantity or 0)
        for order in orders
        if order.quantity
    )
    unsized = all(order.close_position for order in orders if order.quantity is None)
    return whole and sized and unsized and all(order.filled >= 0 for order in orders)


def order_is_right(done: Broken, outcome: Any) -> bool:
    if isinstance(outcome, SourceSilent):
        return outcome.silence is Silence.ABSENT and not outcome.complete
    assert isinstance(outcome, OrderSeen)
    allowed = {Decimal(40), Decimal(43), Decimal(0)} | numbers(
        done, "executedQty", "cumExecQty", "qty", "execQty"
    )
    return abs(outcome.executed) in allowed and (outcome.executed >= 0 or touched(done, "side"))


def fills_are_right(done: Broken, outcome: Any) -> bool:
    fills: tuple[Fill, ...] = outcome
    allowed = {Decimal(43)} | numbers(done, "qty", "execQty")
    kept = len(fills) == 1 or (not fills and (emptied(done) or touched(done, "execType")))
    return kept and all(abs(each.quantity) in allowed and each.symbol == AVL for each in fills)


def markets_are_right(_: Broken, outcome: Any) -> bool:
    return all(
        market.contract_size == 1 and 0 < market.lot_step < 10**12 and 0 < market.price_step < 10**12
        for market in outcome.values()
    )


def prices_are_right(done: Broken, outcome: Any) -> bool:
    """A price is the venue's, or not told; one that is told is of the contract that was asked about."""
    written = numbers(done, "markPrice", "indexPrice", "lastPrice", "price")
    right = {"mark": Decimal("0.2"), "index": Decimal("0.21"), "last": Decimal("0.22")}
    told = outcome.get(AVL, Prices())
    return set(outcome) <= {AVL} and all(
        getattr(told, name) in {None, number} | {each for each in written if each.is_finite() and each > 0}
        for name, number in right.items()
    )


def rights_are_right(done: Broken, outcome: Any) -> bool:
    """A key that may trade and withdraw is never taken for one that may not, unless the venue says so."""
    trades = outcome.trades or touched(done, *RIGHTS, "Order", 0, 1, "ContractTrade")
    return trades and (outcome.withdraws or touched(done, *RIGHTS, "Wallet", 0))


RIGHTS = ("enableFutures", "enableWithdrawals", "enableSpotAndMarginTrading", "readOnly", "permissions")
