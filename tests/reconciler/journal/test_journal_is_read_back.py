"""What a bot writes in its journal, and what Trueup reads there, on SQLite and PostgreSQL."""

import itertools
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from reconciler.facts.expectation import Direction, Expectation, ExpectationState, StopPolicy
from reconciler.journal.journal import Journal, JournalError
from reconciler.ledgers.journal import JournalLedger
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from verification.facts.clock import Moment, SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import OrderSeen, Provenance, Source
from verification.facts.question import Baseline, OpenQuestion
from verification.facts.verdict import VerdictKind, proved
from verification.facts.verification import Verification

AVL = "AVL/USDT:USDT"
_NUMBERS = itertools.count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The url of a database with nothing in it, of each kind in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bot.db'}"
        return
    server = sa.make_url(str(request.getfixturevalue("postgres_url")))
    name = f"trueup_journal_{next(_NUMBERS)}"
    plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def journal(url: str) -> Iterator[Journal]:
    with Journal(url, bot="mybot") as opened:
        yield opened


def _ledger(url: str) -> JournalLedger:
    return JournalLedger("mine", url, clock=SystemClock())


def _row(url: str) -> Expectation:
    (row,) = _ledger(url).read().rows
    return row


def _range(row: Expectation) -> tuple[str, str, str, str]:
    return (str(row.state), str(row.expected), str(row.expected_low), str(row.expected_high))


def _opening(journal: Journal, name: str = "mine-1") -> int:
    return journal.opening(AVL, Side.SELL, Decimal("43.50"), client_order_id=name)


def test_the_life_of_a_position_as_its_ledger_tells_it(journal: Journal, url: str) -> None:
    entry = _opening(journal)
    assert _range(_row(url)) == ("opening", "0", "0", "43.50")
    assert _row(url).entry_resting_since == _row(url).opened_at
    assert _row(url).stop_policy is StopPolicy.UNKNOWN
    journal.ordered(entry, "77")
    journal.opened(entry, Decimal("40.10"), average_price=Decimal("0.123"))
    assert _range(_row(url)) == ("open", "40.10", "40.10", "40.10")
    journal.stop_placed(entry, "88", Decimal("0.2"))
    journal.closing(entry, client_order_id="mine-2", quantity=Decimal("10.10"))
    journal.ordered(entry, "99")
    assert _range(_row(url)) == ("closing", "40.10", "30.00", "40.10")
    row = _row(url)
    assert (row.entry_order_ids, row.exit_order_ids, row.stop_order_ids) == (("77",), ("99",), ("88",))
    assert (row.entry_client_id, row.exit_client_id) == ("mine-1", "mine-2")
    assert (row.direction, row.unit_size, row.step) == (Direction.SHORT, None, None)
    assert (row.stop_price, row.stop_policy) == (Decimal("0.2"), StopPolicy.VENUE)
    assert row.opened_at is not None
    assert row.opened_at.tzinfo is UTC
    journal.closed(entry)
    assert _range(_row(url)) == ("closed", "0", "0", "0")


def _orders(url: str) -> list[tuple[str, str | None, str | None, str, str, bool]]:
    return [
        (one.role, one.order_id, one.client_order_id, str(one.size), str(one.booked), one.resting)
        for one in _row(url).orders
    ]


def test_orders_are_told_with_what_of_them_is_in_the_quantity(journal: Journal, url: str) -> None:
    entry = _opening(journal)
    assert _orders(url) == [("entry", None, "mine-1", "43.50", "0", True)]
    journal.ordered(entry, "77")
    assert _orders(url) == [("entry", "77", "mine-1", "43.50", "0", True)]
    journal.opened(entry, Decimal("40.10"))
    journal.stop_placed(entry, "88", Decimal("0.2"))
    over, stop = ("entry", "77", "mine-1", "43.50", "43.50", False), ("stop", "88", None, "40.10", "0", True)
    assert _orders(url) == [over, stop]


def test_what_exits_executed_is_not_booked_until_the_rest_or_the_end_is_written(
    journal: Journal, url: str
) -> None:
    entry = _opening(journal)
    journal.opened(entry, Decimal("43.50"))
    journal.closing(entry, client_order_id="x1", quantity=Decimal("43.50"))
    journal.ordered(entry, "91")
    journal.closing(entry, client_order_id="x2", quantity=Decimal("23.50"))
    first, second = ("exit", "91", "x1", "43.50", "0", True), ("exit", None, "x2", "23.50", "0", True)
    assert _orders(url)[1:] == [first, second]
    assert _range(_row(url)) == ("closing", "43.50", "0", "43.50")
    journal.ordered(entry, "92")
    assert _orders(url)[2][1] == "92"
    journal.opened(entry, Decimal("23.50"))
    assert _orders(url)[1:] == []
    journal.closing(entry, client_order_id="x3", quantity=Decimal("23.50"))
    assert [order[2] for order in _orders(url)[1:]] == ["x3"]


def test_a_failed_entry_is_told_and_may_turn_out_to_be_held(journal: Journal, url: str) -> None:
    entry = _opening(journal)
    journal.failed(entry, "no answer")
    assert _range(_row(url)) == ("failed", "0", "0", "0")
    with pytest.raises(JournalError, match="comes too late"):
        journal.stop_placed(entry, "88", Decimal(1))
    journal.opened(entry, Decimal(43))
    assert _row(url).state is ExpectationState.OPEN


def test_the_same_entry_said_twice_is_one(journal: Journal, url: str) -> None:
    assert _opening(journal) == _opening(journal)
    with pytest.raises(JournalError, match="already names another entry"):
        journal.opening(AVL, Side.BUY, Decimal(1), client_order_id="mine-1")
    assert len(_ledger(url).read().rows) == 1


def test_an_entry_that_nobody_opened_is_refused(journal: Journal) -> None:
    with pytest.raises(JournalError, match="has no entry 5"):
        journal.opened(5, Decimal(1))


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity"])
def test_a_quantity_is_a_positive_number(journal: Journal, quantity: str) -> None:
    with pytest.raises(ValueError, match="positive number of contracts"):
        journal.opening(AVL, Side.BUY, Decimal(quantity), client_order_id="x")


def test_threads_write_at_once_and_nothing_is_lost(journal: Journal, url: str) -> None:
    threads = [threading.Thread(target=_opening, args=(journal, f"mine-{n % 8}")) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(_ledger(url).read().rows) == 8


def _verification() -> Verification:
    now = Moment.at(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), 5.0)
    key = LegKey("main", AVL, Leg.NET)
    question = OpenQuestion(key, Side.BUY, Decimal(43), "77", "mine-1", Baseline(Decimal(0), 1), True, now)  # noqa: FBT003 - exclusive
    seen = OrderSeen(
        key=key,
        order_id="77",
        client_order_id="mine-1",
        executed=Decimal(43),
        terminal=True,
        trades_agree=None,
        status="closed",
        average_price=Decimal("0.1"),
        provenance=Provenance(Source.WEBSOCKET, now),
    )
    verdict = proved(VerdictKind.CONFIRMED, (seen,), Decimal(43), "order 77 executed 43")
    return Verification(question, verdict, (seen,), Moment.at(now.utc, 5.008))


def test_verifications_are_handed_over_once_each_and_in_order(journal: Journal, url: str) -> None:
    entry = _opening(journal)
    journal.verified(entry, _verification())
    journal.verified(entry, _verification())
    first, second = _ledger(url).read_verifications(0)
    assert first.id < second.id
    assert _ledger(url).read_verifications(first.id) == (second,)
    assert _ledger(url).read_verifications(second.id) == ()
    view = first.view
    assert (view.question, view.verdict, view.grade, view.decided_by) == (
        "open",
        "confirmed",
        "proof",
        Source.WEBSOCKET,
    )
    assert (view.asked_by, view.account, view.leg, view.order_id) == ("bot", "main", Leg.NET, "77")
    assert view.asked_at == datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert view.milliseconds == pytest.approx(8)
    assert [one["what"] for one in json.loads(first.evidence)] == ["question", "order"]


def test_a_journal_of_a_newer_version_is_neither_written_nor_read(journal: Journal, url: str) -> None:
    with journal._database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE journal_schema SET version = 2"))
    with pytest.raises(JournalError, match="version 2"):
        Journal(url, bot="another")
    with pytest.raises(LedgerUnreadable, match="version 2") as caught:
        _ledger(url).read()
    assert caught.value.trouble is LedgerTrouble.SCHEMA


def test_the_token_changes_with_every_write(journal: Journal, url: str) -> None:
    ledger = _ledger(url)
    before = ledger.version()
    assert ledger.version() == before
    _opening(journal)
    assert ledger.version() != before


def test_a_write_that_returned_survives_the_death_of_the_bot(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bot.db'}"
    code = """
import os, signal, sys
from decimal import Decimal
from reconciler.journal.journal import Journal
from verification.facts.leg import Side
journal = Journal(sys.argv[1], bot="mybot")
journal.opening("AVL/USDT:USDT", Side.BUY, Decimal(43), client_order_id="mine-1")
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code, url], check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == -9
    assert _range(_row(url)) == ("opening", "0", "0", "43")


def test_the_sqlite_journal_is_durable_and_every_change_is_an_event(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    with Journal(f"sqlite:///{path}", bot="mybot") as journal:
        with journal._database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        entry = _opening(journal)
        journal.opened(entry, Decimal(43))
        journal.closed(entry)
    with closing(sqlite3.connect(path)) as connection:
        events = connection.execute("SELECT what FROM journal_event ORDER BY id").fetchall()
    assert events == [("opening",), ("opened",), ("closed",)]


def test_a_journal_that_cannot_be_opened_says_where_and_why(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be opened"):
        Journal(f"sqlite:///{tmp_path / 'none' / 'bot.db'}", bot="mybot")
    with pytest.raises(JournalError, match="is not known"):
        Journal("mysql://host/x", bot="mybot")


def test_a_database_without_a_journal_is_told(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE x (id INTEGER)")
    with pytest.raises(LedgerUnreadable, match="no table `journal_schema`") as caught:
        _ledger(f"sqlite:///{path}").read()
    assert caught.value.trouble is LedgerTrouble.SCHEMA
