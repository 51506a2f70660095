"""What verdicts rest on is read back, page by page, from each kind of database and out of a bot's journal."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.journal.journal import Journal
from reconciler.ledgers.journal import JournalLedger
from reconciler.record.audit import Outcome, audit
from reconciler.record.stored_verification import record_of
from reconciler.storage.database import Database
from reconciler.storage.evidence import stored_verifications
from reconciler.storage.records import save_verification, take_over
from tests.verification import drawn
from verification.facts.clock import SystemClock
from verification.facts.leg import Side
from verification.facts.observation import Observation
from verification.facts.question import Question
from verification.facts.verification import Verification
from verification.rules.judgement import decide


def _ended(question: Question, *seen: Observation) -> Verification:
    return Verification(question, decide(question, seen), seen, decided=question.asked)


FULL = _ended(drawn.opening(), drawn.silent(at=1), drawn.order(43, ended=True, agree=True, at=2))
FLAT = _ended(drawn.closing(), drawn.row(0, 11, at=1))
NOT_KNOWN = _ended(drawn.opening(order_id="9"), drawn.silent(at=1))


@pytest.mark.parametrize("page", [1, 2, 3, 200])
def test_every_verdict_is_read_once_with_its_evidence(database: Database, page: int) -> None:
    with database.write() as connection:
        for each in (FULL, FLAT, NOT_KNOWN):
            save_verification(connection, *record_of(each, asked_by="sidecar"))

    stored = list(stored_verifications(database, page=page))

    assert [each.id for each in stored] == [1, 2, 3]
    assert [each.view and each.view.verdict for each in stored] == ["confirmed", "confirmed", "unknown"]
    assert {audit(each).outcome for each in stored} == {Outcome.AGREES}


def test_one_account_is_read_alone(database: Database) -> None:
    view, evidence = record_of(FULL, asked_by="sidecar")
    with database.write() as connection:
        for account in ("main", "other"):
            save_verification(connection, replace(view, account=account), evidence)

    (only,) = stored_verifications(database, account="other")

    assert only.view is not None
    assert only.view.account == "other"


@pytest.fixture
def journal_url(tmp_path: Path) -> Iterator[str]:
    """The journal of a bot that has verified an open and its close."""
    url = f"sqlite:///{tmp_path}/bot.db"
    with Journal(url, bot="mybot") as journal:
        entry = journal.opening(drawn.KEY.symbol, Side.BUY, Decimal(43), client_order_id="mine")
        journal.verified(entry, FULL)
        journal.verified(entry, FLAT)
        yield url


def test_what_a_bot_verified_is_taken_over_with_all_it_rests_on(database: Database, journal_url: str) -> None:
    found = JournalLedger("mybot", journal_url, clock=SystemClock()).read_verifications(0)
    with database.write() as connection:
        taken = [(each.view, each.evidence) for each in found]
        take_over(connection, "named otherwise here", "mybot", taken, last_id=found[-1].id)

    stored = list(stored_verifications(database))

    assert [each.view and each.view.account for each in stored] == ["named otherwise here"] * 2
    assert {audit(each).outcome for each in stored} == {Outcome.AGREES}
