"""What one position list says of one leg: its row, or that it is not in the list. Never a zero of its own."""

from decimal import Decimal

from tests.verification.drawn import KEY, OTHER_LEG, moment, row
from tests.verification.scene import Scene, play
from tests.verification.scripted_venue import held
from verification.account import PositionsReading
from verification.leg import LegKey
from verification.observation import PositionSeen, Silence, Source, SourceSilent
from verification.sources.rest import leg_in_list
from verification.verdict import VerdictKind


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


def test_pushes_about_the_other_leg_are_not_heard() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.push_later(0.5, row(43, 11, key=OTHER_LEG))
        scene.venue.push_later(1, row(43, 11))
        answer = await scene.ask()
        assert (answer.verdict.kind, scene.now) == (VerdictKind.CONFIRMED, 1)
        assert {seen.key for seen in answer.observations} == {KEY}

    play(story)
