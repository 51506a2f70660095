"""Whatever is said: what a verdict rests on leads to it again, and how a number is spelt has no part in it."""

# ruff: noqa: E501 - a drawn table is read by its rows

import random
from collections.abc import Iterable, Iterator
from itertools import combinations, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verification.crowds import Crowd, crowd, crowds
from tests.verification.drawn import CACHE, REST, WS, closing, opening, order, row
from tests.verification.planted_faults import only_what_came_first_is_kept
from tests.verification.promises import REPEATABLE, Rule
from verification.facts.observation import Observation
from verification.facts.question import Question
from verification.facts.verdict import Grade, Mismatch, VerdictKind
from verification.rules.judgement import decide

CONFIRMED, PARTIAL, MISMATCH, REFUTED, UNKNOWN = VerdictKind

# What is seen of one version: the first word is taken back by its own source, and another bears that out.
ONE_SAYS_MORE: list[tuple[str, Question, list[Observation], VerdictKind, Mismatch | None]] = [
    ("the other way round", closing(), [row(-5, 11), row(20, 11, at=2), row(20, 11, at=3, source=REST)], MISMATCH, Mismatch.SIDE),
    ("grown, a list says so", closing(), [row(99, 11, source=REST), row(5, 11, at=2, source=REST), row(5, 11, at=3)], MISMATCH, Mismatch.EXCESS),
    ("a zero, and an exit that closed nothing", closing(exclusive=False), [row(0, 11), row(43, 11, at=2), row(43, 11, at=3, source=REST), order(0, ended=True, agree=True)], MISMATCH, Mismatch.STILL_OPEN),
    ("a zero, and an exit that closed all", closing(exclusive=False), [row(0, 11), row(-9, 11, at=2), row(-9, 11, at=3, source=CACHE), order(-43, ended=True)], CONFIRMED, None),
]  # fmt: skip


@REPEATABLE
@given(crowds())
def test_what_a_verdict_rests_on_leads_to_it_again_whatever_is_said(drawn: Crowd) -> None:
    verdict = decide(drawn.question, drawn.seen)
    assert decide(drawn.question, verdict.rests_on) == verdict


def small_crowds() -> Iterator[Crowd]:
    """Return every set of up to three rows that two sources may tell, beside nothing or an exit that ended."""
    places = product([0, 20, 43, -5, 99], [11, 12], [WS, REST], [1, 8])
    words = [row(quantity, version, source=source, at=at) for quantity, version, source, at in places]
    beside: list[list[Observation]] = [[], [order(-43, ended=True)], [order(0, ended=True, agree=True)]]
    for size in (1, 2, 3):
        for rows in combinations(words, size):
            yield Crowd(opening(), rows)
            yield from (Crowd(closing(exclusive=False), (*rows, *orders)) for orders in beside)


def test_what_a_verdict_rests_on_leads_to_it_again_in_every_small_crowd() -> None:
    for drawn in small_crowds():
        verdict = decide(drawn.question, drawn.seen)
        assert decide(drawn.question, verdict.rests_on) == verdict, drawn.seen


@REPEATABLE
@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_told_decides_nothing(drawn: Crowd, rng: random.Random) -> None:
    mixed = [*drawn.seen, *(seen for seen in drawn.seen if rng.random() < 0.3)]
    rng.shuffle(mixed)
    assert decide(drawn.question, mixed) == decide(drawn.question, drawn.seen)


def same_in_other_units(rule: Rule, numbers: Iterable[int]) -> bool:
    """Return True if a verdict stays what it is where everything is so many times as large.

    Of what was said in one instant the digits must not tell which counts. (A verdict that is not settled may
    name one of several parts.)
    """
    for number in numbers:
        drawn = crowd(number)
        once = rule(drawn.question, drawn.seen)
        for times in (3, 7, 12):
            larger = crowd(number, times)
            many = rule(larger.question, larger.seen)
            if (many.kind, many.grade, many.mismatch) != (once.kind, once.grade, once.mismatch):
                return False
            if once.settled and once.quantity is not None and many.quantity != once.quantity * times:
                return False
    return True


def test_how_a_number_is_spelt_decides_nothing() -> None:
    assert same_in_other_units(decide, range(2000))


def test_the_crowds_do_lead_to_every_verdict() -> None:
    verdicts = [decide(drawn.question, drawn.seen) for drawn in map(crowd, range(2000))]
    assert {verdict.kind for verdict in verdicts} == set(VerdictKind)
    assert {verdict.mismatch for verdict in verdicts} == {None, *Mismatch}
    assert sum(verdict.grade is Grade.BOUNDED_LAG for verdict in verdicts) > 20
    assert sum(len(verdict.rests_on) == 2 for verdict in verdicts) > 20


def test_a_rule_that_keeps_too_little_is_caught() -> None:
    verdicts = (
        (drawn, only_what_came_first_is_kept(drawn.question, drawn.seen)) for drawn in map(crowd, range(800))
    )
    assert any(decide(drawn.question, verdict.rests_on) != verdict for drawn, verdict in verdicts)


@pytest.mark.parametrize(
    ("question", "seen", "kind", "mismatch"),
    [each[1:] for each in ONE_SAYS_MORE],
    ids=[each[0] for each in ONE_SAYS_MORE],
)
def test_a_word_that_was_taken_back_is_kept_with_the_word_that_took_it_back(
    question: Question, seen: list[Observation], kind: VerdictKind, mismatch: Mismatch | None
) -> None:
    for told in permutations(seen):
        verdict = decide(question, told)
        assert (verdict.kind, verdict.mismatch, verdict.grade) == (kind, mismatch, Grade.PROOF)
        assert decide(question, verdict.rests_on) == verdict


# What the stream says in one instant; what the bot's cache says. A list that is asked late says 43.
DOUBTFUL: list[tuple[str, list[Observation]]] = [
    ("1 and 43 in one instant", [row(1, 11), row(43, 11)]),
    ("5 and 43 in one instant", [row(5, 11), row(43, 11)]),
    ("1 and 43 in one instant, without a version", [row(1, None), row(43, None)]),
    ("5 and 43 in one instant, without a version", [row(5, None), row(43, None)]),
    ("the cache says another thing of that version", [row(43, 11), row(20, 11, source=CACHE)]),
    ("the cache does, the stream's has none", [row(43, None), row(20, 11, source=CACHE)]),
]


@pytest.mark.parametrize("said", [each[1] for each in DOUBTFUL], ids=[each[0] for each in DOUBTFUL])
def test_no_open_is_confirmed_by_lag_where_nobody_knows_what_was_said_last(said: list[Observation]) -> None:
    late = row(43, 11 if any(getattr(each, "version", None) for each in said) else None, at=6, source=REST)
    for told in permutations([*said, late]):
        assert decide(opening(order_id=None), told).kind is UNKNOWN


def test_an_open_is_confirmed_by_lag_where_the_last_words_agree() -> None:
    said = [row(1, None), row(43, None, at=2), row(43, None, at=2), row(43, None, at=6, source=REST)]
    for told in permutations(said):
        verdict = decide(opening(order_id=None), told)
        assert (verdict.kind, verdict.grade) == (CONFIRMED, Grade.BOUNDED_LAG)
        assert {seen.provenance.source for seen in verdict.rests_on} == {WS, REST}
