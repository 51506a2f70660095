"""Lists page by page, the way Bybit cuts them: a cursor in each page, and seldom a last one."""

from enum import Enum, auto
from typing import Any

from simulator.bybit.context import Params
from simulator.bybit.params import integer, wrong

_MARK = "page%3A"  # cursors come percent-encoded, and are sent back as they came


class Last(Enum):
    """What the cursor of the last page with rows is. The documentation's examples show the first two."""

    EMPTY = auto()
    ONWARD = auto()  # to a page without rows, whose cursor is empty
    BACK = auto()  # to that very page, for ever: nautechsystems/nautilus_trader#5019 met it in order/history


def page(
    rows: list[dict[str, Any]], params: Params, *, usual: int, most: int, last: Last = Last.EMPTY
) -> dict[str, Any]:
    """Return the page that is asked for.

    Raises:
        ApiError: The limit or the cursor is wrong.
    """
    limit = integer(params, "limit", usual)
    if not 1 <= limit <= most:
        raise wrong("limit")
    cursor = params.get("cursor", "").replace("%3A", ":")
    start = 0
    if cursor:
        tail = cursor.removeprefix("page:")
        if tail == cursor or not tail.isdecimal():
            raise wrong("cursor")
        start = int(tail)
    end = start + limit
    more, shown = end < len(rows), rows[start:end]
    onward = more or (bool(shown) and last is Last.ONWARD)
    back = bool(shown) and not more and last is Last.BACK
    following = f"{_MARK}{end}" if onward else f"{_MARK}{start}" if back else ""
    return {"category": "linear", "list": shown, "nextPageCursor": following}
