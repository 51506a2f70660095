"""A journal that cannot be written says so, says whether to try again, and holds nothing by halves."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconciler.journal.journal import Journal, JournalError
from verification.facts.leg import Side

LONG = "x" * 5000


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(f"sqlite:///{tmp_path}/bot.db", bot="mine")


def entered(journal: Journal, name: str = "one") -> int:
    return journal.opening("A/B:B", Side.BUY, Decimal(1), client_order_id=name, stop_price=Decimal(1))


def events(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "bot.db")) as connection:
        return [what for (what,) in connection.execute("SELECT what FROM journal_event ORDER BY id")]


def test_a_full_disk_is_tried_again_and_takes_it_later(journal: Journal, tmp_path: Path) -> None:
    """The file may not grow: SQLite says the same as on a full disk."""
    entry, limit = entered(journal), {"pages": 1}

    def bounded(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {limit['pages']}")

    sa.event.listen(journal._database.engine, "begin", bounded)
    with pytest.raises(JournalError, match="full") as caught:
        journal.failed(entry, LONG)
    assert caught.value.again
    assert events(tmp_path) == ["opening"], "all of it or nothing"
    limit["pages"] = 1_000_000
    journal.failed(entry, LONG)
    assert events(tmp_path) == ["opening", "failed"]


WRONG: dict[str, Callable[[Journal, int], object]] = {
    "no such entry": lambda journal, entry: journal.opened(entry + 1, Decimal(1)),
    "too late": lambda journal, entry: journal.protecting(entry, "one-s", Decimal(1)),
    "an id that is taken": lambda journal, _: journal.opening(
        "A/B:B", Side.SELL, Decimal(1), client_order_id="one"
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_would_fail_for_ever_is_not_to_be_tried_again(journal: Journal, name: str) -> None:
    entry = entered(journal)
    journal.failed(entry, "refused")
    with pytest.raises(JournalError) as caught:
        WRONG[name](journal, entry)
    assert not caught.value.again


def test_a_file_that_is_gone_takes_nothing_that_nobody_would_find(journal: Journal, tmp_path: Path) -> None:
    entry = entered(journal)
    file, away = tmp_path / "bot.db", tmp_path / "away.db"
    file.rename(away)
    with pytest.raises(JournalError, match="is gone") as caught:
        journal.opened(entry, Decimal(1))
    assert caught.value.again, "it may be put back"
    file.write_bytes(b"")
    with pytest.raises(JournalError, match="another file"):
        journal.opened(entry, Decimal(1))
    file.unlink()
    away.rename(file)
    journal.opened(entry, Decimal(1))
    assert events(tmp_path) == ["opening", "opened"]
