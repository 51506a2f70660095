"""What an entry has executed that still rests has no stop by design, however its bot keeps its numbers."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reconciler.comparison.working_entry import working_entry
from tests.reconciler.accounts import row, stop
from verification.facts.leg import Side

SENT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("uncovered", "since"),
    [("32", SENT), ("32.00000000000001", SENT), ("31.99999999999999", SENT), ("33", None)],
)
def test_a_float_that_misses_the_number_makes_no_emergency_of_it(
    uncovered: str, since: datetime | None
) -> None:
    working = replace(row(uncovered, high="43", entries=("e1",)), entry_resting_since=SENT)
    entry = replace(stop("e1", Side.BUY, "43", filled="32"), conditional=False, stop_loss=False)
    assert working_entry((entry,), (working,), Decimal(43), Decimal(uncovered)) == since
