"""What a ledger counts, by which SELECT and from when on: as people write it, or refused in words."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from reconciler.facts.expectation import ExpectationState

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


def select_of(query: str | None) -> str | None:
    """Return a SELECT without what may stand after it. Raises ValueError for anything else."""
    if query is None:
        return None
    text = query.strip().removesuffix(";").rstrip()
    bare = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL).strip()
    if not re.match(r"(select|with)\b", bare, re.IGNORECASE):
        raise ValueError("is no SELECT: write the one SELECT that returns the bot's positions")
    if ";" in bare:
        raise ValueError("holds a semicolon: write one SELECT and nothing else")
    return text


def state_words(states: dict[str, str]) -> dict[str, str]:
    """Return what a bot's words for states mean. Raises ValueError for a meaning that is none."""
    for word, state in states.items():
        if state not in set(ExpectationState):
            known = ", ".join(ExpectationState)
            raise ValueError(f"says that {word} means {state}, which is no state: known are {known}")
    return states


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
