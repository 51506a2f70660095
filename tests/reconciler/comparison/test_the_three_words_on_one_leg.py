"""One drawn table: what the bot, the stream and the position list say, and what is found."""

import pytest

from reconciler.facts.expectation import Expectation
from tests.reconciler.accounts import compared, found, leg, listed, merged, pushed, reading, row, utc

# bot        what the ledger believes: signed, `-` for no row, `a..b` for an opening that allows it
# rest       what the list shows: `43@1` at version 1, `43` without a version, `-` left out, `x` it failed
TABLE = """
bot     | websocket | rest  | findings
43      | -         | 43    | agree
43      | 43@2      | -     | agree
43      | 43@2      | 13@1  | agree
43      | 43@2      | 86@3  | quantity_mismatch
43      | 86@3      | 43@2  | quantity_mismatch
43      | 43@2      | x     | agree
43      | -         | x     | unknown
43      | 0@3       | -     | phantom_position
43      | 0@3       | 43@2  | phantom_position
43      | 0@2       | 43@3  | agree
43      | 0@3       | x     | phantom_position
43      | -         | -     | phantom_position
43      | -         | 0@3   | phantom_position
-       | -         | 43    | orphaned_position
-       | 43@2      | -     | orphaned_position
-       | 43@2      | x     | orphaned_position
-       | 0@3       | 43@2  | nothing
-       | -         | -     | nothing
-       | -         | x     | nothing
43      | -         | 86    | quantity_mismatch
43      | -         | 20    | quantity_mismatch
43      | -         | -43   | side_mismatch
-43     | -         | 43    | side_mismatch
-43     | -43@5     | 43@4  | agree
43      | -         | 43.09 | agree
43      | -         | 42.91 | agree
43      | -         | 43.1  | dust
43      | -         | 42.9  | dust
43      | -         | 43.25 | quantity_mismatch
0..43   | -         | -     | agree
0..43   | 43@2      | -     | in flight, quantity_mismatch
0..43   | -         | 86    | quantity_mismatch
0..43   | -         | -43   | side_mismatch
"""

ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()[1:]]


WRITTEN = utc(-60)
"""Before the stream spoke: only then is what it says a word on what the bot wrote down."""


def _bot(word: str) -> list[Expectation]:
    if word == "-":
        return []
    if ".." in word:
        low, high = word.split("..")
        return [row(low, high=high, updated_at=WRITTEN)]
    return [row(word, updated_at=WRITTEN)]


@pytest.mark.parametrize(("bot", "websocket", "rest", "expected"), ROWS)
def test_what_is_found_on_one_leg(bot: str, websocket: str, rest: str, expected: str) -> None:
    pushes = []
    if websocket != "-":
        quantity, version = websocket.split("@")
        pushes.append(pushed(quantity, version=int(version), second=9))
    rows = None
    if rest != "x":
        quantity, _, version = rest.partition("@")
        rows = [] if rest == "-" else [listed(quantity, version=int(version) if version else None)]
    comparison = compared(_bot(bot), merged(reading(rows, second=10), pushes=pushes))
    assert all(view.symbol == leg().symbol for view in comparison.legs)
    verdicts = {view.verdict for view in comparison.legs}
    words = expected.split(", ")
    kinds = [word for word in words if "_" in word]
    assert found(comparison) == kinds
    wanted = next((word for word in words if "_" not in word), "differs")
    assert verdicts == (set() if wanted == "nothing" else {wanted})
