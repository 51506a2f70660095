"""Reads single fields of a venue's rows exactly: a missing or inexact one is malformed, never a default."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from verification.clock import microseconds, utc_of
from verification.errors import SourceMalformed
from verification.leg import Side

Row = Mapping[str, Any]
_LAST = microseconds(datetime.max.replace(tzinfo=UTC)) // 1000
"""The last time in ms that a `datetime` can hold."""


def text(row: Row, name: str) -> str:
    """Return a field that must be there, as text.

    Raises:
        SourceMalformed: It is missing or empty.
    """
    value = row.get(name)
    if isinstance(value, str) and value:
        return value
    if value is None or value == "" or isinstance(value, (dict, list, bool)):
        raise SourceMalformed(f"a row has no usable `{name}`: {value!r}")
    return str(value)


def optional_text(row: Row, name: str) -> str | None:
    """Return a field as text, or None where the venue gives none or an empty one."""
    value = row.get(name)
    return None if value is None or value == "" else str(value)


def exact(row: Row, name: str) -> Decimal:
    """Return a number that must be there, exactly as the venue wrote it.

    Raises:
        SourceMalformed: It is missing, no finite number, or has already been rounded to a float.
    """
    return exact_value(row.get(name), name)


def exact_value(value: object, name: str) -> Decimal:
    """Return a value as an exact number; see `exact`."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise SourceMalformed(f"`{name}` is not an exact number: {value!r}")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise SourceMalformed(f"`{name}` is not a number: {value!r}") from None
    if not number.is_finite():
        raise SourceMalformed(f"`{name}` is not a finite number: {value!r}")
    return number


def optional_exact(row: Row, name: str) -> Decimal | None:
    """Return a number, or None where the venue gives none."""
    value = row.get(name)
    return None if value is None or value == "" else exact_value(value, name)


def above_zero(number: Decimal | None) -> Decimal | None:
    """Return a price, or None where the venue writes zero to say that there is none."""
    return number if number is not None and number > 0 else None


def directed(way: Side, amount: Decimal) -> Decimal:
    """Return an unsigned amount signed by its side. Minus is unary, for -1 times 0 is written -0."""
    return amount if way is Side.BUY else -amount


def milliseconds(row: Row, name: str) -> int:
    """Return a time in ms that must be there.

    Raises:
        SourceMalformed: It is missing or no whole number.
    """
    value = row.get(name)
    if type(value) is int:
        return value
    number = exact_value(value, name)
    if number != number.to_integral_value():
        raise SourceMalformed(f"`{name}` is not whole milliseconds: {number}")
    return int(number)


def optional_time(row: Row, name: str) -> datetime | None:
    """Return a time given in ms as aware UTC, or None where it is absent or 0."""
    if row.get(name) in (None, "", 0, "0"):
        return None
    return instant(milliseconds(row, name))


def instant(value: int) -> datetime:
    """Return a time in ms since 1970 as aware UTC.

    Raises:
        SourceMalformed: No such time exists.
    """
    return utc_of(in_microseconds(value))


def in_microseconds(value: int) -> int:
    """Return a time in ms since 1970 in microseconds.

    Raises:
        SourceMalformed: No such time exists.
    """
    if not 0 <= value <= _LAST:
        raise SourceMalformed(f"{value} ms is no time")
    return value * 1000


def flag(row: Row, name: str) -> bool:
    """Return a yes or no; absent is no.

    Raises:
        SourceMalformed: It is something else.
    """
    value = row.get(name)
    if value in (True, "true", "TRUE"):
        return True
    if value in (None, "", False, "false", "FALSE"):
        return False
    raise SourceMalformed(f"`{name}` is neither true nor false: {value!r}")


def rows(answer: object, what: str) -> list[Row]:
    """Return a list of objects.

    Raises:
        SourceMalformed: It is something else.
    """
    if not isinstance(answer, list):
        raise SourceMalformed(f"{what} is not a list of objects")
    for row in answer:
        if not isinstance(row, dict):
            raise SourceMalformed(f"{what} is not a list of objects")
    return answer


def record(answer: object, what: str) -> Row:
    """Return one object.

    Raises:
        SourceMalformed: It is something else.
    """
    if not isinstance(answer, dict):
        raise SourceMalformed(f"{what} is not an object")
    return answer
