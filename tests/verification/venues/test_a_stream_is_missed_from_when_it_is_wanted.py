"""A stream is away from when somebody relies on it: a process may wait for its account for hours."""

from typing import Any

from tests.verification.venues.test_lives_never_mix import RULES, Played, Speech
from tests.virtual_time import VirtualClock, run
from verification.venues.streaming.private_stream import PrivateStream

HOURS = 3 * 3600.0


def stream(clock: VirtualClock) -> PrivateStream:
    speech: Any = Speech()
    return PrivateStream(speech, Played(clock, []).list, RULES, clock)


def test_the_time_before_anybody_asked_is_no_time_away() -> None:
    async def story() -> tuple[float, float]:
        clock = VirtualClock()
        made = stream(clock)
        await clock.sleep(HOURS)
        asked, health = clock.now(), made.health()
        assert health.away_since is not None
        return (
            asked.monotonic - health.since.monotonic,
            asked.monotonic - health.away_since.monotonic,
        )

    assert run(story()) == (0.0, 0.0)


def test_from_then_on_it_is_away_however_often_it_is_asked_about() -> None:
    async def story() -> list[float]:
        clock = VirtualClock()
        made, away = stream(clock), list[float]()
        for _ in range(3):
            since = made.health().away_since
            assert since is not None
            away.append(clock.now().monotonic - since.monotonic)
            await clock.sleep(20.0)
        return away

    assert run(story()) == [0.0, 20.0, 40.0]
