"""The columns that a SELECT may return, and what is told of one that is missing or not known. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

COLUMNS = {
    "symbol": "the symbol, as ccxt or the exchange writes it: BTC/USDT:USDT or BTCUSDT",
    "quantity": "what the bot believes it holds: signed, or unsigned beside `side`",
    "side": "long or short, buy or sell",
    "state": "opening, open, closing, closed or failed, or a word that `states` explains",
    "id": "what tells one row from another, for ever",
    "quantity_low": "the least that its orders in flight allow, unsigned",
    "quantity_high": "the most that its orders in flight allow, unsigned",
    "opened_at": "when it was opened",
    "updated_at": "when the bot last wrote to the row",
    "entry_order_ids": "the exchange's ids of its entries, with commas between them",
    "exit_order_ids": "the exchange's ids of its exits, with commas between them",
    "stop_order_ids": "the exchange's ids of its resting stops, with commas between them",
    "entry_client_id": "the bot's own id of its entry",
    "exit_client_id": "the bot's own id of its exit",
    "stop_price": "where its stop is to be",
    "entry_price": "the mean price at which it was entered",
    "exchange": "the exchange, as ccxt or the bot names it, where the table has several",
}
"""What each means."""

NEEDED = ("symbol", "quantity")


def wrong_columns(names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the columns of a SELECT, one clause for each."""
    given = [name.lower() for name in names]
    for name, times in Counter(given).items():
        if times > 1:
            yield f"has the column `{name}` {times} times: keep one"
        elif name not in COLUMNS:
            near = get_close_matches(name, COLUMNS, n=1)
            fix = f"did you mean `{near[0]}`?" if near else f"leave it out; known are {', '.join(COLUMNS)}"
            yield f"has a column `{name}` that means nothing here: {fix}"
    for name in NEEDED:
        if name not in given:
            yield f"has no column `{name}` ({COLUMNS[name]}): write `... AS {name}`"
