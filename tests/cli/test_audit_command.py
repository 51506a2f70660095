"""`trueup audit`: what is stored in a real state database, derived again, and what that says to a shell."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.record.stored_verification import record_of
from reconciler.storage.store import Store
from tests.cli.conftest import Command
from tests.reconciler.settings_files import written
from tests.verification import drawn
from verification.facts.observation import Observation
from verification.facts.question import Question
from verification.facts.verification import Verification
from verification.rules.judgement import decide


def _ended(question: Question, *seen: Observation) -> Verification:
    return Verification(question, decide(question, seen), seen, decided=question.asked)


ENDED = (
    _ended(drawn.opening(), drawn.silent(at=1), drawn.order(43, ended=True, agree=True, at=2)),
    _ended(drawn.closing(), drawn.row(0, 11, at=1)),
    _ended(drawn.opening(order_id="9"), drawn.silent(at=1)),
)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A settings file, and a state database in which a sidecar stored three verifications."""
    written(tmp_path)
    asyncio.run(_store(tmp_path, ENDED))
    return tmp_path / "trueup.db"


async def _store(folder: Path, verifications: Sequence[Verification]) -> None:
    async with Store.open(f"sqlite:///{folder}/trueup.db") as store:
        for verification in verifications:
            await store.save_verification(*record_of(verification, asked_by="sidecar"))


def _change(state: Path, statement: str) -> None:
    with closing(sqlite3.connect(state)) as connection, connection:
        connection.execute(statement)


@pytest.mark.usefixtures("house")
def test_untouched_verdicts_all_agree(trueup: Command) -> None:
    said = trueup("audit")

    assert (said.code, said.err) == (0, "")
    assert said.out == "All stored verdicts were derived again from their evidence: 3 of 3 agree.\n"
    assert json.loads(trueup("audit", "--json").out) == {
        "stored": 3,
        "agrees": 3,
        "differs": 0,
        "not_derived": 0,
        "verdicts": [],
    }


def test_a_verdict_somebody_changed_is_named(trueup: Command, house: Path) -> None:
    _change(house, "UPDATE verification SET verdict = 'refuted' WHERE id = 1")

    said = trueup("audit")
    named, closing_line = said.out.splitlines()

    assert said.code == 1
    assert named.startswith(
        "DIFFERS verification 1, main AVL/USDT:USDT net: open refuted, asked by sidecar at 2026-11-22"
    )
    assert "verdict: stored refuted, its evidence says confirmed" in named
    assert closing_line == (
        "Of 3 stored verdicts 2 agree with their evidence, 1 differ, 0 could not be derived again."
    )


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("evidence", "'[]'", "no evidence is stored with it"),
        ("evidence", "'[{'", "its evidence is not JSON"),
        ("leg", "'middle'", "its row cannot be read"),
        ("decided_by", "'hearsay'", "its row cannot be read"),
    ],
)
def test_what_cannot_be_derived_is_told_and_is_no_agreement(
    trueup: Command, house: Path, column: str, value: str, told: str
) -> None:
    _change(house, f"UPDATE verification SET {column} = {value} WHERE id = 2")

    said = trueup("audit")
    document = json.loads(trueup("audit", "--json").out)

    assert said.code == 2
    assert said.out.startswith("NOT DERIVED verification 2")
    assert told in said.out
    assert (document["agrees"], document["not_derived"]) == (2, 1)
    assert [(each["id"], each["outcome"]) for each in document["verdicts"]] == [(2, "not_derived")]


def test_one_that_differs_outweighs_one_that_cannot_be_derived(trueup: Command, house: Path) -> None:
    _change(house, "UPDATE verification SET evidence = 'null' WHERE id = 2")
    _change(house, "UPDATE verification SET grade = 'bounded_lag' WHERE id = 1")

    assert trueup("audit").code == 1


def test_nothing_stored_is_told_and_is_no_agreement(trueup: Command, tmp_path: Path) -> None:
    written(tmp_path)
    asyncio.run(_store(tmp_path, ()))

    said = trueup("audit")

    assert (said.code, said.out) == (2, "No verdict is stored, so nothing was audited.\n")


def test_no_state_database_is_no_empty_one(trueup: Command, tmp_path: Path) -> None:
    written(tmp_path)

    said = trueup("audit")

    assert said.code == 2
    assert "does not exist" in said.complaint


def test_one_account_is_audited_alone(trueup: Command, house: Path) -> None:
    _change(house, "UPDATE verification SET account = 'other', verdict = 'refuted' WHERE id = 1")

    assert trueup("audit").code == 1
    assert trueup("audit", "--account", "main").out.endswith("2 of 2 agree.\n")


@pytest.mark.usefixtures("house")
def test_an_account_nobody_defined_is_wrong_usage(trueup: Command) -> None:
    said = trueup("audit", "--account", "mian")

    assert said.code == 3
    assert "--account mian" in said.complaint


def test_every_page_is_read(trueup: Command, tmp_path: Path) -> None:
    written(tmp_path)
    many = [_ended(replace(ENDED[0].question, order_id=str(number))) for number in range(401)]
    asyncio.run(_store(tmp_path, many))

    assert trueup("audit").out.endswith("401 of 401 agree.\n")
