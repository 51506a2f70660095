"""What one position list says of one leg: its row, or that it is not in the list. Never a zero of its own."""

from decimal import Decimal

import pytest

from tests.verification.drawn import KEY, OTHER_LEG, moment, row
from tests.verification.scene import Scene, play
from tests.verification.scripted_venue import held
from verification.facts.account import PositionsReading
from verification.facts.errors import SourceMalformed, SourceUnreachable
from verification.facts.leg import LegKey
from verification.facts.observation import PositionSeen, Silence, Source, SourceSilent
from verification.facts.verdict import VerdictKind
from verification.venues.position_list import leg_in_list


def test_the_row_of_the_leg_is_found_among_others() -> None:
    seen = leg_in_list(
        PositionsReading((held(OTHER_LEG, -10, 7), held(KEY, 43, 11)), moment(1), moment(2)), KEY
    )
    assert isinstance(seen, PositionSeen)
    assert (seen.key, seen.quantity, seen.version) == (KEY, Decimal(43), 11)
    assert (seen.provenance.sent, seen.provenance.received) == (moment(1), moment(2))


def test_a_leg_that_is_missing_is_absent_and_not_zero() -> None:
    seen = leg_in_list(PositionsReading((held(OTHER_LEG, -10, 7),), moment(1), moment(2)), KEY)
    assert isinstance(seen, SourceSilent)
    assert (seen.silence, seen.complete, seen.provenance.source) == (Silence.ABSENT, True, Source.REST)


def test_a_list_with_a_row_that_nobody_can_name_is_not_complete() -> None:
    nameless = LegKey(KEY.account, "AVLUSDT", KEY.leg)
    seen = leg_in_list(PositionsReading((held(nameless, 43, 7),), moment(1), moment(2)), KEY)
    assert isinstance(seen, SourceSilent)
    assert (seen.silence, seen.complete) == (Silence.ABSENT, False)
    assert "AVLUSDT" in seen.detail


HERE, THERE = {KEY.symbol: "USDT", "BTC/USD:BTC": "BTC"}, LegKey(KEY.account, "BTC/USD:BTC", KEY.leg)
ELSEWHERE = LegKey(KEY.account, "NEW/EUR:EUR", KEY.leg)  # in a part that nobody knows


@pytest.mark.parametrize(
    ("key", "silence", "detail"),
    [
        (KEY, Silence.MALFORMED, "USDT: a row without a size"),
        (THERE, Silence.UNREACHABLE, "BTC: no answer"),
        (ELSEWHERE, Silence.UNREACHABLE, "BTC: no answer"),
    ],
)
def test_a_part_of_the_list_that_failed_is_silent_as_it_failed_and_never_absent(
    key: LegKey, silence: Silence, detail: str
) -> None:
    reading = PositionsReading(
        (),
        moment(1),
        moment(2),
        unread={"USDT": "USDT: a row without a size", "BTC": "BTC: no answer"},
        parts=HERE,
        failed={"USDT": SourceMalformed("a row without a size"), "BTC": SourceUnreachable("no answer")},
    )
    seen = leg_in_list(reading, key)
    assert isinstance(seen, SourceSilent)
    assert (seen.silence, seen.complete) == (silence, False)
    assert detail in seen.detail


def test_of_a_part_that_was_read_the_list_is_complete_whatever_failed_beside_it() -> None:
    failed = {"BTC": SourceUnreachable("no answer")}
    reading = PositionsReading((), moment(1), moment(2), {"BTC": "BTC: no answer"}, HERE, failed)
    seen = leg_in_list(reading, KEY)
    assert isinstance(seen, SourceSilent)
    assert (seen.silence, seen.complete) == (Silence.ABSENT, True)


def test_a_part_that_nobody_asked_for_is_absent_and_not_complete() -> None:
    reading = PositionsReading((), moment(1), moment(2), {"USDT": "USDT was not asked for"}, HERE)
    seen = leg_in_list(reading, KEY)
    assert isinstance(seen, SourceSilent)
    assert (seen.silence, seen.complete) == (Silence.ABSENT, False)


def test_pushes_about_the_other_leg_are_not_heard() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.push_later(0.5, row(43, 11, key=OTHER_LEG))
        scene.venue.push_later(1, row(43, 11))
        answer = await scene.ask()
        assert (answer.verdict.kind, scene.now) == (VerdictKind.CONFIRMED, 1)
        assert {seen.key for seen in answer.observations} == {KEY}

    play(story)
