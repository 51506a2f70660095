"""A wish to change limits: numbers by the names of a venue's rules."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Rules = TypeVar("Rules", bound="DataclassInstance")


def changed(rules: Rules, wish: Mapping[str, Any]) -> tuple[Rules, dict[str, Any]]:
    """Return the rules as wished, and all of them by name. `rules` is a dataclass of numbers.

    Raises:
        ValueError: There is no rule of that name, or the value is no number above zero.
    """
    present = asdict(rules)
    fields: dict[str, Any] = {}
    for name, value in wish.items():
        if name not in present:
            raise ValueError(f"there is no limit {name!r}: choose of {', '.join(present)}")
        try:
            fields[name] = type(present[name])(value)
        except (TypeError, ValueError):
            fields[name] = 0
        if not fields[name] > 0:
            raise ValueError(f"{name} must be a number above zero")
    return replace(rules, **fields), present | fields
