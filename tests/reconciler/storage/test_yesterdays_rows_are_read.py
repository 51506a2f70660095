"""Rows that an earlier version wrote are read to what was asked and seen then, and today's are no others."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconciler.journal.journal import Journal
from reconciler.ledgers.journal import JournalLedger
from reconciler.record.stored_verification import record_of, verification_from
from reconciler.storage.database import Database
from reconciler.storage.evidence import stored_verifications
from reconciler.storage.records import save_verification, take_over
from tests.reconciler.record.every_kind import EVERY_KIND
from verification.facts.clock import SystemClock
from verification.facts.leg import Side
from verification.facts.observation import Silence, Source
from verification.facts.verdict import Grade, Mismatch, VerdictKind
from verification.facts.verification import Verification

Row = Mapping[str, Any]

WRITTEN = json.loads((Path(__file__).parents[2] / "fixtures" / "verifications-6cf6e37.json").read_text())
STATE: dict[str, Row] = {each["kind"]: each["row"] for each in WRITTEN if each["table"] == "verification"}
JOURNAL: dict[str, Row] = {each["kind"]: each["row"] for each in WRITTEN if each["table"] != "verification"}

every_kind = pytest.mark.parametrize("kind", STATE)


@pytest.fixture
def state(sqlite_state: str) -> Iterator[Database]:
    with Database.open(sqlite_state, create=False) as database:
        yield database


def _insert(file: Path, table: str, row: Row) -> None:
    names, places = ", ".join(row), ", ".join("?" * len(row))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values()))


def _only_row(file: Path | None) -> Row:
    assert file is not None
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        (row,) = connection.execute("SELECT * FROM verification").fetchall()
        return dict(row)


def _only(database: Database) -> Verification:
    (stored,) = stored_verifications(database)
    assert stored.view is not None, stored.problem
    return verification_from(stored.view, stored.evidence)


def test_the_rows_are_of_every_kind() -> None:
    assert set(STATE) == set(JOURNAL)
    verdicts = {row["verdict"] for row in STATE.values()}
    assert verdicts == {*VerdictKind, "resting"}
    assert {row["question"] for row in STATE.values()} == {"open", "close"}
    assert {row["grade"] for row in STATE.values()} == {*Grade, ""}
    assert {row["mismatch"] for row in STATE.values()} == {*Mismatch, ""}
    seen = [each for row in STATE.values() for each in json.loads(row["evidence"])[1:]]
    assert {each["what"] for each in seen} == {"position", "order", "silence"}
    assert {each["source"] for each in seen} == set(Source)
    # Nobody told these apart from others then.
    later = {Silence.NOT_ASKED, Silence.BUDGET_SPENT, Silence.CREDENTIALS}
    assert {each["silence"] for each in seen if "silence" in each} == set(Silence) - later
    assert {each["what"] for each in seen if "elsewhere" in each} == {"position", "order", "silence"}


@every_kind
def test_a_row_of_the_state_database_is_read_to_what_was_verified(state: Database, kind: str) -> None:
    assert state.file is not None
    _insert(state.file, "verification", STATE[kind])

    assert _only(state) == EVERY_KIND[kind]


@every_kind
def test_a_row_of_a_journal_is_taken_over_to_what_was_verified(
    state: Database, tmp_path: Path, kind: str
) -> None:
    url, question = f"sqlite:///{tmp_path}/bot.db", EVERY_KIND[kind].question
    with Journal(url, bot="mybot") as journal:
        journal.opening(question.key.symbol, Side.BUY, Decimal(43), client_order_id="mine")
        _insert(tmp_path / "bot.db", "journal_verification", JOURNAL[kind])
    (taken,) = JournalLedger("mybot", url, clock=SystemClock()).read_verifications(0)
    with state.write() as connection:
        take_over(connection, question.key.account, "mybot", [(taken.view, taken.evidence)], last_id=taken.id)

    assert _only(state) == EVERY_KIND[kind]
    assert _only_row(state.file)["evidence"] == JOURNAL[kind]["evidence"]


@every_kind
def test_what_is_written_today_is_what_was_written_then(state: Database, kind: str) -> None:
    """So there is one form, and nothing to migrate."""
    with state.write() as connection:
        save_verification(connection, *record_of(EVERY_KIND[kind], asked_by="sidecar"))

    assert _only_row(state.file) == STATE[kind]
