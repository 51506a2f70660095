"""A request that hangs does not silence its source: that is told, and a second one is sent beside it."""

import asyncio

import pytest

from tests.verification.drawn import KEY, order
from tests.verification.scene import Scene, play
from tests.verification.scripted_venue import held
from verification.facts.observation import Silence, Source, SourceSilent
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.race.pace import Pace
from verification.race.poller import AT_ONCE

PATIENCE = Pace().patience
SOON_AFTER = PATIENCE + 1.05  # a race looks after its requests every second
FILLED = order(43, ended=True, agree=True)


def hung(answer: Verification) -> list[Source]:
    """The sources that were told to hang, in order."""
    return [
        seen.provenance.source
        for seen in answer.observations
        if isinstance(seen, SourceSilent) and seen.silence is Silence.TIMEOUT
    ]


def test_an_order_is_asked_for_again_beside_a_request_that_hangs() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: None, 1: FILLED}  # what is asked before 1 s is never answered
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.decided_by) == (VerdictKind.CONFIRMED, Source.ORDER)
        assert PATIENCE <= scene.now <= SOON_AFTER
        assert hung(answer) == [Source.ORDER]

    play(story)


def test_a_list_is_asked_for_again_beside_a_request_that_hangs() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: "not found"}
        scene.venue.positions.answers = {0: None, 1: (held(KEY, 43, 11),)}
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.decided_by) == (VerdictKind.CONFIRMED, Source.REST)
        assert PATIENCE <= scene.now <= SOON_AFTER
        assert hung(answer) == [Source.REST]

    play(story)


def test_a_late_answer_still_counts() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.takes = 4
        scene.venue.order.answers = {0: FILLED}
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask()
        assert answer.verdict.kind is VerdictKind.CONFIRMED
        assert scene.now == pytest.approx(4)
        assert len(scene.venue.order.asked_at) == 2

    play(story)


def test_a_slow_source_goes_on_being_asked() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.takes = 2.5
        scene.venue.order.answers = {0: "not found", 7: FILLED}
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask()
        assert answer.verdict.decided_by is Source.ORDER
        assert 7 <= scene.now <= 9.6

    play(story)


def test_no_more_than_two_requests_of_a_source_hang_at_once() -> None:
    async def story(scene: Scene) -> None:
        answer = await scene.ask()  # nothing is scripted: all requests hang
        assert answer.verdict.kind is VerdictKind.UNKNOWN
        assert 10 <= scene.now < 10.05
        assert len(scene.venue.order.asked_at) == AT_ONCE
        assert len(scene.venue.positions.asked_at) == AT_ONCE
        assert sorted(hung(answer)) == sorted([Source.ORDER, Source.REST] * AT_ONCE)

    play(story)


def test_what_hangs_is_cancelled_with_the_question() -> None:
    async def story(scene: Scene) -> None:
        poller = asyncio.create_task(scene.ask())
        await asyncio.sleep(5)
        poller.cancel()
        await asyncio.wait([poller])
        assert not scene.venue.listeners

    play(story)
