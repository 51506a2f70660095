"""Reads single fields of a venue's rows exactly: a missing or inexact one is malformed, never a default."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from verification.facts.clock import utc_of
from verification.facts.errors import SourceMalformed
from verification.facts.leg import Side
from verification.venues.reading.plausible import FIRST_MS, LAST_MS, NUMBER, implausible

Row = Mapping[str, Any]


def text(row: Row, name: str) -> str:
    """Return a field that must be there, as text.

    Raises:
        SourceMalformed: It is missing or empty.
    """
    found = optional_text(row, name)
    if found is None:
        raise SourceMalformed(f"a row has no usable `{name}`: {row.get(name)!r}")
    return found


def optional_text(row: Row, name: str) -> str | None:
    """Return a field as text, or None where the venue gives none or an empty one.

    Raises:
        SourceMalformed: It is neither text nor a whole number, or has space around it.
    """
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value == value.strip():
        return value
    if type(value) is int:
        return str(value)
    raise SourceMalformed(f"a row has no usable `{name}`: {str(value)[:60]!r}")


def exact(row: Row, name: str) -> Decimal:
    """Return a number that must be there, exactly as the venue wrote it.

    Raises:
        SourceMalformed: It is missing, no number as JSON writes one, has already been rounded to a float, or
            is one that no venue can mean (see `plausible`).
    """
    return exact_value(row.get(name), name)


def exact_value(value: object, name: str) -> Decimal:
    """Return a value as an exact number; see `exact`."""
    if isinstance(value, str):
        if NUMBER.fullmatch(value) is None:
            raise SourceMalformed(f"`{name}` is not a number: {value[:60]!r}")
        number = Decimal(value)
    elif type(value) is int or isinstance(value, Decimal):
        number = Decimal(value)
    else:
        raise SourceMalformed(f"`{name}` is not an exact number: {str(value)[:60]!r}")
    why = implausible(number, name)
    if why is not None:
        raise SourceMalformed(f"`{name}` is {str(value)[:60]}: {why}")
    return number


def optional_exact(row: Row, name: str) -> Decimal | None:
    """Return a number, or None where the venue gives none."""
    value = row.get(name)
    return None if value is None or value == "" else exact_value(value, name)


def above_zero(number: Decimal | None) -> Decimal | None:
    """Return a price, or None where the venue writes zero to say that there is none."""
    return number if number is not None and number > 0 else None


def directed(way: Side, amount: Decimal) -> Decimal:
    """Return an unsigned amount signed by its side. Minus is unary, for -1 times 0 is written -0.

    Raises:
        SourceMalformed: It has a sign of its own: which of the two would count is anybody's guess.
    """
    if amount < 0:
        raise SourceMalformed(f"an amount of {amount} beside a side: amounts have no sign")
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
    if row.get(name) in (None, ""):
        return None
    at = milliseconds(row, name)
    return instant(at) if at else None


def instant(value: int) -> datetime:
    """Return a time in ms since 1970 as aware UTC.

    Raises:
        SourceMalformed: It is outside `plausible.FIRST_MS` to `LAST_MS`, as seconds or microseconds are.
    """
    return utc_of(in_microseconds(value))


def in_microseconds(value: int) -> int:
    """Return a time in ms since 1970 in microseconds.

    Raises:
        SourceMalformed: It is outside `plausible.FIRST_MS` to `LAST_MS`, as seconds or microseconds are.
    """
    if not FIRST_MS <= value <= LAST_MS:
        raise SourceMalformed(f"{value} ms is no time that a venue can mean")
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


def ms_of(at: datetime) -> int:
    """Return a time, aware, as the venues count it: whole milliseconds since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
