"""A stream that is connected and silent is found by what position lists show."""

from decimal import Decimal

import pytest

from tests.verification.venues.samples import NET, moment, seen
from verification.facts.account import Position, PositionsReading
from verification.venues.capabilities import StreamRules
from verification.venues.streaming.missed_facts import MissedFacts

RULES = StreamRules(missed_after=3, absent_after=10)


def reading(quantity: str | None, version: int = 0, *, at: float) -> PositionsReading:
    rows = () if quantity is None else (Position(NET, Decimal(quantity), version, None, None, None, None),)
    return PositionsReading(rows, moment(at), moment(at + 0.1))


@pytest.mark.parametrize(
    ("quantity", "version", "missed"),
    [
        ("86", 11, True),
        ("86", 10, False),  # a tie is not newer
        ("86", 9, False),  # the list lags behind the stream
        ("43", 11, False),  # newer and the same: nothing of the quantity was missed
    ],
)
def test_a_newer_row_with_another_quantity_is_missed(quantity: str, version: int, *, missed: bool) -> None:
    watch = MissedFacts(RULES)
    watch.compare(reading(quantity, version, at=0), {NET: seen("43", 10)})
    assert (watch.since(moment(3.2)) is not None) is missed


def test_a_position_the_stream_never_spoke_of_is_missed() -> None:
    watch = MissedFacts(RULES)
    watch.compare(reading("43", 10, at=0), {})
    assert watch.since(moment(3.2)) == moment(0.1)


def test_the_stream_has_a_few_seconds_to_push() -> None:
    watch = MissedFacts(RULES)
    watch.compare(reading("86", 11, at=0), {NET: seen("43", 10)})
    assert watch.since(moment(2.9)) is None
    watch.pushed(seen("86", 11))
    assert watch.since(moment(9)) is None


def test_an_older_push_does_not_excuse_it() -> None:
    watch = MissedFacts(RULES)
    watch.compare(reading("86", 11, at=0), {NET: seen("43", 10)})
    watch.pushed(seen("60", 10))
    assert watch.since(moment(9)) is not None


def test_reading_it_again_does_not_put_off_the_finding() -> None:
    watch = MissedFacts(RULES)
    for second in range(5):
        watch.compare(reading("86", 11 + second, at=second), {NET: seen("43", 10)})
    assert watch.since(moment(5)) == moment(0.1)


def test_a_leg_that_has_long_left_the_list_is_missed() -> None:
    watch = MissedFacts(RULES)
    watch.compare(reading(None, at=9), {NET: seen("43", 10)})
    assert watch.since(moment(20)) is None, "the list may lag behind the stream"
    watch.compare(reading(None, at=11), {NET: seen("43", 10)})
    assert watch.since(moment(20)) is not None


def test_a_leg_that_is_listed_again_is_not_missed() -> None:
    watch = MissedFacts(RULES)
    watch.compare(reading(None, at=11), {NET: seen("43", 10)})
    watch.compare(reading("43", 10, at=12), {NET: seen("43", 10)})
    assert watch.since(moment(30)) is None


def test_a_new_epoch_starts_afresh() -> None:
    watch = MissedFacts(RULES)
    watch.compare(reading("43", 10, at=0), {})
    watch.clear()
    assert watch.since(moment(30)) is None
