"""The verifier: first conclusive evidence decides, the deadline holds, nothing is left behind."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.verification.drawn import KEY, closing, opening, order, row
from tests.verification.scene import Scene, play
from tests.verification.scripted_venue import held
from verification.facts.observation import Source
from verification.facts.verdict import Grade, VerdictKind
from verification.race.admission_gate import EACH_TURN
from verification.race.pace import Pace

CONFIRMED, PARTIAL, MISMATCH, REFUTED, UNKNOWN = VerdictKind
FILLED = order(43, ended=True, agree=True)


def test_the_first_conclusive_evidence_decides() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.push_later(0.008, row(43, 11))
        scene.venue.order.answers = {0.12: FILLED, 0: "not found"}
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask()
        assert scene.now == pytest.approx(0.008)
        assert (answer.verdict.kind, answer.verdict.grade) == (CONFIRMED, Grade.PROOF)
        assert answer.verdict.decided_by is Source.WEBSOCKET
        assert answer.asks == "open"
        assert answer.milliseconds == pytest.approx(8)
        assert [seen.provenance.source for seen in answer.observations] == [Source.WEBSOCKET]

    play(story)


def test_what_the_stream_showed_before_the_question_counts() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.newest[KEY] = row(43, 11, at=0)
        answer = await scene.ask()
        assert (answer.verdict.kind, scene.now) == (CONFIRMED, 0)

    play(story)


def test_a_push_before_the_question_counts_where_a_watch_was_started() -> None:
    async def story(scene: Scene) -> None:
        watch = scene.verifier.watch(KEY)
        scene.venue.push(row(43, 11))
        answer = await scene.verifier.verify(opening(), watch)
        assert (answer.verdict.kind, scene.now) == (CONFIRMED, 0)
        watch.close()
        watch.close()

    play(story)


def test_a_refutation_needs_agreeing_trades() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: order(0, ended=True), 4: order(0, ended=True, agree=True)}
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.decided_by) == (REFUTED, Source.ORDER)
        assert scene.now > 4

    play(story)


def test_a_verdict_that_is_not_settled_stands_at_the_deadline() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: order(20)}
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.quantity) == (PARTIAL, Decimal(20))
        assert 10 <= scene.now < 10.05

    play(story)


@pytest.mark.parametrize("after", [None, 0, 0.05, 12])
def test_cancelling_leaves_nothing(after: float | None) -> None:
    async def story(scene: Scene) -> None:
        asking = asyncio.create_task(scene.ask())
        if after is not None:
            await asyncio.sleep(after)
        asking.cancel()
        await asyncio.wait([asking])
        if after is None or after < 10:
            assert asking.cancelled()
            assert not scene.venue.listeners
            assert not scene.verifier._races

    play(story)


@pytest.mark.parametrize("after", [0, 0.05, 12])
def test_closing_is_an_early_deadline_and_ends_all_measurements(after: float) -> None:
    async def story(scene: Scene) -> None:
        asking = asyncio.create_task(scene.ask())
        await asyncio.sleep(after)
        await scene.verifier.close()
        answer = await asking
        assert answer.verdict.kind is UNKNOWN
        assert scene.now == after
        assert not scene.venue.listeners

    play(story)


def test_closing_before_the_race_began_still_answers() -> None:
    async def story(scene: Scene) -> None:
        crowd = [asyncio.create_task(scene.ask()) for _ in range(EACH_TURN)]
        watch = scene.verifier.watch(KEY)
        scene.venue.push(row(43, 11))
        asking = asyncio.create_task(scene.verifier.verify(opening(), watch))
        await asyncio.sleep(0)  # by now it waits for its turn
        await scene.verifier.close()
        assert (await asking).verdict.kind is CONFIRMED
        assert not scene.venue.listeners
        assert {answer.verdict.kind for answer in await asyncio.gather(*crowd)} == {CONFIRMED}

    play(story)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wall_clock_that_is_set_changes_nothing(hours: int) -> None:
    async def story(scene: Scene) -> None:
        asyncio.get_running_loop().call_later(4, scene.clock.step, timedelta(hours=hours))
        scene.venue.positions.answers = {0: ()}
        scene.venue.order.answers = {0: "not found"}
        assert (await scene.ask()).verdict.kind is UNKNOWN
        assert 10 <= scene.now < 10.05

    play(story)


def test_a_thousand_questions_share_position_lists() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.positions = type(scene.venue.positions)(
            takes=0.1, answers={0: (), 2: (held(KEY, 43, 11),)}
        )
        scene.venue.order.answers = {0: "not found"}
        answers = await asyncio.gather(*(scene.ask() for _ in range(1_000)))
        assert {a.verdict.kind for a in answers} == {CONFIRMED}
        assert {a.verdict.decided_by for a in answers} == {Source.REST}
        assert len(scene.venue.positions.asked_at) <= scene.now / 0.1 + 1

    play(story)


def test_a_crowd_is_let_in_a_few_at_a_time() -> None:
    async def story(scene: Scene) -> None:
        crowd = [asyncio.create_task(scene.ask()) for _ in range(2 * EACH_TURN)]
        await asyncio.sleep(0)
        begun = sum(bool(race._pollers) for race in scene.verifier._races)
        assert begun == EACH_TURN
        await scene.verifier.close()
        await asyncio.gather(*crowd)

    play(story)


def test_a_close_by_lag_is_decided_by_the_last_list_that_it_needs() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: order(-43, ended=True)}
        scene.venue.positions.answers = {0: ()}
        answer = await scene.ask(closing(exclusive=False))
        assert answer.verdict.grade is Grade.BOUNDED_LAG
        last = answer.observations[-1]
        assert (last.provenance.source, last.provenance.received.monotonic) == (Source.REST, scene.now)

    play(story)


def test_questions_are_repeated_ever_more_slowly_and_never_in_step() -> None:
    times: list[list[float]] = []

    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: "not found"}
        scene.venue.positions.answers = {0: ()}
        await scene.ask()
        times.append(scene.venue.order.asked_at)
        assert 9 <= len(scene.venue.order.asked_at) <= 14
        assert 6 <= len(scene.venue.positions.asked_at) <= 12

    play(story, seed=1)
    play(story, seed=2)
    for asked in times:
        pauses = [later - sooner for sooner, later in pairwise(asked)]
        for number, pause in enumerate(pauses):
            plain = min(1.2, 0.06 * 4**number)
            assert 0.8 * plain <= pause - 0.01 <= 1.2 * plain + 1e-9
    assert times[0] != times[1]


def test_a_late_fill_is_still_watched_for_after_an_unknown() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: "not found"}
        scene.venue.positions.answers = {0: ()}
        await scene.ask()
        await asyncio.sleep(40)
        assert scene.venue.order.asked_at[-1] > 45

    play(story)


def test_the_pace_is_ten_seconds() -> None:
    assert Pace().deadline == 10
