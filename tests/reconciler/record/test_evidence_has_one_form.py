"""Evidence is written in one form and read back to equal values; another form is refused by its name."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.record.evidence_form import EvidenceUnreadable
from reconciler.record.stored_evidence import case_of
from reconciler.record.stored_verification import record_of, verification_from
from tests.reconciler.record.any_verification import CLOSES, EXACT, OPENS, SEEN, WORDS
from tests.reconciler.record.every_kind import EVERY_KIND
from verification.facts.clock import Moment
from verification.facts.observation import Observation, Source
from verification.facts.question import Question
from verification.facts.verdict import Grade, Mismatch, Verdict, VerdictKind
from verification.facts.verification import Verification

KINDS = st.sampled_from(VerdictKind)
GRADES = st.none() | st.sampled_from(Grade)
MISMATCHES = st.none() | st.sampled_from(Mismatch)
SOURCES = st.none() | st.sampled_from(Source)


@st.composite
def verifications(draw: st.DrawFn) -> Verification:
    """Any verification whatever: no rule need lead to its verdict."""
    question: Question = draw((OPENS | CLOSES).filter(lambda asked: asked.asked.utc.year < 9999))
    seen: list[Observation] = draw(SEEN)
    decided = draw(st.lists(st.booleans(), min_size=len(seen), max_size=len(seen)))
    verdict = Verdict(
        kind=draw(KINDS),
        grade=draw(GRADES),
        quantity=draw(st.none() | EXACT),
        mismatch=draw(MISMATCHES),
        decided_by=draw(SOURCES),
        reason=draw(WORDS),
        rests_on=tuple(each for each, did in zip(seen, decided, strict=True) if did),
        settled=draw(st.booleans()),
    )
    asked, took = question.asked, draw(st.integers(0, 10**9))
    return Verification(
        question, verdict, tuple(seen), Moment(asked.utc_us + took, asked.monotonic + took / 1e6)
    )


@given(verifications())
def test_any_verification_is_read_back_to_an_equal_one(ended: Verification) -> None:
    view, evidence = record_of(ended, asked_by="bot")
    read = verification_from(view, evidence)

    assert evidence.isascii()
    assert (read.question, read.observations, read.verdict) == (
        ended.question,
        ended.observations,
        ended.verdict,
    )
    assert abs(read.decided.utc - ended.decided.utc) <= timedelta(microseconds=1)
    assert read.decided.monotonic == pytest.approx(ended.decided.monotonic, abs=1e-9)
    assert record_of(read, asked_by="bot")[1] == evidence


def _changed(kind: str, change: Callable[[list[Any]], object]) -> str:
    kept = json.loads(record_of(EVERY_KIND[kind], asked_by="bot")[1])
    change(kept)
    return json.dumps(kept)


def _read(kind: str, evidence: str) -> Verification:
    return verification_from(record_of(EVERY_KIND[kind], asked_by="bot")[0], evidence)


def _add_what_is_not_known(kept: list[Any]) -> None:
    for each in kept:
        each["mood"] = {"of": ["the", 1, None]}
    kept[0]["verdict"]["mood"] = kept[-1]["elsewhere"]["mood"] = "\ud800"


def test_what_a_newer_version_tells_beside_is_passed_over() -> None:
    """A bot of that version must be heard; and its row keeps what it told."""
    assert _read("unknown", _changed("unknown", _add_what_is_not_known)) == EVERY_KIND["unknown"]


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 1, -1.5, 2**70, "", "x", "NaN", "-Infinity", "2026-02-30T10:00:00+00:00", [], {}, [1, 2],
     "2026-11-29T10:00:00", "1E+9999999999999999999"]
)  # fmt: skip


@given(st.sampled_from(list(EVERY_KIND)), st.data())
def test_a_damaged_field_is_refused_by_its_name_or_read_in_full(kind: str, data: st.DataObject) -> None:
    kept = json.loads(record_of(EVERY_KIND[kind], asked_by="bot")[1])
    each = data.draw(st.sampled_from(kept))
    field = data.draw(st.sampled_from(sorted(each)))
    each[field] = junk = data.draw(JUNK)
    try:
        case = case_of(EVERY_KIND[kind].question.key, json.dumps(kept))
    except EvidenceUnreadable as refused:
        place = kept.index(each)
        told = str(refused)
        assert told.startswith(f"observation {place}" if place else "the question"), told
        assert field.removesuffix("_monotonic") in told, told
        assert "\n" not in told
    else:
        assert len(case.observations) == len(kept) - 1
        assert junk not in ([], {}), "no field of this form is empty"


MAY_BE_LEFT_OUT = {"verdict", "conditional", "elsewhere"}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_is_missing_is_refused_by_its_name(kind: str) -> None:
    whole = json.loads(record_of(EVERY_KIND[kind], asked_by="bot")[1])
    names = [(place, field) for place, each in enumerate(whole) for field in each]
    for place, field in names:
        text = _changed(kind, lambda kept: kept[place].pop(field))  # noqa: B023 - it is called at once
        if field in MAY_BE_LEFT_OUT:
            assert _read(kind, text).question == EVERY_KIND[kind].question
            continue
        if field == "position":  # then it reads as the question of an open
            field = "side"  # noqa: PLW2901 - what is told
        with pytest.raises(EvidenceUnreadable, match=f"does not tell its {field}: it is of an older form"):
            _read(kind, text)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda kept: kept[1].update(what="hearsay"), "observation 1 does not tell its what in the form"),
        (lambda kept: kept.append(kept[0]), "observation 12 does not tell its what in the form"),
        (lambda kept: kept[0].update(verdict=1), "the question's verdict is not a set of fields"),
        (lambda kept: kept[0]["verdict"].pop("settled"), "does not tell its verdict's settled: it is of"),
        (lambda kept: kept[0]["verdict"].update(quantity="all"), "does not tell its verdict's quantity in"),
        (lambda kept: kept[0].update(baseline=["0"]), "the question does not tell its baseline in"),
        (lambda kept: kept[0].update(baseline=[0, 1]), "the question does not tell its baseline in"),
        (lambda kept: kept[0].update(position=["0", 1]), "the question does not tell its position in"),
        (lambda kept: kept[-1]["elsewhere"].update(leg="middle"), "does not tell its elsewhere's leg in"),
        (lambda kept: kept[-1].update(sent_monotonic=None), "does not tell its sent_monotonic in"),
        (lambda kept: kept[-1].update(received_monotonic=float("nan")), "its received_monotonic in"),
        (lambda kept: kept[-1].update(received_monotonic=10**400), "does not tell its received_monotonic in"),
    ],
)  # fmt: skip
def test_what_is_of_another_form_is_told_in_one_plain_line(
    change: Callable[[list[Any]], object], told: str
) -> None:
    with pytest.raises(EvidenceUnreadable) as refused:
        _read("unknown", _changed("unknown", change))
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "[", "null", "7", '"x"', "{}", "[]", "[[]]", "[" * 100_000])
def test_what_is_no_evidence_at_all_is_refused(text: str) -> None:
    with pytest.raises(EvidenceUnreadable, match=r"not JSON|no evidence|not a set of fields"):
        _read("unknown", text)


@given(st.sampled_from(list(EVERY_KIND)), st.data())
def test_evidence_that_is_cut_is_never_read_in_part(kind: str, data: st.DataObject) -> None:
    whole = record_of(EVERY_KIND[kind], asked_by="bot")[1]
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(EvidenceUnreadable):
        _read(kind, whole[:cut])


@pytest.mark.parametrize(
    "change", [{"verdict": "guessed"}, {"grade": "surely"}, {"mismatch": "some"}, {"milliseconds": 1e300}]
)
def test_a_verdict_that_is_none_is_refused(change: dict[str, Any]) -> None:
    view, evidence = record_of(EVERY_KIND["excess"], asked_by="bot")
    with pytest.raises(EvidenceUnreadable, match="its verdict or its time is none"):
        verification_from(replace(view, **change), evidence)
