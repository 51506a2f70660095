"""The verdict rules keep their promises against an adversary; rules with a planted fault do not."""

import pytest

from tests.verification.planted_faults import (
    a_baseline_does_not_matter,
    a_tie_is_newer,
    any_order_is_ours,
    every_order_is_over,
    every_row_is_newer,
    executed_without_its_sign,
    legs_are_one,
    missing_cache_is_closed,
    nobody_else_trades,
    not_found_is_absent,
    only_what_came_first_is_kept,
    statuses_never_lie,
    the_first_half_counts,
    the_last_word_counts,
)
from tests.verification.promises import (
    PROMISES,
    Promise,
    Rule,
    as_the_reference,
    confluent,
    deaf_to_silence,
    derived_again,
    isolated,
    monotone,
    sound,
)
from verification.rules.judgement import decide


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_the_rules_keep(promise: Promise) -> None:
    promise(decide)


MUTANTS: list[tuple[Rule, Promise]] = [
    (missing_cache_is_closed, sound),
    (missing_cache_is_closed, as_the_reference),
    (missing_cache_is_closed, deaf_to_silence),
    (not_found_is_absent, sound),
    (not_found_is_absent, deaf_to_silence),
    (a_tie_is_newer, as_the_reference),
    (every_row_is_newer, sound),
    (statuses_never_lie, sound),
    (statuses_never_lie, monotone),
    (nobody_else_trades, sound),
    (nobody_else_trades, as_the_reference),
    (legs_are_one, sound),
    (legs_are_one, isolated),
    (any_order_is_ours, sound),
    (any_order_is_ours, isolated),
    (every_order_is_over, sound),
    (the_last_word_counts, monotone),
    (the_last_word_counts, confluent),
    (the_first_half_counts, as_the_reference),
    (executed_without_its_sign, sound),
    (a_baseline_does_not_matter, sound),
    (only_what_came_first_is_kept, derived_again),
]


@pytest.mark.parametrize(
    ("mutant", "promise"),
    MUTANTS,
    ids=[f"{mutant.__name__}-{promise.__name__}" for mutant, promise in MUTANTS],
)
def test_a_planted_fault_is_caught(mutant: Rule, promise: Promise) -> None:
    with pytest.raises(AssertionError):
        promise(mutant)
