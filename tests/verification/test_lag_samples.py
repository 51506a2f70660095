"""The slower sources go on being measured after the verdict: their lag and their request times."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.verification.drawn import KEY, OTHER_LEG, START, closing, gone, moment, opening, order, row, silent
from tests.verification.scene import Scene, play
from tests.verification.scripted_venue import held
from verification.errors import SourceUnreachable
from verification.lag_watch import LagWatch
from verification.latency import Measure
from verification.observation import Observation, OrderSeen, Source
from verification.question import Question
from verification.venue import ClockOffset
from verification.verdict import VerdictKind
from verification.verifier import Verifier

WS, ORDER, REST, CACHE = Source.WEBSOCKET, Source.ORDER, Source.REST, Source.BOT_CACHE


def filled_at(seconds: float, seen: OrderSeen | None = None) -> OrderSeen:
    """A fill whose venue time is some seconds after the start."""
    seen = seen or order(43, ended=True, agree=True)
    at = START + timedelta(seconds=seconds)
    return replace(seen, provenance=replace(seen.provenance, exchange_at=at))


def lags(scene: Scene) -> dict[Source, float]:
    return {s.source: s.milliseconds for s in scene.samples if s.measure is Measure.VISIBILITY_LAG}


def incident(scene: Scene) -> None:
    """Websocket after 8 ms, order after 120 ms, position list after 3 s."""
    scene.venue.push_later(0.008, row(43, 11))
    scene.venue.order.takes = 0.12
    scene.venue.order.answers = {0: filled_at(0)}
    scene.venue.positions.answers = {0: (), 3: (held(KEY, 43, 11),)}


def test_the_incident_is_decided_in_8_ms_and_all_three_lags_are_measured() -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        answer = await scene.ask()
        assert answer.verdict.decided_by is WS
        assert scene.now == pytest.approx(0.008)
        assert not scene.samples
        await asyncio.sleep(10)
        measured = lags(scene)
        assert measured[WS] == pytest.approx(8, abs=0.1)
        assert measured[ORDER] == pytest.approx(120, abs=0.1)
        assert 3000 <= measured[REST] <= 3000 + 2400 + 20
        requests = [s for s in scene.samples if s.measure is Measure.REQUEST_TIME]
        assert {s.source for s in requests} == {ORDER, REST}
        assert all(s.milliseconds == pytest.approx(120 if s.source is ORDER else 10) for s in requests)
        assert scene.venue.positions.asked_at[-1] < 6, "nobody is asked once all have shown it"
        assert not scene.venue.listeners

    play(story)


def test_measuring_ends_after_a_minute() -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        scene.venue.positions.answers = {0: ()}
        await scene.ask()
        await asyncio.sleep(61)
        assert set(lags(scene)) == {WS, ORDER}
        asked = len(scene.venue.positions.asked_at)
        await asyncio.sleep(60)
        assert len(scene.venue.positions.asked_at) == asked
        assert not scene.venue.listeners

    play(story)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_wall_clock_that_is_set_is_no_lag(hours: int) -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        asyncio.get_running_loop().call_later(1, scene.clock.step, timedelta(hours=hours))
        # After the step the venue is seen to be as far off as our clock was set.
        offset = ClockOffset(timedelta(hours=-hours), timedelta(0))
        scene.venue.offset.answers = {0: offset}
        await scene.ask()
        await asyncio.sleep(10)
        assert lags(scene)[WS] == pytest.approx(8, abs=0.1)

    play(story)


@pytest.mark.parametrize("failure", [SourceUnreachable("down"), None], ids=["raises", "hangs"])
def test_without_the_clock_offset_lag_is_left_out_and_never_guessed(failure: object) -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        scene.venue.offset.answers = {0: failure}
        await scene.ask()
        await asyncio.sleep(30)
        assert not lags(scene)
        assert scene.samples, "request times need no offset"

    play(story)


def test_a_refuted_open_has_no_lag_to_measure() -> None:
    async def story(scene: Scene) -> None:
        scene.venue.order.answers = {0: order(0, ended=True, agree=True)}
        scene.venue.positions.answers = {0: ()}
        assert (await scene.ask()).verdict.kind is VerdictKind.REFUTED
        await asyncio.sleep(0.5)
        assert not scene.venue.listeners
        assert not lags(scene)

    play(story)


def test_nobody_need_want_the_samples() -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        scene.venue.offset.asked_at.clear()
        quiet = Verifier(scene.venue, scene.clock, chance=random.Random(1))
        await quiet.verify(opening())
        await asyncio.sleep(10)
        assert not scene.venue.offset.asked_at

    play(story)


SHOWS: list[tuple[str, Question, Observation, bool]] = [
    ("a fill", opening(), filled_at(0), True),
    ("a fill by client id", opening(order_id=None, client="c"), order(1, client="c"), True),
    ("an order with nothing executed", opening(), order(0), False),
    ("another order", opening(client="c"), order(43, order_id="8", client="d"), False),
    ("the leg grew", opening(), row(43, 11), True),
    ("the leg shrank", opening(), row(-43, 11), False),
    ("the leg grew, without version", opening(), row(43, None), True),
    ("an old row", opening(), row(43, 9), False),
    ("a row with no baseline", opening(baseline=None), row(43, 11), False),
    ("no row, for an open", opening(), gone(1), False),
    ("no row, for a close", closing(), gone(1), True),
    ("order not found, for a close", closing(), silent(source=ORDER, complete=True), False),
    ("a failed list, for a close", closing(), silent(), False),
    ("zero, for a close", closing(), row(0, 11), True),
    ("less, for a close", closing(), row(20, 11), True),
    ("flipped, for a close", closing(), row(-60, 11), True),
    ("as before, for a close", closing(), row(43, 11), False),
    ("an old zero, for a close", closing(), row(0, 9), False),
    ("the other leg", closing(), row(0, 11, key=OTHER_LEG), False),
]


@pytest.mark.parametrize(("question", "seen", "shown"), [s[1:] for s in SHOWS], ids=[s[0] for s in SHOWS])
def test_what_counts_as_showing_it(question: Question, seen: Observation, *, shown: bool) -> None:
    watch = LagWatch(question, "main")
    watch.note(seen)
    assert watch.shown_by(seen.provenance.source) is shown
    assert not watch.complete


def test_the_earliest_time_of_the_fill_counts_and_the_first_showing() -> None:
    watch = LagWatch(opening(), "main")
    watch.note(filled_at(2, order(43, at=5)))
    watch.note(filled_at(1, order(43, at=6)))
    (sample,) = [s for s in watch.samples(timedelta(0), moment(9)) if s.measure is Measure.VISIBILITY_LAG]
    assert (sample.milliseconds, sample.source, sample.account) == (4000, ORDER, "main")


def test_the_venues_clock_is_corrected_and_a_negative_lag_is_kept() -> None:
    watch = LagWatch(opening(), "main")
    watch.note(filled_at(5, order(43, at=5, source=WS)))
    (sample,) = watch.samples(timedelta(seconds=-1), moment(9))
    assert sample.milliseconds == -1000
