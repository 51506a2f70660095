"""Lists page by page, the way Bybit cuts them: a cursor in each page, empty in the last."""

from typing import Any

from simulator.bybit.context import Params
from simulator.bybit.params import integer, wrong

_MARK = "page%3A"  # cursors come percent-encoded, and are sent back as they came


def page(rows: list[dict[str, Any]], params: Params, *, usual: int, most: int) -> dict[str, Any]:
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
    following = f"{_MARK}{end}" if end < len(rows) else ""
    return {"category": "linear", "list": rows[start:end], "nextPageCursor": following}
