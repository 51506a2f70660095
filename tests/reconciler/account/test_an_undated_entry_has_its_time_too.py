"""Where no row says when an entry was sent, its ten minutes count from the first look at it."""

from dataclasses import replace
from datetime import datetime

import pytest

from reconciler.account.memory.undated_entries import UndatedEntries
from reconciler.facts.expectation import Expectation, StopPolicy
from tests.reconciler.accounts import compared, entry, found, limit, listed, merged, reading, row, utc
from verification.facts.leg import Side

RESTING = entry("e1", "43", booked=20, resting=True)
ORDER = replace(limit("e1", Side.BUY, "43", filled="20"), created_at=None)
BOT = frozenset({"bot"})


def _row(**more: object) -> Expectation:
    made = row("20", high="43", entries=("e1",), orders=(RESTING,), policy=StopPolicy.VENUE)
    return replace(made, **more)  # type: ignore[arg-type]  # any field


def _since(entries: UndatedEntries, second: float, *, created: datetime | None = None) -> datetime | None:
    order = replace(ORDER, created_at=created)
    return entries.dated([_row()], [order], read=BOT, now=utc(second))[0].entry_resting_since


@pytest.mark.parametrize(("second", "told"), [(0, False), (599, False), (601, True)])
def test_its_missing_stop_is_told_when_the_entry_has_rested_for_ten_minutes_under_our_eyes(
    second: float, *, told: bool
) -> None:
    entries = UndatedEntries()
    entries.dated([_row()], [ORDER], read=BOT, now=utc(0))
    rows = entries.dated([_row()], [ORDER], read=BOT, now=utc(second))
    view = merged(reading([listed("20")], orders=[ORDER], second=second))
    assert (found(compared(rows, view, second=second)) == ["unprotected_position"]) is told


def test_the_venues_word_when_it_took_the_order_counts_where_it_is_older() -> None:
    assert _since(UndatedEntries(), 0, created=utc(-500)) == utc(-500)
    assert _since(UndatedEntries(), 0, created=utc(50)) == utc(0)


def test_a_ledger_that_could_not_be_read_does_not_begin_the_time_anew() -> None:
    entries = UndatedEntries()
    assert _since(entries, 0) == utc(0)
    assert entries.dated([], None, read=frozenset(), now=utc(100)) == ()
    assert _since(entries, 200) == utc(0)


def test_an_entry_that_has_gone_is_forgotten_and_another_has_a_time_of_its_own() -> None:
    entries = UndatedEntries()
    assert _since(entries, 0) == utc(0)
    assert entries.dated([], [], read=BOT, now=utc(100)) == ()
    assert _since(entries, 200) == utc(200)


def test_what_a_ledger_says_itself_stays_and_a_row_without_such_an_entry_gets_none() -> None:
    rows = (_row(entry_resting_since=utc(-90)), _row(row_id="2", orders=()))
    dated = UndatedEntries().dated(rows, [ORDER], read=BOT, now=utc(0))
    assert dated == rows
