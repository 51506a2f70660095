"""A source that fails, cannot speak or has a bug is recorded, and proves nothing."""

import asyncio
import random
from collections.abc import Sequence

import pytest
from typing_extensions import override

from tests.verification.drawn import closing, opening, order, row
from tests.verification.scene import Scene, play
from tests.virtual_time import run
from verification.facts.errors import (
    SourceError,
    SourceMalformed,
    SourceRejected,
    SourceUnreachable,
)
from verification.facts.observation import Observation, Silence, Source, SourceSilent
from verification.facts.question import Question
from verification.facts.verdict import Verdict, VerdictKind
from verification.race.verifier import Verifier
from verification.venues.stream_state import StreamState

UNKNOWN = VerdictKind.UNKNOWN

FILLED = order(43, ended=True, agree=True)


FAILURES: list[object] = [
    SourceError("broken"),
    SourceUnreachable("timeout"),
    SourceMalformed("<html>"),
    SourceRejected("wrong key"),
    None,
]


@pytest.mark.parametrize(
    "question", [opening(), closing(), opening(order_id=None)], ids=["open", "close", "no id"]
)
@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_with_every_source_failing_it_is_unknown_at_the_deadline(question: Question, failure: object) -> None:
    async def story(scene: Scene) -> None:
        scene.venue.state = StreamState.DOWN
        for source in (scene.venue.order, scene.venue.positions, scene.venue.offset):
            source.answers = {0: failure}
        answer = await scene.ask(question)
        assert answer.verdict.kind is UNKNOWN
        assert 10 <= scene.now < 10.05
        assert all(isinstance(seen, SourceSilent) for seen in answer.observations)
        await asyncio.sleep(75)
        assert not scene.venue.listeners, "the watch ends with the measuring"

    play(story)


@pytest.mark.parametrize(
    ("state", "silence"),
    [
        (StreamState.CONNECTING, Silence.NOT_READY),
        (StreamState.DOWN, Silence.UNREACHABLE),
        (StreamState.UNSUPPORTED, Silence.UNSUPPORTED),
        (StreamState.LIVE, None),
    ],
)
def test_a_stream_that_cannot_speak_is_recorded(state: StreamState, silence: Silence | None) -> None:
    async def story(scene: Scene) -> None:
        scene.venue.state = state
        scene.venue.order.answers = {0: FILLED}
        answer = await scene.ask()
        streams = [s for s in answer.observations if s.provenance.source is Source.WEBSOCKET]
        assert [s.silence for s in streams if isinstance(s, SourceSilent)] == ([silence] if silence else [])

    play(story)


@pytest.mark.parametrize(
    ("failure", "silence"),
    [
        (SourceError("?"), Silence.ERROR),
        (SourceUnreachable("?"), Silence.UNREACHABLE),
        (SourceRejected("?"), Silence.REJECTED),
        (SourceMalformed("?"), Silence.MALFORMED),
        (type("TooBusy", (SourceUnreachable,), {})("?"), Silence.UNREACHABLE),
    ],
)
def test_a_failure_is_recorded_as_what_it_is(failure: SourceError, silence: Silence) -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: failure, 0.05: FILLED}
        scene.venue.positions.answers = {0: failure}
        scene.venue.push_later(2, row(43, 11))
        answer = await scene.ask()
        silences = {s.silence for s in answer.observations if isinstance(s, SourceSilent)}
        assert silences == {silence}

    play(story)


def test_what_a_venue_refused_is_not_asked_again() -> None:
    async def story(scene: Scene) -> None:
        refused = SourceRejected("wrong key")
        scene.venue.order.answers = scene.venue.positions.answers = {0: refused}
        await scene.ask()
        assert len(scene.venue.order.asked_at) == len(scene.venue.positions.asked_at) == 1

    play(story)


@pytest.mark.parametrize("late", [0, 0.1, 20])
def test_a_bug_in_a_source_reaches_somebody_and_is_no_verdict(late: float) -> None:
    bug = TypeError("a bug")

    async def told() -> None:
        scene = Scene()
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, c: complaints.append(c["exception"]))
        scene.venue.order.answers = {0: "not found", late: bug}
        scene.venue.positions.answers = {0: ()}
        if late < 10:
            with pytest.raises(TypeError) as caught:
                await scene.ask()
            assert caught.value is bug
        else:
            assert (await scene.ask()).verdict.kind is UNKNOWN
            await asyncio.sleep(15)
            assert complaints == [bug]
        await scene.end()

    run(told())


@pytest.mark.parametrize("pushed", [0.5, 99], ids=["with a push", "at the deadline"])
def test_a_bug_in_a_rule_reaches_whoever_asks_at_once(pushed: float) -> None:
    bug = TypeError("a bug")

    class Buggy(Verifier):
        @staticmethod
        @override
        def rule(question: Question, observations: Sequence[Observation]) -> Verdict:
            raise bug

    async def story(scene: Scene) -> None:
        verifier = Buggy(scene.venue, scene.clock, rng=random.Random(1))
        scene.venue.push_later(pushed, row(43, 11))
        scene.venue.order.answers = scene.venue.positions.answers = {0: None}
        with pytest.raises(TypeError) as caught:
            await verifier.verify(opening())
        assert caught.value is bug
        assert scene.now == pytest.approx(min(pushed, 10))
        await verifier.close()

    play(story)
