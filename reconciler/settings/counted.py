"""From when on a ledger counts, and what was held before: as people write it, or refused in words."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

_WRITE = 'write amounts in quotes, "0.5" for a long leg and "-0.5" for a short one'
_LONGEST = 40


def aware_time(value: object) -> object:
    """Return a time with its zone. Raises ValueError for one without, or for what is no time."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("is no time: write one like 2026-11-01T00:00:00Z") from None
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise ValueError("is no time of a day: write one like 2026-11-01T00:00:00Z")  # noqa: TRY004 - pydantic's
    if value.tzinfo is None:
        raise ValueError("has no zone: write Z behind it for UTC, as in 2026-11-01T00:00:00Z")
    return value


def held_before(value: object) -> object:
    """Return what was held, by symbol: signed amounts. Raises ValueError for what is none."""
    if not isinstance(value, Mapping):
        return value
    return {str(symbol): _amounts(str(symbol), held) for symbol, held in value.items()}


def _amounts(symbol: str, held: object) -> tuple[Decimal, ...]:
    both = tuple(held) if isinstance(held, list | tuple) else (held,)
    amounts = tuple(_amount(symbol, each) for each in both)
    if len(amounts) == 1 or (len(amounts) == 2 and amounts[0] * amounts[1] < 0):  # noqa: PLR2004 - two legs
        return amounts
    raise ValueError(f"names more than a long and a short leg for {symbol}: {_WRITE}")


def _amount(symbol: str, held: object) -> Decimal:
    # A number of TOML with a point is a binary fraction, which is not what was written.
    if isinstance(held, bool) or not isinstance(held, str | int | Decimal):
        raise ValueError(f"is no exact amount for {symbol}: {_WRITE}")  # noqa: TRY004 - pydantic reports only this one
    text = str(held).strip()
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"is no amount for {symbol}: {_WRITE}") from None
    if not amount.is_finite() or not amount or len(text) > _LONGEST:
        raise ValueError(
            f"is no amount that could be held of {symbol}: {_WRITE}, and leave out what was flat"
        )
    return amount
