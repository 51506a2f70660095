"""The journal is what an opening writes to, and tells after a crash what was left unfinished."""

from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.journal.journal import Journal, JournalError
from verification.facts.leg import Side
from verification.facts.question import Baseline
from verification.opening.journal_port import JournalFailed, OpeningJournal, OpeningRecord, Stage

PRICE, HIGHER = Decimal("0.18"), Decimal("0.19")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(f"sqlite:///{tmp_path}/bot.db", bot="mine")


def entered(journal: Journal, name: str = "one") -> int:
    return journal.opening(
        "AVL/USDT:USDT",
        Side.SELL,
        Decimal(43),
        client_order_id=name,
        baseline=Baseline(Decimal(-13), 7),
        stop_price=PRICE,
    )


def only(journal: Journal) -> OpeningRecord:
    (record,) = journal.unfinished()
    return record


def test_the_journal_fits_the_port(journal: Journal) -> None:
    port: OpeningJournal = journal
    assert port.opening("A/B:B", Side.BUY, Decimal(1), client_order_id="x") == 1
    assert issubclass(JournalError, JournalFailed)


def test_an_entry_that_may_have_been_sent_is_unfinished(journal: Journal) -> None:
    entry = entered(journal)
    assert only(journal) == OpeningRecord(
        entry=entry,
        symbol="AVL/USDT:USDT",
        side=Side.SELL,
        stage=Stage.ENTERING,
        intended=Decimal(43),
        baseline=Decimal(-13),
        stop_price=PRICE,
        client_order_id="one",
        order_id=None,
        stop_client_id=None,
        exit_client_id=None,
        closing_quantity=None,
    )


def test_each_word_brings_it_further(journal: Journal) -> None:
    entry = entered(journal)
    journal.ordered(entry, "77")
    assert only(journal).order_id == "77"
    journal.opened(entry, Decimal(43))
    assert (only(journal).stage, only(journal).stop_client_id) == (Stage.HELD, None)
    journal.protecting(entry, "one-s", PRICE)
    assert only(journal).stop_client_id == "one-s"
    journal.closing(entry, "one-x1", Decimal(40))
    left = only(journal)
    assert (left.stage, left.exit_client_id, left.closing_quantity) == (Stage.LEAVING, "one-x1", Decimal(40))
    journal.closed(entry)
    assert journal.unfinished() == ()


def test_a_position_with_its_stop_is_finished_even_when_the_stop_is_taken_away(journal: Journal) -> None:
    entry = entered(journal)
    journal.opened(entry, Decimal(43))
    journal.protecting(entry, "one-s", PRICE)
    journal.stop_placed(entry, "9", PRICE)
    assert journal.unfinished() == ()
    journal.protecting(entry, "one-s2", HIGHER)
    moved = only(journal)
    assert (moved.stop_client_id, moved.stop_price) == ("one-s2", HIGHER)
    assert (moved.stop_before, moved.price_before) == ("one-s", PRICE)
    journal.protecting(entry, "one-s3", PRICE)
    again = only(journal)
    assert (again.stop_client_id, again.stop_before) == ("one-s3", "one-s"), "the one that was seen to rest"
    journal.stop_placed(entry, "10", PRICE)
    journal.stop_removed(entry)
    assert journal.unfinished() == (), "the bot's own doing is not undone after a restart"


def test_an_entry_that_failed_is_finished(journal: Journal) -> None:
    journal.failed(entered(journal), "refused")
    assert journal.unfinished() == ()


def test_positions_without_a_stop_price_and_of_other_bots_are_left_out(
    journal: Journal, tmp_path: Path
) -> None:
    journal.opening("A/B:B", Side.BUY, Decimal(1), client_order_id="plain")
    with Journal(f"sqlite:///{tmp_path}/bot.db", bot="other") as other:
        entered(other, "theirs")
        assert journal.unfinished() == ()
        assert len(other.unfinished()) == 1


def test_oldest_first(journal: Journal) -> None:
    assert [entered(journal, name) for name in "abc"] == [each.entry for each in journal.unfinished()]
