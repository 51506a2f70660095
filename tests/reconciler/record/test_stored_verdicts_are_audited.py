"""What a verdict rested on is stored whole: read back, it leads to the same verdict; changed, it is told."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from msgspec import structs

from reconciler.record.audit import Outcome, audit
from reconciler.record.stored_evidence import Answer, case_of
from reconciler.record.stored_verification import StoredVerification, record_of
from tests.reconciler.record.any_verification import CLOSES, OPENS, SEEN
from tests.verification import drawn
from tests.verification.crowds import Crowd, crowds
from verification.facts.clock import Moment
from verification.facts.observation import (
    Observation,
    Silence,
    Source,
)
from verification.facts.question import Question
from verification.facts.verdict import Grade, VerdictKind
from verification.facts.verification import Verification
from verification.rules.judgement import decide


def _ended(question: Question, *seen: Observation) -> Verification:
    verdict = decide(question, seen)
    return Verification(question, verdict, seen, decided=question.asked)


def _stored(verification: Verification) -> StoredVerification:
    view, evidence = record_of(verification, asked_by="bot")
    return StoredVerification(1, replace(view, id=1), evidence)


@given(OPENS | CLOSES, SEEN)
def test_what_is_stored_is_read_back_whole_and_leads_to_the_same_verdict(
    question: Question, seen: list[Observation]
) -> None:
    ended = _ended(question, *seen)
    stored = _stored(ended)
    assert stored.view is not None

    case = case_of(stored.view.key, stored.evidence)

    assert case.question == question
    assert case.observations == tuple(seen)
    assert case.answer == Answer(ended.verdict.quantity, ended.verdict.settled)
    assert audit(stored).outcome is Outcome.AGREES, audit(stored)


FULL = _ended(drawn.opening(), drawn.silent(at=1), drawn.order(43, ended=True, agree=True, at=2))
TWICE = _ended(drawn.opening(), drawn.order(43, at=1), drawn.order(43, ended=True, at=2))
PART = _ended(drawn.opening(), drawn.order(20, at=2))
NOT_KNOWN = _ended(drawn.opening(), drawn.silent(at=1), drawn.silent(Silence.TIMEOUT, at=2))
REFUTED = _ended(drawn.opening(), drawn.order(0, ended=True, agree=True, at=2))
BY_LAG = _ended(
    drawn.closing(exclusive=False), drawn.order(-43, ended=True), *(drawn.gone(at) for at in (2, 5, 8))
)
FLAT = _ended(drawn.closing(), drawn.row(0, 11, at=1), drawn.order(-43, at=2))
TAKEN_BACK = _ended(
    drawn.closing(),
    drawn.row(-5, 11, at=1),
    drawn.row(20, 11, at=2),
    drawn.row(20, 11, at=3, source=Source.REST),
)


@given(crowds())
def test_a_verdict_agrees_with_its_evidence_however_much_is_said_of_one_version(crowd: Crowd) -> None:
    found = audit(_stored(_ended(crowd.question, *crowd.seen)))
    assert found.outcome is Outcome.AGREES, found


@pytest.mark.parametrize(
    ("ended", "kind", "grade"),
    [
        (FULL, VerdictKind.CONFIRMED, Grade.PROOF),
        (PART, VerdictKind.PARTIAL, Grade.PROOF),
        (NOT_KNOWN, VerdictKind.UNKNOWN, None),
        (REFUTED, VerdictKind.REFUTED, Grade.PROOF),
        (BY_LAG, VerdictKind.CONFIRMED, Grade.BOUNDED_LAG),
        (FLAT, VerdictKind.CONFIRMED, Grade.PROOF),
        (TAKEN_BACK, VerdictKind.MISMATCH, Grade.PROOF),
    ],
    ids=[
        "full",
        "part at the deadline",
        "unknown at the deadline",
        "refuted",
        "by lag",
        "flat",
        "taken back",
    ],
)
def test_each_kind_of_verdict_agrees_with_its_evidence(
    ended: Verification, kind: VerdictKind, grade: Grade | None
) -> None:
    assert (ended.verdict.kind, ended.verdict.grade) == (kind, grade), "what the table means"
    assert audit(_stored(ended)).outcome is Outcome.AGREES


Change = Callable[[list[Any]], object]


def _changed(stored: StoredVerification, change: Change) -> StoredVerification:
    kept = json.loads(stored.evidence)
    change(kept)
    return replace(stored, evidence=json.dumps(kept))


@pytest.mark.parametrize(
    ("ended", "change", "told"),
    [
        (FULL, lambda kept: kept[2].update(executed="42"), "stored confirmed, its evidence says partial"),
        (FULL, lambda kept: kept[2].update(executed="-43"), "its evidence says side"),
        (FULL, lambda kept: kept.pop(), "its evidence says unknown"),
        (FULL, lambda kept: kept[0].update(order_id="8"), "order: stored 7, its evidence says 8"),
        (FULL, lambda kept: kept[2].update(source="websocket"), "source that decided: stored order"),
        (FULL, lambda kept: kept[2].update(decided=False), "said to rest on leads to unknown alone"),
        (TWICE, lambda kept: (kept[1].update(decided=False), kept[2].update(decided=True)),
         "it rests on other observations than those that are marked"),
        (PART, lambda kept: kept[1].update(executed="21"), "quantity: stored 20, its evidence says 21"),
        (PART, lambda kept: kept[1].update(terminal=True, trades_agree=True), "settled: stored no"),
        (REFUTED, lambda kept: kept[1].update(trades_agree=None), "its evidence says unknown"),
        (REFUTED, lambda kept: kept[1].update(elsewhere={"account": "main", "symbol": "X", "leg": "net"}),
         "its evidence says unknown"),
        (BY_LAG, lambda kept: kept[4].update(sent_monotonic=6.0), "grade: stored bounded_lag"),
        (FLAT, lambda kept: kept[1].update(version=10), "its evidence says"),
    ],
)  # fmt: skip
def test_evidence_that_leads_elsewhere_is_told(ended: Verification, change: Change, told: str) -> None:
    found = audit(_changed(_stored(ended), change))

    assert found.outcome is Outcome.DIFFERS, found
    assert told in found.reason


@pytest.mark.parametrize(
    ("field", "value"),
    [("verdict", "refuted"), ("grade", "bounded_lag"), ("mismatch", "side"), ("decided_by", Source.REST),
     ("question", "close"), ("order_id", "9"), ("asked_at", drawn.moment(1).utc)],
)  # fmt: skip
def test_a_verdict_that_was_changed_is_told(field: str, value: object) -> None:
    stored = _stored(FULL)
    assert stored.view is not None
    changed: dict[str, Any] = {field: value}

    found = audit(replace(stored, view=replace(stored.view, **changed)))

    assert found.outcome is Outcome.DIFFERS


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda kept: kept.clear(), "no evidence is stored"),
        (lambda kept: kept.pop(0), "the question is not stored"),
        (lambda kept: kept[0].pop("exclusive"), "the question does not tell its exclusive"),
        (lambda kept: kept[0].update(quantity=43), "the question does not tell its quantity"),
        (lambda kept: kept[0].update(quantity="NaN"), "the question does not tell its quantity"),
        (lambda kept: kept[0].update(quantity="0"), "the question does not tell its quantity"),
        (lambda kept: kept[0].update(baseline=["0"]), "the question does not tell its baseline"),
        (lambda kept: kept[0].update(asked="2026-11-22"), "the question does not tell its asked"),
        (lambda kept: kept[1].update(silence="asleep"), "observation 1 does not tell its silence"),
        (lambda kept: kept[2].pop("decided"), "observation 2 does not tell its decided"),
        (lambda kept: kept[2].update(terminal="yes"), "observation 2 does not tell its terminal"),
        (lambda kept: kept[2].update(received_monotonic=None), "observation 2 does not tell its received"),
        (lambda kept: kept[2].update(executed="4E999999999"), "cannot be reckoned with"),
        (lambda kept: kept.__setitem__(2, "gone"), "observation 2 is not a set of fields"),
    ],
)  # fmt: skip
def test_what_cannot_be_derived_is_never_fine(change: Change, told: str) -> None:
    found = audit(_changed(_stored(FULL), change))

    assert found.outcome is Outcome.NOT_DERIVED, found
    assert told in found.reason


SHOWN_ROW, SHOWN_ORDER, SHOWN_SILENCE = drawn.row(1, 1), drawn.order(1), drawn.gone(1)


@pytest.mark.parametrize("question", [drawn.opening(), drawn.closing()])
@pytest.mark.parametrize("seen", [SHOWN_ROW, SHOWN_ORDER, SHOWN_SILENCE], ids=["row", "order", "silence"])
def test_a_field_that_is_added_to_a_value_is_stored_too(question: Question, seen: Observation) -> None:
    """Or the rule that asks for it could not be audited."""
    asked, shown = json.loads(record_of(_ended(question, seen), asked_by="bot")[1])

    fields_of_seen = {field.name for each in (seen, seen.provenance) for field in structs.fields(each)}
    fields_of_seen = fields_of_seen - {"exchange_us"} | {"exchange_at"}  # stored as a person reads it
    assert {field.name for field in fields(question)} - {"key"} <= set(asked)
    assert fields_of_seen - {"key", "provenance"} <= set(shown)


def test_an_older_record_without_what_was_added_later_is_still_derived() -> None:
    older = _changed(_stored(FULL), lambda kept: (kept[0].pop("verdict"), kept[2].pop("conditional")))

    assert audit(older).outcome is Outcome.AGREES


def test_an_account_of_another_name_changes_nothing() -> None:
    """A bot's journal has its own name for the account; the sidecar stores it under that of its settings."""
    stored = _stored(FULL)
    assert stored.view is not None

    assert audit(replace(stored, view=replace(stored.view, account="mine"))).outcome is Outcome.AGREES


def test_times_are_kept_to_the_microsecond() -> None:
    odd = datetime(2026, 11, 22, 10, 0, 0, 1, tzinfo=UTC)
    asked = replace(drawn.opening(), asked=Moment.at(odd, 0.1 + 0.2))
    stored = _stored(_ended(asked))
    assert stored.view is not None

    assert case_of(stored.view.key, stored.evidence).question.asked == Moment.at(odd, 0.1 + 0.2)
