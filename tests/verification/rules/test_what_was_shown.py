"""From which version on a zero closes a position: never from one that an earlier position had."""

from decimal import Decimal

import pytest

from tests.verification.drawn import KEY, OTHER_LEG, moment, opening, row
from verification.facts.observation import PositionSeen
from verification.facts.verification import Verification
from verification.rules.judgement import decide
from verification.rules.shown_version import shown_at

SHOWN: list[tuple[str, tuple[float, int | None] | None, list[PositionSeen], int | None]] = [
    ("the position itself", (0, 14), [row(43, 15)], 15),
    ("an earlier one of the same size, shown once more", (0, 14), [row(43, 13)], None),
    ("both", (0, 14), [row(43, 13), row(43, 15), row(43, 16)], 16),
    ("before nothing was versioned", (0, None), [row(43, 13)], None),
    ("nothing is known of before", None, [row(43, 13)], None),
    ("another size", (0, 14), [row(20, 15)], None),
    ("a size it had on its way", (0, 14), [row(43, 15), row(60, 16)], None),
    ("both in one instant", (0, 14), [row(20, 15), row(43, 15)], 15),
    ("no version", (0, 14), [row(43, None)], None),
    ("the other leg", (0, 14), [row(43, 15, key=OTHER_LEG)], None),
]


@pytest.mark.parametrize(
    ("before", "rows", "version"), [each[1:] for each in SHOWN], ids=[each[0] for each in SHOWN]
)
def test_only_what_is_newer_than_the_leg_before_the_entry_counts(
    before: tuple[float, int | None] | None, rows: list[PositionSeen], version: int | None
) -> None:
    question = opening(43, baseline=before)
    assert question.key == KEY
    proved = Verification(question, decide(question, rows), tuple(rows), moment(2))
    assert shown_at(proved, Decimal(43)) == version
