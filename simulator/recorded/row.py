"""One row of a recorded account: its fields read exactly, or refused with the place and the remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from simulator.engine.order import PositionSide, Side

Word = TypeVar("Word", bound=StrEnum)


class BadState(Exception):
    """A state file cannot be used. The message says what, where, and what was expected."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row and where it stands (`file: open_orders[2]`)."""

    where: str
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a field as text.

        Raises:
            BadState: It is missing.
        """
        value = self.fields.get(name)
        if value is None or value == "":
            raise BadState(f"{self.where}: `{name}` is missing")
        return str(value)

    def maybe(self, name: str, default: str) -> Decimal:
        """Return a number, or the default where the field is absent or null.

        Raises:
            BadState: It is no number.
        """
        value = self.fields.get(name)
        try:
            number = Decimal(str(default if value is None else value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise BadState(f"{self.where}: `{name}` must be a number, not {value!r}")
        return number

    def number(self, name: str) -> Decimal:
        """Return a positive number.

        Raises:
            BadState: It is missing, no number, or not positive.
        """
        self.text(name)
        number = self.maybe(name, "0")
        if number <= 0:
            raise BadState(f"{self.where}: `{name}` must be more than zero, not {number}")
        return number

    def id(self) -> int:
        """Return the id.

        Raises:
            BadState: It is missing or no whole number.
        """
        text = self.text("id")
        if not text.isdecimal():
            raise BadState(f"{self.where}: `id` must be a whole number, not {text!r}")
        return int(text)

    def word(self, kind: type[Word], name: str) -> Word:
        """Return a field out of a fixed list, in either case.

        Raises:
            BadState: It is missing or not in the list.
        """
        text = self.text(name).upper()
        try:
            return kind(text)
        except ValueError:
            allowed = ", ".join(word.value.lower() for word in kind)
            raise BadState(f"{self.where}: `{name}` must be one of {allowed}, not {text.lower()!r}") from None

    @property
    def side(self) -> Side:
        """Return buy or sell.

        Raises:
            BadState: It is neither.
        """
        return self.word(Side, "side")

    def position_side(self, *, hedge: bool) -> PositionSide:
        """Return which position an order concerns. Without `positionSide`, a reducing sell concerns the long.

        Raises:
            BadState: It is not one of the three.
        """
        if not hedge:
            return PositionSide.BOTH
        if self.fields.get("positionSide"):
            return self.word(PositionSide, "positionSide")
        opens_long = (self.side is Side.BUY) != bool(self.fields.get("reduceOnly"))
        return PositionSide.LONG if opens_long else PositionSide.SHORT
