"""The heartbeat: it stops when the looks stop, and a silence is told and, when it is over, resolved."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.facts.finding import Kind
from reconciler.facts.heartbeat import Heartbeat, HeartbeatState
from reconciler.service.heartbeat import HeartbeatKeeper
from tests.reconciler.claimed import claimed
from tests.reconciler.house import House, play
from verification.facts.clock import Moment

NEVER = Heartbeat(None, 2.0, None, stopped=False)


class Looks:
    """An account whose looks go on, or not."""

    def __init__(self, at: Moment) -> None:
        self.last_pass = at


async def keeper(house: House, last: Heartbeat = NEVER) -> HeartbeatKeeper:
    held = await claimed(house.store, house.clock)
    return HeartbeatKeeper("main", held, house.clock, every=2, interval=timedelta(seconds=30), last=last)


def beaten(house: House, ago: float, *, stopped: bool = False) -> Heartbeat:
    return Heartbeat(house.clock.now().utc - timedelta(seconds=ago), 2.0, None, stopped=stopped)


def heartbeat_state(house: House) -> HeartbeatState:
    (watch,) = house.console.queries.watches()
    return watch.heartbeat.state(house.clock.now().utc)


@pytest.mark.parametrize(
    ("ago", "stopped", "told"),
    [(600, False, True), (600, True, False), (1, False, False), (None, False, False)],
)
def test_only_an_unannounced_silence_before_the_start_is_told_and_then_resolved(
    tmp_path: Path, ago: float | None, *, stopped: bool, told: bool
) -> None:
    async def story(house: House) -> None:
        heart = await keeper(house, NEVER if ago is None else beaten(house, ago, stopped=stopped))
        await heart.report_silence_before()
        assert (Kind.RECONCILER_STALLED in house.alerts()) is told
        for _ in range(3):
            await heart.beat(Looks(house.clock.now()))
            await house.quiet(2)
        assert Kind.RECONCILER_STALLED not in house.alerts()
        assert heartbeat_state(house) is HeartbeatState.ALIVE

    play(tmp_path, story)


def test_a_busy_state_database_puts_the_telling_off(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        heart = await keeper(house, beaten(house, 600))
        house.writer.busy = True

        async def later() -> None:
            await house.quiet(10)
            house.writer.busy = False

        await asyncio.gather(heart.report_silence_before(), later())
        assert Kind.RECONCILER_STALLED in house.alerts()

    play(tmp_path, story)


def test_the_heart_stops_when_the_looks_stop_and_beats_again_with_them(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        heart = await keeper(house)
        stuck = Looks(house.clock.now())
        for second in range(0, 140, 2):
            await heart.beat(stuck)
            if second < 88:
                assert heartbeat_state(house) is HeartbeatState.ALIVE
            await house.quiet(2)
        assert heartbeat_state(house) is HeartbeatState.LATE
        assert Kind.RECONCILER_STALLED in house.alerts()
        kept = await house.store.kept("main")
        assert kept is not None
        assert kept.until is not None
        assert kept.until < house.clock.now().utc, "who hangs does not renew the lease: another may have it"

        for _ in range(3):
            stuck.last_pass = house.clock.now()
            await heart.beat(stuck)
            await house.quiet(2)
        assert heartbeat_state(house) is HeartbeatState.ALIVE
        assert Kind.RECONCILER_STALLED not in house.alerts()

    play(tmp_path, story)


def test_a_good_bye_is_no_crash_and_is_blind_all_the_same(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        heart = await keeper(house)
        await heart.beat(Looks(house.clock.now()))
        await heart.give_back()
        assert heartbeat_state(house) is HeartbeatState.STOPPED

    play(tmp_path, story)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_step_of_the_wall_clock_does_not_stop_the_heart(tmp_path: Path, hours: int) -> None:
    async def story(house: House) -> None:
        heart = await keeper(house)
        for turn in range(10):
            if turn == 5:
                house.clock.step(timedelta(hours=hours))
            await heart.beat(Looks(house.clock.now()))
            assert heartbeat_state(house) is HeartbeatState.ALIVE
            await house.quiet(2)
        assert Kind.RECONCILER_STALLED not in house.alerts(fired=False)

    play(tmp_path, story)
