"""Text, quantities and times as a terminal is given them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal


def printable(text: str) -> str:
    """Return text that came from outside on one line, without what a terminal would take for a command."""
    return "".join(char if char.isprintable() else " " for char in text)


def quantity(value: Decimal | None) -> str:
    """Return a quantity as a person writes it; `-` where there is none."""
    if value is None:
        return "-"
    return format(value.normalize() if value else Decimal(0), "f")


def moment(at: datetime | None) -> str:
    """Return a time to the second, in UTC; `-` where there is none."""
    return "-" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table, each column as wide as its widest cell; none for no rows."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
