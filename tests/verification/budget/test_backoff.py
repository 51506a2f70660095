"""Pauses grow, stay within bounds, and never overflow."""

import random

import pytest

from verification.budget.backoff import Backoff


@pytest.mark.parametrize(
    ("asked", "seconds"), [(1, 0.1), (2, 0.2), (3, 0.4), (5, 1.6), (6, 2), (7, 2), (1025, 2), (10**6, 2)]
)
def test_pauses_double_up_to_the_longest(asked: int, seconds: float) -> None:
    assert Backoff(0.1, jitter=0).pause(asked, random.Random(1)) == pytest.approx(seconds)
    assert Backoff(0.1, jitter=0.5).after(asked) == pytest.approx(seconds)


def test_before_any_try_the_pause_is_the_first_one() -> None:
    assert Backoff(0.1).after(0) == Backoff(0.1).after(1) == pytest.approx(0.1)


def test_a_factor_of_one_never_grows() -> None:
    assert {Backoff(0.3, factor=1.0).after(tries) for tries in range(100)} == {0.3}


def test_chance_adds_or_takes_away_its_share_at_most() -> None:
    rng = random.Random(1)
    pauses = [Backoff(1.0, jitter=0.2).pause(1, rng) for _ in range(1000)]
    assert 0.8 <= min(pauses) < 0.85
    assert 1.15 < max(pauses) <= 1.2
