"""A ledger that is read again gives the very row where it says what it said then: it is not judged anew."""

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from reconciler.account.ledger_reader import KEPT_SECONDS, LedgerReader
from reconciler.facts.expectation import ExpectationState, LedgerReading
from reconciler.ledgers.freqtrade import FreqtradeLedger
from reconciler.ledgers.journal import JournalLedger
from tests.bench.large_account import symbols_of, write_down
from tests.reconciler.ledgers.freqtrade_files import LIVE, copied, url_of
from tests.virtual_time import VirtualClock, run
from verification.facts.clock import SystemClock

SYMBOLS = symbols_of(3)


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def journal(folder: Path) -> tuple[Path, JournalLedger]:
    clock = SystemClock()
    file = folder / "bot.db"
    write_down(file, SYMBOLS, clock.now().utc)
    return file, JournalLedger("large", f"sqlite:///{file}", clock=clock)


def test_all_that_says_the_same_is_the_same_object_again(tmp_path: Path) -> None:
    _, ledger = journal(tmp_path)

    assert ledger.read().rows is ledger.read().rows


def test_only_the_row_that_was_written_is_another(tmp_path: Path) -> None:
    file, ledger = journal(tmp_path)
    before = ledger.read().rows
    changed(file, "UPDATE journal_position SET quantity = '7' WHERE id = 2")
    after = ledger.read().rows

    assert [one is other for one, other in zip(before, after, strict=True)] == [True, False, True]
    assert after[1].expected == Decimal(7)


def test_what_happened_to_a_position_that_closes_counts_as_its_row_does(tmp_path: Path) -> None:
    file, ledger = journal(tmp_path)
    changed(file, "UPDATE journal_position SET state = 'closing' WHERE id = 2")
    before = ledger.read().rows[1]
    changed(
        file,
        "INSERT INTO journal_event (position_id, at, what, detail) VALUES (2, '2026-11-30T12:00:00.000000Z',"
        """ 'closing', '{"client_order_id": "large-2-x", "quantity": "40"}')""",
    )
    after = ledger.read().rows[1]

    assert (before.state, after.state) == (ExpectationState.CLOSING, ExpectationState.CLOSING)
    assert (before.expected_low, after.expected_low) == (Decimal(0), Decimal(60))


def test_a_row_that_is_gone_or_has_come_makes_another_ledger(tmp_path: Path) -> None:
    file, ledger = journal(tmp_path)
    whole = ledger.read().rows
    changed(file, "DELETE FROM journal_position WHERE id = 3")
    assert ledger.read().rows == whole[:2]
    changed(file, "DELETE FROM journal_position WHERE id = 1")
    assert ledger.read().rows == whole[1:2]


def test_rows_of_any_ledger_are_the_same_again_when_it_is_read_anew_after_its_time(tmp_path: Path) -> None:
    file = copied(LIVE, tmp_path)

    async def read_twice() -> tuple[LedgerReading, LedgerReading]:
        clock = VirtualClock()
        ledger = FreqtradeLedger("mybot", url_of(file), clock=SystemClock())
        reader = LedgerReader(ledger, clock)
        first = await reader.read()
        await clock.sleep(KEPT_SECONDS + 1)
        second = await reader.read()
        reader.close()
        return first, second

    first, second = run(read_twice())

    assert first.rows
    assert second is not first
    assert second.rows is first.rows
