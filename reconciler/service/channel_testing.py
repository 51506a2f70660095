"""Sends the test messages that were asked for on a screen, each once, and stores what came back."""

import asyncio

import structlog

from reconciler.facts.finding import Severity
from reconciler.notify.answer import Answer
from reconciler.notify.message import Message
from reconciler.notify.text import printable
from reconciler.service.posting import courier_of
from reconciler.settings import Settings, SettingsError
from reconciler.storage.service_store import ServiceStore
from reconciler.storage.waiting import waited_out
from reconciler.views.health import ChannelTestView
from verification.facts.clock import Clock

LOOK_SECONDS = 2.0

TITLE = "Trueup: this is a test"
BODY = "{who} asked for this message. Nothing is wrong. Alerts will look like this one.\n{link}"

log = structlog.get_logger()


class ChannelTesting:
    """Tries channels. `look` is called by the schedule; it waits for no channel.

    Attributes:
        settings: Those that run: a channel is tried as it is set up now.
    """

    def __init__(self, settings: Settings, process: str, store: ServiceStore, clock: Clock) -> None:
        """Nothing is sent yet. `process` is this one, by machine and number."""
        self.settings = settings
        self._process = process
        self._store = store
        self._clock = clock
        self._trying: set[asyncio.Task[None]] = set()

    async def look(self) -> None:
        """Take up what was asked for.

        Raises:
            StateDatabaseError: It could not be asked.
        """
        for task in [each for each in self._trying if each.done()]:
            self._trying.discard(task)
            task.result()
        channels = list(self.settings.notify)
        if not channels:
            return
        now = self._clock.now().utc
        for test in await self._store.take_up_tests(channels, self._process, now=now):
            self._trying.add(asyncio.create_task(self._try(test), name=f"test of {test.channel}"))

    async def close(self) -> None:
        """Give up what is being tried: whoever asked is told that no answer came."""
        for task in self._trying:
            task.cancel()
        await asyncio.gather(*self._trying, return_exceptions=True)

    async def _try(self, test: ChannelTestView) -> None:
        answer = await self._sent(test)
        log.info("channel.tried", channel=test.channel, taken=answer.taken, said=answer.said)
        await waited_out(
            lambda: self._store.answer_test(
                test.id, taken=answer.taken, said=answer.said, now=self._clock.now().utc
            ),
            self._clock,
        )

    async def _sent(self, test: ChannelTestView) -> Answer:
        settings = self.settings
        try:
            courier = courier_of(settings, test.channel)
        except SettingsError as error:
            return Answer(taken=False, said="; ".join(error.lines))
        body = BODY.format(who=printable(test.asked_by), link=settings.dashboard.link)
        try:
            return await courier.send(Message(TITLE, body, Severity.INFO))
        finally:
            await courier.close()
