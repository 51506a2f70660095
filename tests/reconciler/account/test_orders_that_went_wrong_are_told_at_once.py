"""An order that is proved to have gone wrong is told by the proof, without waiting for it to last."""

from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.account.findings.mismatched import mismatched
from reconciler.facts.finding import Kind, Severity
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from tests.verification.drawn import closing, moment, opening, order, row
from verification.facts.leg import Side
from verification.facts.observation import Observation
from verification.facts.question import Question
from verification.facts.verification import Verification
from verification.rules.judgement import decide


def test_an_exit_that_makes_its_position_larger_is_told_within_a_second(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(5)
        entry = house.open_trade(stop_id=None)
        await house.quiet(60)
        house.journal.closing(entry, "x1", Decimal(43))
        house.venue.executed("x1", "43")
        house.venue.hold("86")
        await house.until(lambda: Kind.QUANTITY_MISMATCH in house.alerts(), within=1)
        assert "it made the position of 43 larger" in house.alerts()[Kind.QUANTITY_MISMATCH].reason
        await house.quiet(90)
        assert set(house.alerts()) == {Kind.QUANTITY_MISMATCH}, "told once, and until it is put right"

    play(tmp_path, story)


def test_an_entry_that_executes_the_wrong_way_round_is_told_within_a_second(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.executed("e1", "-43")
        house.journal.opening(SYMBOL, Side.BUY, Decimal(43), client_order_id="e1")
        house.venue.hold("-43")
        await house.until(lambda: Kind.SIDE_MISMATCH in house.alerts(), within=1)
        house.venue.hold("0")
        await house.until(lambda: house.alerts(fired=False) == {}, within=90)

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("question", "seen", "expected"),
    [
        pytest.param(closing(), [row(86, 12)], (Kind.QUANTITY_MISMATCH, 43, 86), id="the position grew"),
        pytest.param(closing(), [row(-20, 12)], (Kind.SIDE_MISMATCH, 43, -20), id="the position turned"),
        pytest.param(
            closing(exclusive=False),
            [order(43)],
            (Kind.QUANTITY_MISMATCH, 43, None),
            id="an exit the wrong way",
        ),
        pytest.param(opening(), [order(-43)], (Kind.SIDE_MISMATCH, 43, -43), id="an entry the wrong way"),
        pytest.param(opening(), [order(44)], (Kind.QUANTITY_MISMATCH, 43, 44), id="more than was sent"),
        pytest.param(closing(), [order(0, ended=True, agree=True)], None, id="still open"),
        pytest.param(opening(), [order(43)], None, id="executed"),
        pytest.param(opening(), [order(20, ended=True, agree=True)], None, id="a part of it"),
        pytest.param(opening(), [], None, id="not known"),
    ],
)
def test_what_is_proved_wrong_is_a_finding_and_nothing_else_is(
    question: Question, seen: list[Observation], expected: tuple[Kind, int, int | None] | None
) -> None:
    answered = Verification(question, decide(question, seen), tuple(seen), moment(1))
    finding = mismatched(answered, None)
    if expected is None:
        assert finding is None
        return
    assert finding is not None
    kind, believed, shown = expected
    assert finding.kind is kind
    assert finding.expected == Decimal(believed)
    assert finding.observed == (None if shown is None else Decimal(shown))
    assert finding.severity is Severity.CRITICAL
    assert finding.evidence
