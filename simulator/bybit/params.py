"""Reading request parameters the way Bybit does: whatever is wrong with one is code 10001."""

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from simulator.bybit.context import Params
from simulator.bybit.errors import ApiError

Word = TypeVar("Word", bound=StrEnum)


def wrong(name: str) -> ApiError:
    """Return the refusal of a parameter."""
    return ApiError(10001, f"params error: {name} invalid")


def needed(params: Params, name: str) -> str:
    """Return a parameter.

    Raises:
        ApiError: It was not sent.
    """
    value = params.get(name)
    if not value:
        raise wrong(name)
    return value


def number(params: Params, name: str) -> Decimal | None:
    """Return a decimal parameter; None when it was not sent.

    Raises:
        ApiError: It is no number.
    """
    value = params.get(name)
    if not value:
        return None
    try:
        parsed = Decimal(value)
    except InvalidOperation:
        raise wrong(name) from None
    if not parsed.is_finite():
        raise wrong(name)
    return parsed


def integer(params: Params, name: str, default: int) -> int:
    """Return a whole number.

    Raises:
        ApiError: It is none.
    """
    value = params.get(name)
    if not value:
        return default
    if not value.isdecimal():
        raise wrong(name)
    return int(value)


def chosen(choices: dict[str, Word], params: Params, name: str, default: str | None = None) -> Word:
    """Return what a word of Bybit's stands for.

    Raises:
        ApiError: It is missing with no default, or not one of the words.
    """
    value = params.get(name) or default
    if value is None or value not in choices:
        raise wrong(name)
    return choices[value]
