"""The heartbeat: it stops when the looks stop, and a silence is told and, when it is over, resolved."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.finding import Kind
from reconciler.pulse import HeartbeatKeeper
from reconciler.views import Heartbeat, Pulse
from tests.reconciler.house import House, play
from verification.clock import Moment

NEVER = Heartbeat(None, 2.0, None, stopped=False)


class Looks:
    """An account whose looks go on, or not."""

    def __init__(self, at: Moment) -> None:
        self.last_pass = at


def keeper(house: House, last: Heartbeat = NEVER) -> HeartbeatKeeper:
    return HeartbeatKeeper(house.store, house.clock, every=2, interval=timedelta(seconds=30), last=last)


def beaten(house: House, ago: float, *, stopped: bool = False) -> Heartbeat:
    return Heartbeat(house.clock.now().utc - timedelta(seconds=ago), 2.0, None, stopped=stopped)


def pulse(house: House) -> Pulse:
    return house.console.queries.heartbeat().pulse(house.clock.now().utc)


@pytest.mark.parametrize(
    ("ago", "stopped", "told"),
    [(600, False, True), (600, True, False), (1, False, False), (None, False, False)],
)
def test_only_an_unannounced_silence_before_the_start_is_told_and_then_resolved(
    tmp_path: Path, ago: float | None, *, stopped: bool, told: bool
) -> None:
    async def story(house: House) -> None:
        heart = keeper(house, NEVER if ago is None else beaten(house, ago, stopped=stopped))
        await heart.tell_of_the_silence_before()
        assert (Kind.RECONCILER_STALLED in house.alerts()) is told
        for _ in range(3):
            await heart.beat([Looks(house.clock.now())])
            await house.quiet(2)
        assert Kind.RECONCILER_STALLED not in house.alerts()
        assert pulse(house) is Pulse.ALIVE

    play(tmp_path, story)


def test_a_busy_state_database_puts_the_telling_off(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.writer.busy = True
        heart = keeper(house, beaten(house, 600))

        async def later() -> None:
            await house.quiet(10)
            house.writer.busy = False

        await asyncio.gather(heart.tell_of_the_silence_before(), later())
        assert Kind.RECONCILER_STALLED in house.alerts()

    play(tmp_path, story)


def test_the_heart_stops_when_the_looks_of_one_account_stop_and_beats_again_with_them(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        heart = keeper(house)
        well, stuck = Looks(house.clock.now()), Looks(house.clock.now())
        for second in range(0, 140, 2):
            well.last_pass = house.clock.now()
            await heart.beat([well, stuck])
            if second < 88:
                assert pulse(house) is Pulse.ALIVE
            await house.quiet(2)
        assert pulse(house) is Pulse.LATE
        assert Kind.RECONCILER_STALLED in house.alerts()

        for _ in range(3):
            well.last_pass = stuck.last_pass = house.clock.now()
            await heart.beat([well, stuck])
            await house.quiet(2)
        assert pulse(house) is Pulse.ALIVE
        assert Kind.RECONCILER_STALLED not in house.alerts()

    play(tmp_path, story)


def test_a_good_bye_is_no_crash_and_is_blind_all_the_same(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        heart = keeper(house)
        await heart.beat([Looks(house.clock.now())])
        await heart.say_good_bye()
        assert pulse(house) is Pulse.STOPPED

    play(tmp_path, story)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_step_of_the_wall_clock_does_not_stop_the_heart(tmp_path: Path, hours: int) -> None:
    async def story(house: House) -> None:
        heart = keeper(house)
        for turn in range(10):
            if turn == 5:
                house.clock.step(timedelta(hours=hours))
            await heart.beat([Looks(house.clock.now())])
            assert pulse(house) is Pulse.ALIVE
            await house.quiet(2)
        assert Kind.RECONCILER_STALLED not in house.alerts(fired=False)

    play(tmp_path, story)
