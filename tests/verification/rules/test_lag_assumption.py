"""A verdict by lag is right wherever the lag keeps its bound, and only there: which is why it says so."""

import random
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verification.drawn import CACHE, KEY, REST, WS, closing, moment, opening, order
from verification.facts.observation import (
    Observation,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.verdict import Grade, VerdictKind
from verification.rules.bounded_lag import LAG_BOUND_SECONDS
from verification.rules.judgement import decide

Timeline = list[tuple[float, int]]

EXAMPLES = settings(max_examples=1000, derandomize=True, database=None, deadline=None)


def quantity_at(timeline: Timeline, at: float) -> int:
    """What the leg held at a time; flat before the first entry."""
    return next((quantity for since, quantity in reversed(timeline) if since <= at), 0)


def told(rng: random.Random, timeline: Timeline, bound: float) -> list[Observation]:
    """Sources without versions, each telling what was true up to `bound` seconds ago."""
    seen: list[Observation] = []
    for _ in range(rng.randint(0, 9)):
        sent = rng.choice([0.0, 1.0, 2.0, 4.0, 5.0, 5.5, 7.0, 9.0])
        source: Source = rng.choice([REST, REST, REST, WS, CACHE])
        quantity = quantity_at(timeline, sent - rng.choice([0, bound / 2, bound]))
        came = Provenance(source, moment(sent + 0.1), None if source is WS else moment(sent))
        if quantity == 0 and source is REST:
            seen.append(SourceSilent(KEY, Silence.ABSENT, "", complete=True, provenance=came))
        else:
            seen.append(PositionSeen(KEY, Decimal(quantity), None, came))
    return seen


def wrong_verdicts(number: int, bound: float) -> tuple[int, int]:
    """Return how many verdicts by lag a seed's open and close give, and how many of them are wrong."""
    rng = random.Random(number)
    given_, wrong = 0, 0
    # An open on a leg that held the same quantity shortly before, and was closed before the question.
    filled = rng.choice([None, 0.5, 3.0])
    leg: Timeline = [(-20, 43), (rng.choice([-9.0, -4.0, -0.5]), 0)]
    leg += [] if filled is None else [(filled, 43)]
    verdict = decide(opening(baseline=(0, None), asked=0), told(rng, leg, bound))
    if verdict.grade is Grade.BOUNDED_LAG:
        given_, wrong = given_ + 1, wrong + (filled is None)
    # A close on a shared leg, where somebody else may have bought at the same time.
    closed: Timeline = [(-20, 43), (1.0, rng.choice([0, 0, 20]))]
    exit_order = order(-43, ended=True, at=rng.choice([1.0, 2.0]))
    verdict = decide(closing(version=None, exclusive=False), [exit_order, *told(rng, closed, bound)])
    if verdict.grade is Grade.BOUNDED_LAG:
        assert verdict.kind is VerdictKind.CONFIRMED
        given_, wrong = given_ + 1, wrong + (quantity_at(closed, 99) != 0)
    return given_, wrong


@EXAMPLES
@given(st.integers(0, 2**48))
def test_within_the_bound_it_is_never_wrong(number: int) -> None:
    assert wrong_verdicts(number, LAG_BOUND_SECONDS)[1] == 0


def test_the_rules_do_speak_and_beyond_the_bound_they_err() -> None:
    within = [wrong_verdicts(number, LAG_BOUND_SECONDS) for number in range(700)]
    assert sum(given_ for given_, _ in within) > 7
    beyond = [wrong_verdicts(number, 30.0) for number in range(700)]
    assert sum(wrong for _, wrong in beyond) > 0
