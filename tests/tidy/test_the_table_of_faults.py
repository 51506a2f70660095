"""docs/faults.md says which test covers which kind of fault: every test that it names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "faults.md").read_text()


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", TABLE)

    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_row_names_a_test() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| kind of")]

    assert [row for row in rows if "`tests/" not in row and "---" not in row] == []
