"""A life of the stream that does not last counts as none, and the next one comes later."""

import pytest

from tests.verification.venues.samples import moment
from verification.venues.capabilities import StreamRules
from verification.venues.streaming.steadiness import Steadiness

RULES = StreamRules(backoff_first=0.25, backoff_most=30)


def lives(each: float, pause: float, count: int, *, fault: bool) -> tuple[Steadiness, float]:
    steadiness, now = Steadiness(RULES, moment(0)), 0.0
    for _ in range(count):
        steadiness.began(moment(now))
        now += each
        steadiness.ended(moment(now), fault=fault)
        now += pause
    return steadiness, now


def test_a_life_of_ten_seconds_lasts_and_begins_the_pauses_anew() -> None:
    steadiness, now = lives(12, 1, 5, fault=False)
    assert steadiness.pause() == RULES.backoff_first
    away = steadiness.away_since(moment(now))
    assert away == moment(now - 1), "since the last one ended"
    steadiness.began(moment(now))
    assert steadiness.away_since(moment(now + 9)) == away
    assert steadiness.away_since(moment(now + 10)) is None


@pytest.mark.parametrize(("each", "fault"), [(2, False), (2, True), (50, True)])
def test_lives_that_do_not_last_are_away_all_the_while_and_come_ever_later(
    each: float, *, fault: bool
) -> None:
    steadiness, now = lives(each, 1, 12, fault=fault)
    first = 0.0 if each < 10 else each
    assert steadiness.away_since(moment(now)) == moment(first)
    assert steadiness.pause() == RULES.backoff_most


def test_the_first_pause_is_short_and_each_next_one_twice_as_long() -> None:
    steadiness = Steadiness(RULES, moment(0))
    pauses = []
    for second in range(4):
        steadiness.ended(moment(second), fault=False)
        pauses.append(steadiness.pause())
    assert pauses == [0.5, 1.0, 2.0, 4.0]
