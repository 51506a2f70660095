"""Numbers and times as bots store them, in whatever type a column has: exact, or refused in words. Pure."""

from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation

from reconciler.ledgers.tables import utc_of

_MILLISECONDS = 10**11
_MICROSECONDS = 10**14
_NANOSECONDS = 10**17
"""From here on a number of that unit is a time after 1973, and one of a larger unit after the year 5000."""

_MOST_DIGITS = 60
"""More than any quantity has; a text of a million digits would be computed with for minutes."""


def number_of(value: object) -> Decimal:
    """Return a stored number exactly as it is written shortest (0.1, not its binary neighbour).

    Raises:
        ValueError: It is no finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(f"{value!r} is no number")  # noqa: TRY004 - it is data, not a programmer's mistake
    text = repr(value) if isinstance(value, float) else str(value).strip()
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text[:60]!r} is no number") from None
    if not number.is_finite() or len(text) > _MOST_DIGITS or abs(number.adjusted()) > _MOST_DIGITS:
        raise ValueError(f"{text[:60]!r} is no number that a position could have")
    return number


def time_of(value: object, zone: tzinfo) -> datetime | None:
    """Return a stored time as aware UTC; None stays None.

    A text or a time without a zone was written in `zone`. A number counts from 1970: seconds, or
    milli-, micro- or nanoseconds, which its size tells apart.

    Raises:
        ValueError: It is no time.
    """
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is no time")  # noqa: TRY004 - it is data, not a programmer's mistake
    if isinstance(value, str) and value.strip().replace(".", "", 1).isdecimal():
        value = number_of(value)
    if isinstance(value, int | float | Decimal):
        return _since_1970(number_of(value))
    try:
        return utc_of(value, zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{str(value)[:60]!r} is no time") from None


def _since_1970(count: Decimal) -> datetime:
    size = abs(count)
    for least, parts in ((_NANOSECONDS, 10**9), (_MICROSECONDS, 10**6), (_MILLISECONDS, 10**3)):
        if size >= least:
            count /= parts
            break
    try:
        return datetime.fromtimestamp(float(count), UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{count} is no time") from None
