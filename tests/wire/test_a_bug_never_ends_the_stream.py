"""An error that nobody expected ends one life of the stream, is told with its trace, and it dials again."""

import logging
import re
from typing import Any

import pytest

from tests.verification.venues.samples import account_update, pushed_position
from tests.wire.conftest import QUICK, Connect
from tests.wire.scripted import ScriptedVenue
from verification.facts.clock import Moment
from verification.venues.binance.requests import BinanceFutures
from verification.venues.capabilities import StreamRules
from verification.venues.frame import Frame
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

BAD = {"e": "ACCOUNT_UPDATE", "E": 1, "T": 1_700_000_000_000, "bad": True}
SECRET = "?listenKey=listen-key-1"


class Planted:
    """A fault in one method of the dialect, as long as it is on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self.on = False
        self.times = 0
        inner = getattr(BinanceFutures, method)

        async def asked(dialect: BinanceFutures, *given: Any) -> Any:
            self._stumble()
            return await inner(dialect, *given)

        def read(dialect: BinanceFutures, text: str, received: Moment, epoch: int) -> Frame:
            if '"bad"' in text:
                self._stumble()
            return inner(dialect, text, received, epoch)  # type: ignore[no-any-return]

        monkeypatch.setattr(BinanceFutures, method, read if method == "read_frame" else asked)

    def _stumble(self) -> None:
        if self.on:
            self.times += 1
            raise TypeError(SECRET)


@pytest.mark.parametrize("method", ["open_stream", "introduction", "positions"])
async def test_a_bug_in_setting_up_is_told_and_dialled_through(
    scripted: ScriptedVenue,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    method: str,
) -> None:
    planted = Planted(monkeypatch, method)
    gateway = await connect(scripted.port)
    planted.on = True
    with caplog.at_level(logging.WARNING, "verification"):
        await scripted.hang_up()
        health = await gateway.health(lambda now: now.fault is not None and now.fault.count >= 3)
        planted.on = False
        await gateway.live(2)
    assert health.fault is not None
    trace = re.search(r"\(TypeError, trace ([0-9a-f]{8})\)", health.fault.message)
    assert trace is not None
    assert trace[1] in caplog.text
    assert SECRET not in health.fault.message
    await scripted.push(account_update(pushed_position("43")))
    await gateway.facts(1)


async def test_a_bug_in_renewing_the_key_ends_the_life_and_not_the_stream(
    scripted: ScriptedVenue, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = Planted(monkeypatch, "refresh_stream")
    planted.on = True
    gateway = await connect(scripted.port, StreamRules(key_refresh=0.05, backoff_first=0.02))
    health = await gateway.live(3)
    assert health.fault is not None


async def test_a_frame_that_always_fails_is_told_each_time_and_never_dialled_for_in_a_hurry(
    scripted: ScriptedVenue,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    planted = Planted(monkeypatch, "read_frame")
    planted.on = True
    rules = StreamRules(backoff_first=0.02, backoff_most=5)
    with caplog.at_level(logging.WARNING, "verification"):
        gateway = await connect(scripted.port, rules)
        began = gateway.venue.stream_health().since.monotonic
        for life in range(1, 6):
            await gateway.live(life)
            await scripted.push(BAD)
            health = await gateway.health(lambda now: now.state is not StreamState.LIVE)
            assert health.fault is not None
            assert health.fault.count == life
            assert "a frame met a bug (TypeError, trace " in (health.error or "")
            assert SECRET not in (health.error or "")
    last = gateway.venue.stream_health()
    assert last.since.monotonic - began >= 0.5 * (0.04 + 0.08 + 0.16 + 0.32), "ever longer pauses"
    assert last.away_since is not None
    assert last.away_since.monotonic <= began, "lives that end so soon do not count"
    assert planted.times == 5
    assert len(set(re.findall(r"trace ([0-9a-f]{8})", caplog.text))) == 5
    planted.on = False
    await gateway.live(6)
    await scripted.push(account_update(pushed_position("43")))
    assert (await gateway.facts(1))[0].provenance.epoch == 6


async def test_stopping_after_a_bug_leaves_nothing_behind(
    scripted: ScriptedVenue, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = Planted(monkeypatch, "open_stream")
    gateway = await connect(scripted.port, QUICK)
    planted.on = True
    await scripted.hang_up()
    await gateway.health(lambda now: now.fault is not None)
    await gateway.venue.close()
    assert gateway.venue.stream_health().state is StreamState.DOWN
