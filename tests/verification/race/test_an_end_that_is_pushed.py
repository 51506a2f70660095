"""The stream shows an order ended: its trades are asked for at once, and only they bear that out."""

from decimal import Decimal

import pytest

from tests.verification.drawn import closing, order
from tests.verification.scene import Scene, play
from verification.facts.errors import SourceUnreachable
from verification.facts.observation import OrderSeen, Source
from verification.facts.verdict import Mismatch, VerdictKind

CONFIRMED, PARTIAL, MISMATCH, REFUTED, UNKNOWN = VerdictKind
ENDED = order(0, ended=True)
BORNE_OUT = order(0, ended=True, agree=True)


def prepared(scene: Scene) -> None:
    """Let requests show nothing of the order, and the trades of an end bear it out."""
    scene.venue.order.answers = {0: "not found"}
    scene.venue.positions.answers = {0: ()}
    scene.venue.borne_out.answers = {0: BORNE_OUT}


def test_an_order_that_ended_with_nothing_is_refuted_as_soon_as_its_trades_say_so() -> None:
    async def story(scene: Scene) -> None:
        prepared(scene)
        scene.venue.push_later(0.005, ENDED)
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.decided_by) == (REFUTED, Source.ORDER)
        assert scene.now == pytest.approx(0.015)  # the push, and one request

    play(story)


def test_an_end_that_came_before_the_question_is_checked_too() -> None:
    async def story(scene: Scene) -> None:
        prepared(scene)
        watch = scene.verifier.watch(ENDED.key)
        scene.venue.push(ENDED)
        answer = await scene.verifier.verify(closing(), watch)
        assert (answer.verdict.kind, answer.verdict.mismatch) == (MISMATCH, Mismatch.STILL_OPEN)
        assert scene.now == pytest.approx(0.01)

    play(story)


def test_a_pushed_end_alone_refutes_nothing() -> None:
    async def story(scene: Scene) -> None:
        prepared(scene)
        scene.venue.borne_out.answers = {0: SourceUnreachable("away")}
        scene.venue.push(ENDED)
        scene.venue.push_later(0.005, ENDED)
        answer = await scene.ask()
        assert answer.verdict.kind is UNKNOWN
        assert len(scene.venue.order.asked_at) > 3  # the order is asked about as if nothing had been pushed

    play(story)


def test_trades_that_show_an_execution_overrule_the_end_that_was_pushed() -> None:
    async def story(scene: Scene) -> None:
        prepared(scene)
        scene.venue.borne_out.answers = {0: order(43, ended=True, agree=False)}
        scene.venue.push_later(0.005, ENDED)
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.quantity) == (CONFIRMED, Decimal(43))

    play(story)


def test_what_executed_before_the_end_is_settled_by_the_trades() -> None:
    async def story(scene: Scene) -> None:
        prepared(scene)
        scene.venue.borne_out.answers = {0: order(20, ended=True, agree=True)}
        scene.venue.push_later(0.005, order(20, ended=True))
        answer = await scene.ask()
        assert (answer.verdict.kind, answer.verdict.settled) == (PARTIAL, True)
        assert scene.now == pytest.approx(0.015)

    play(story)


def test_trades_are_asked_for_once_however_often_an_end_is_pushed() -> None:
    async def story(scene: Scene) -> None:
        prepared(scene)
        scene.venue.borne_out.answers = {0: SourceUnreachable("away")}
        for place in range(1, 9):
            scene.venue.push_later(place, ENDED)
        await scene.ask()
        assert scene.venue.borne_out.asked_at == [1.0]

    play(story)


@pytest.mark.parametrize(
    "pushed",
    [
        order(43, ended=True),
        order(20),
        order(0, ended=True, order_id="8"),
    ],
    ids=["executed in full", "works on", "of another order"],
)
def test_nothing_else_that_is_pushed_has_trades_asked_for(pushed: OrderSeen) -> None:
    async def story(scene: Scene) -> None:
        prepared(scene)
        scene.venue.push_later(0.005, pushed)
        await scene.ask()
        assert not scene.venue.borne_out.asked_at

    play(story)
