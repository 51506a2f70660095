"""Rows are told apart by their times and orders: an unrelated trade is not named, the newest comes first."""

import pytest

from reconciler.facts.expectation import Expectation, ExpectationState
from reconciler.facts.finding import Evidence, Finding, Party
from tests.reconciler.accounts import compared, listed, merged, reading, row, traded, utc

CLOSED, FAILED = ExpectationState.CLOSED, ExpectationState.FAILED


def ended(row_id: str, opened: float, ended_at: float, **more: object) -> Expectation:
    state = more.pop("state", CLOSED)
    assert isinstance(state, ExpectationState)
    entries = more.pop("entries", ())
    assert isinstance(entries, tuple)
    return row(
        "43", row_id=row_id, state=state, entries=entries, opened_at=utc(opened), updated_at=utc(ended_at)
    )


def orphan(rows: list[Expectation], *, appeared: float, **more: object) -> Finding:
    fills = more.get("fills")
    view = merged(reading([listed("43", updated_at=utc(appeared))], second=appeared + 30))
    comparison = compared(rows, view, fills=fills if isinstance(fills, list) else None)
    (finding,) = comparison.findings
    assert finding.kind == "orphaned_position"
    return finding


def test_a_trade_that_was_over_long_before_is_not_named() -> None:
    told = orphan([ended("3", 0, 600)], appeared=600 + 29 * 60)
    assert "no bot of this account knows it" in told.reason
    assert "trade 3" not in told.reason


def test_a_trade_that_ended_while_the_position_appeared_is_named() -> None:
    told = orphan([ended("3", 500, 620, state=FAILED)], appeared=600)
    assert "the bot has its trade 3 down as failed" in told.reason


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_by_time_is_named_whatever_its_id(order: int) -> None:
    rows = [ended("88", 0, 590, state=FAILED), ended("104", 595, 605, state=FAILED)]
    told = orphan(rows[::order], appeared=600)
    assert "trade 104" in told.reason


def test_ids_of_one_time_are_ordered_as_numbers() -> None:
    rows = [ended("9", 590, 605, state=FAILED), ended("10", 590, 605, state=FAILED)]
    assert "trade 10 " in orphan(rows, appeared=600).reason


def test_a_trade_whose_order_has_traded_is_named_before_one_that_is_only_near() -> None:
    rows = [ended("3", 0, 60, entries=("31",)), ended("4", 595, 605, state=FAILED, entries=("41",))]
    told = orphan(rows, appeared=600, fills=[traded("31", "43", second=600)])
    assert "trade 3 " in told.reason


def test_a_position_without_a_time_names_no_trade() -> None:
    view = merged(reading([listed("43")], second=600))
    assert "no bot of this account knows it" in compared([ended("3", 0, 590)], view).findings[0].reason


def bot_lines(told: Finding) -> list[Evidence]:
    return [line for line in told.evidence if line.party is Party.BOT]


def test_of_trades_that_are_over_the_newest_are_shown_and_the_others_counted() -> None:
    rows = [ended(str(lap), 60 * lap, 60 * lap + 30) for lap in range(1, 10)]
    lines = bot_lines(orphan(rows, appeared=3600))
    assert [line.data.get("row") for line in lines] == ["9", "8", None]
    assert lines[-1].text == "and 7 older trades, of which the bot expects nothing"


def test_a_row_is_dated_by_its_reading_and_says_since_when_it_is_so() -> None:
    view = merged(reading([listed("20", updated_at=utc(500))], second=600))
    (finding,) = compared([row("43", opened_at=utc(0), updated_at=utc(5))], view).findings
    (line,) = bot_lines(finding)
    assert line.at == view.read_at.utc
    assert line.data["changed_at"] == utc(5).isoformat()
