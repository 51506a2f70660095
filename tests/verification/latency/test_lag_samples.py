"""The slower sources go on being measured after the verdict: their lag and their request times."""

import asyncio
import random
from datetime import timedelta

import pytest

from tests.verification.drawn import KEY, filled_at, opening, order, row
from tests.verification.scene import Scene, play
from tests.verification.scripted_venue import held
from verification.budget.purpose import Purpose, asked_for
from verification.facts.errors import SourceUnreachable
from verification.facts.observation import Source
from verification.facts.verdict import VerdictKind
from verification.latency.sample import Measure
from verification.race.verifier import Verifier
from verification.venues.port import ClockOffset

WS, ORDER, REST, CACHE = Source.WEBSOCKET, Source.ORDER, Source.REST, Source.BOT_CACHE


def lags(scene: Scene) -> dict[Source, float]:
    return {s.source: s.milliseconds for s in scene.samples if s.measure is Measure.VISIBILITY_LAG}


def incident(scene: Scene) -> None:
    """Websocket after 8 ms, order after 120 ms, position list after 3 s."""
    scene.venue.push_later(0.008, row(43, 11))
    scene.venue.order.takes = 0.12
    scene.venue.order.answers = {0: filled_at(0)}
    scene.venue.positions.answers = {0: (), 3: (held(KEY, 43, 11),)}


@pytest.mark.parametrize("wanted_for", [None, Purpose.OPENING])
def test_after_the_verdict_a_request_is_a_measurement_whoever_wanted_the_verdict(
    wanted_for: Purpose | None,
) -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        with asked_for(wanted_for or Purpose.MEASUREMENT):
            await scene.ask()
        await asyncio.sleep(10)
        for script in (scene.venue.order, scene.venue.positions):
            before = [
                purpose for at, purpose in zip(script.asked_at, script.purposes, strict=True) if at < 0.008
            ]
            after = [
                purpose for at, purpose in zip(script.asked_at, script.purposes, strict=True) if at > 0.01
            ]
            assert set(before) == {wanted_for or Purpose.VERIFICATION}
            assert set(after) <= {Purpose.MEASUREMENT}
        assert len(scene.venue.positions.asked_at) > 1

    play(story)


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


@pytest.mark.parametrize("skew", [-0.7, 0.7])
def test_a_venue_whose_clock_is_off_is_measured_alike(skew: float) -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        scene.venue.order.answers = {0: filled_at(skew)}
        scene.venue.offset.answers = {0: ClockOffset(timedelta(seconds=skew), timedelta(0))}
        await scene.ask()
        await asyncio.sleep(10)
        measured = lags(scene)
        assert measured[WS] == pytest.approx(8, abs=0.1)
        assert measured[ORDER] == pytest.approx(120, abs=0.1)
        assert 3000 <= measured[REST] <= 3000 + 2400 + 20

    play(story)


def test_a_clock_known_too_badly_gives_no_lag() -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        scene.venue.offset.answers = {0: ClockOffset(timedelta(0), timedelta(milliseconds=300))}
        await scene.ask()
        await asyncio.sleep(10)
        assert not lags(scene)

    play(story)


def test_what_somebody_else_measures_is_not_measured_twice() -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        samples = scene.samples
        verifier = Verifier(
            scene.venue,
            scene.clock,
            rng=random.Random(1),
            on_sample=samples.append,
            lag_is_measured=lambda question: question.order_id == "7",
        )
        await verifier.verify(opening())
        await asyncio.sleep(10)
        assert not lags(scene)
        assert {s.measure for s in samples} <= {Measure.REQUEST_TIME}
        assert max(scene.venue.positions.asked_at) < 0.008, "after the verdict nothing is asked"

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
        assert Source.ORDER in {each.source for each in scene.samples}, "what the requests took is told"

    play(story)


def test_nobody_need_want_the_samples() -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        scene.venue.offset.asked_at.clear()
        quiet = Verifier(scene.venue, scene.clock, rng=random.Random(1))
        await quiet.verify(opening())
        await asyncio.sleep(10)
        assert not scene.venue.offset.asked_at
        assert max(scene.venue.positions.asked_at) < 0.008, "after the verdict nothing is asked"

    play(story)


def test_a_source_in_trouble_is_not_asked_again_only_to_be_measured() -> None:
    async def story(scene: Scene) -> None:
        incident(scene)
        scene.venue.positions.answers = {0: (), 0.5: SourceUnreachable("HTTP 503")}
        answer = await scene.ask()
        assert answer.verdict.decided_by is WS
        await asyncio.sleep(70)
        assert sum(at >= 0.5 for at in scene.venue.positions.asked_at) == 1
        assert ORDER in lags(scene), "the others are measured"

    play(story)
