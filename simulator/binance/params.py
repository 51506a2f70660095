"""Reading request parameters the way Binance does: what is missing or malformed gets its code."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from simulator.binance.errors import ApiError

Word = TypeVar("Word", bound=StrEnum)
Params = Mapping[str, str]


def needed(params: Params, name: str) -> str:
    """Return a parameter.

    Raises:
        ApiError: It was not sent.
    """
    value = params.get(name)
    if not value:
        raise ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
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
        parsed = Decimal("NaN")
    if not parsed.is_finite():
        raise ApiError(-1100, f"Illegal characters found in parameter '{name}'.")
    return parsed


def integer(params: Params, name: str) -> int | None:
    """Return an integer parameter; None when it was not sent.

    Raises:
        ApiError: It is no integer.
    """
    value = params.get(name)
    if not value:
        return None
    if not value.isdecimal():
        raise ApiError(-1100, f"Illegal characters found in parameter '{name}'.")
    return int(value)


def flag(params: Params, name: str) -> bool:
    """Return a boolean parameter, false when it was not sent.

    Raises:
        ApiError: It is neither true nor false.
    """
    value = params.get(name, "false").lower()
    if value not in {"true", "false"}:
        raise ApiError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
    return value == "true"


def word(kind: type[Word], params: Params, name: str, default: Word | None = None) -> Word:
    """Return a parameter out of a fixed list.

    Raises:
        ApiError: It is missing with no default, or not in the list.
    """
    if default is not None and not params.get(name):
        return default
    value = needed(params, name).upper()
    try:
        return kind(value)
    except ValueError:
        raise ApiError(-1116, f"Invalid {name}.") from None
