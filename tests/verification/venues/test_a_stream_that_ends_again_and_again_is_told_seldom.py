"""A stream that ends again and again is logged once, seldom again, and once when a life of it lasts."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.verification.venues.test_a_stream_is_missed_from_when_it_is_wanted import stream
from tests.virtual_time import VirtualClock, run
from verification.facts.spell import SELDOM
from verification.venues.streaming.private_stream import PrivateStream
from verification.venues.streaming.stream_life import Ending


def test_it_is_told_once_then_seldom_and_that_it_lives_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    asker: Any = SimpleNamespace(exchange=SimpleNamespace(id="venue"))

    async def story() -> list[int]:
        clock, lives = VirtualClock(), list[int]()
        made = stream(clock)
        begun = clock.now().monotonic

        async def live(stream: PrivateStream, _: object) -> Ending:
            lives.append(1)
            if clock.now().monotonic - begun > 3 * SELDOM:
                stream.went_live()
                await clock.sleep(60.0)
            return Ending("no answer")

        monkeypatch.setattr(PrivateStream, "_live", live)
        made.start(asker)
        while clock.now().monotonic - begun < 3 * SELDOM + 90.0:
            await clock.sleep(2.0)
            made.health()
        await made.stop()
        return lives

    assert len(run(story())) > 20
    lines = [record.getMessage() for record in caplog.records]
    assert lines[: lines.index("venue: the stream lives again")] == ["venue: the stream ended: no answer"] * 3
