"""Every small world, every small set of what may be said of it: no false CONFIRMED, no false REFUTED."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, permutations

import pytest

from tests.verification.drawn import REST, closing, order, row
from tests.verification.planted_faults import a_zero_lasts, every_row_is_newer, statuses_never_lie
from tests.verification.promises import Rule
from tests.verification.small_worlds import SIZE, SmallWorld, closes, is_open, opens, sets
from verification.facts.observation import Observation, PositionSeen
from verification.facts.verdict import Grade, Mismatch, Verdict, VerdictKind
from verification.rules.contradiction import contradictions
from verification.rules.judgement import decide


def false_words(rule: Rule) -> Iterator[str]:
    """Return what the rule proves although it is not so."""
    for world in chain(opens(), closes()):
        words = world.words()
        for seen in sets(words):
            verdict = rule(world.question, seen)
            if verdict.grade is Grade.PROOF and not _true(world, verdict):
                yield f"{verdict.kind} {verdict.mismatch} {verdict.quantity} of {world.facts}: {seen}"


def _true(world: SmallWorld, verdict: Verdict) -> bool:
    done, last = world.last.executed, world.last
    later = [fact.leg for fact in world.facts[1:]]
    said = verdict.quantity
    if is_open(world.question):
        match verdict.kind:
            case VerdictKind.CONFIRMED:
                return done == said == SIZE
            case VerdictKind.REFUTED:
                return done == 0 and last.ended
            case VerdictKind.PARTIAL:
                return said is not None and 0 < said <= done and (not verdict.settled or said == done)
            case _:
                return verdict.mismatch is Mismatch.SIDE and said is not None and done <= said < 0
    match verdict.kind, verdict.mismatch:
        case VerdictKind.CONFIRMED, None:
            return 0 in later
        case VerdictKind.PARTIAL, None:
            return said in later
        case VerdictKind.MISMATCH, Mismatch.STILL_OPEN:
            return done == 0 and last.ended
        case VerdictKind.MISMATCH, _:
            return any(leg < 0 or leg > SIZE for leg in later)
        case _:
            return False


def test_nothing_is_proved_that_is_not_so() -> None:
    assert next(false_words(decide), None) is None


def test_the_rules_do_prove_in_these_worlds() -> None:
    kinds = {
        (is_open(world.question), verdict.kind, verdict.mismatch)
        for world in chain(opens(), closes())
        for seen in sets(world.words(), 2)
        if (verdict := decide(world.question, seen)).grade is Grade.PROOF
    }
    assert len(kinds) >= 7, kinds


def closed_against_a_newer_row(rule: Rule) -> Iterator[str]:
    """Return where a false zero of a list outweighs a row that shows the leg at that version or after.

    The leg never was flat, and the exit did not execute all of it.
    """
    for world in closes():
        if any(fact.leg == 0 for fact in world.facts) or abs(world.last.executed) == SIZE:
            continue
        zero = world.false_zero()
        for seen in sets(world.words(), 2):
            held = [row for row in seen if _shows_it_held(row, zero)]
            if held and rule(world.question, (*seen, zero)).kind is VerdictKind.CONFIRMED:
                yield f"{world.facts}: {seen}"


def _shows_it_held(seen: Observation, zero: PositionSeen) -> bool:
    if not isinstance(seen, PositionSeen) or seen.quantity == 0:
        return False
    newer = (seen.version or 0) > (zero.version or 0)
    return newer or (seen.version == zero.version and seen.provenance.source is not zero.provenance.source)


def test_a_false_zero_never_outweighs_a_row_that_is_as_new() -> None:
    assert next(closed_against_a_newer_row(decide), None) is None


def test_a_false_zero_and_an_exit_that_ended_empty_leave_the_position_open() -> None:
    for exclusive in (True, False):
        question = closing(SIZE, exclusive=exclusive)
        seen: list[Observation] = [row(0, 11, source=REST), row(SIZE, 12), order(0, ended=True, agree=True)]
        for mixed in permutations(seen):
            verdict = decide(question, mixed)
            assert (verdict.mismatch, verdict.quantity) == (Mismatch.STILL_OPEN, Decimal(SIZE))


@pytest.mark.parametrize("mutant", [every_row_is_newer, statuses_never_lie], ids=lambda each: each.__name__)
def test_a_planted_fault_proves_what_is_not_so(mutant: Rule) -> None:
    assert next(false_words(mutant), None) is not None


def test_a_rule_that_believes_a_zero_for_ever_is_caught() -> None:
    assert next(closed_against_a_newer_row(a_zero_lasts), None) is not None


def test_lag_alone_is_no_contradiction_in_any_small_world() -> None:
    for world in chain(opens(), closes()):
        true = [seen for seen in world.words() if not _is_false_end(world, seen)]
        for seen in sets(true, 2):
            assert contradictions(world.question, seen) == (), (world.facts, seen)


def _is_false_end(world: SmallWorld, seen: Observation) -> bool:
    executed = getattr(seen, "executed", None)
    return (
        executed is not None
        and getattr(seen, "terminal", False)
        and not (world.last.ended and Decimal(world.last.executed) == executed)
    )
