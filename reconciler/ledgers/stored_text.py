"""Text of a bot's database that is no UTF-8: the row is named, and nothing is guessed from the rest of it."""

import re
from collections.abc import Mapping
from typing import Any


class TextUnreadable(Exception):
    """A text in a row is no UTF-8. Its message names table, row and column."""


def lenient(stored: bytes) -> str | bytes:
    """Return a stored text; its bytes where they are none, so that `readable` can name the row."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored


def readable(row: Mapping[str, Any], statement: str) -> dict[str, Any]:
    """Return a row whose texts are text, also where the server gives bytes (an SQL_ASCII database does).

    Raises:
        TextUnreadable: One is no UTF-8. A row is never read without it: it may be the symbol of a position.
    """
    return {
        column: _text(row, column, value, statement) if isinstance(value, bytes) else value
        for column, value in row.items()
    }


def _text(row: Mapping[str, Any], column: str, value: bytes, statement: str) -> str:
    text = lenient(value)
    if isinstance(text, str):
        return text
    table = re.search(r'\bFROM "?(\w+)', statement)
    where = f"`{table[1]}`" if table else "a table"
    which = f"row {row['id']}" if "id" in row else "a row"
    if "ft_trade_id" in row:
        which += f" (of trade {row['ft_trade_id']})"
    shown = value.decode(errors="backslashreplace")[:60]
    raise TextUnreadable(
        f"holds text that is no UTF-8 in {where}, {which}, column `{column}` ({shown}): correct that row"
    )
