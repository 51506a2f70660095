"""A process that stood still for longer than its lease sends nothing: whoever has the account then does."""

import asyncio
from pathlib import Path

from reconciler.notify.channel import Channel
from tests.reconciler.notify.desk import Desk, Inbox, play, state_in
from verification.facts.clock import Moment


class Stalled:
    """A clock that has gone on by a minute while the process stood still; the loop has not."""

    def __init__(self, desk: Desk) -> None:
        self._real = desk.clock

    def now(self) -> Moment:
        now = self._real.now()
        return Moment(now.utc_us + 60_000_000, now.monotonic + 60)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def test_what_was_to_be_sent_is_not_once_another_may_have_the_account(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.held._expires = True  # as on a server: beside a file the lock decides
        await desk.find(critical=True)
        desk.held._clock = Stalled(desk)
        await desk.until(20)
        assert inbox.tried == []
        desk.held._clock = desk.clock  # what is renewed in time may be told of
        await desk.find("BTC/USDT:USDT")
        await desk.until(40)

    inbox = Inbox()
    play(state_in(tmp_path), story, [(Channel("phone"), inbox)])

    (message,) = inbox.got
    assert message.at > 20
    assert message.alerts == [1, 2]
