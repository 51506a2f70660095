"""Holds an answer against what was asked: nothing in it counts twice, and nothing is of something else."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from verification.facts.account import Position, RestingOrder
from verification.facts.errors import OtherThanAsked, SourceMalformed
from verification.venues.reading.exactness import Row

T = TypeVar("T")


def each_once(found: Iterable[T], identity: Callable[[T], Hashable], what: str) -> tuple[T, ...]:
    """Return what a page tells more than once only once, so that nothing adds up.

    Raises:
        SourceMalformed: It tells two different things of one: nobody can say which is so.
    """
    kept: dict[Hashable, T] = {}
    for each in found:
        if kept.setdefault(identity(each), each) != each:
            raise SourceMalformed(f"{what} tells two different things of {identity(each)}")
    return tuple(kept.values())


def legs_once(positions: Iterable[Position]) -> tuple[Position, ...]:
    """Return the rows of a position list.

    Raises:
        SourceMalformed: A leg occurs twice: which row counts, or whether they add up, nobody can say.
    """
    found = tuple(positions)
    if len({each.key for each in found}) != len(found):
        raise SourceMalformed("the position list names a leg twice")
    return found


def orders_once(orders: Iterable[RestingOrder], symbol: str | None) -> tuple[RestingOrder, ...]:
    """Return each order once: one that counted twice would seem to protect twice as much.

    Raises:
        OtherThanAsked: One is of another symbol than was asked for.
        SourceMalformed: One is told in two ways.
    """
    found = each_once(orders, lambda order: order.order_id, "the list of open orders")
    if symbol is not None and any(order.symbol != symbol for order in found):
        raise OtherThanAsked(f"orders of {symbol} were asked for, and it answers with others")
    return found


def about(row: Row, asked: Mapping[str, Any], **names: str) -> Row:
    """Return an answer that is about what was asked for; `names` are those that differ between the two.

    Raises:
        SourceMalformed: It is about something else.
    """
    for name, value in asked.items():
        told = row.get(names.get(name, name))
        if told is not None and str(told) != str(value):
            raise SourceMalformed(f"asked for {name} {value}, it answers with {str(told)[:60]}")
    return row
