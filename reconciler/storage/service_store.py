"""The store of a process that serves: what it says of itself, and what was asked of it on a screen."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from reconciler.facts.act import Act
from reconciler.storage import acts, channel_tests, process_states
from reconciler.storage.store import Store
from reconciler.views.health import ChannelTestView, ProcessView


class ServiceStore(Store):
    """Writes beside what is stored of accounts. It needs no lease: it is of the process itself."""

    async def save_process(self, process: ProcessView) -> None:
        """Store what a process says of itself."""
        await self._durably(partial(process_states.save_process, process=process))

    async def forget_process(self, process: str) -> None:
        """Forget a process that ends."""
        await self._durably(partial(process_states.forget_process, process=process))

    async def add_act(self, act: Act) -> None:
        """Store what somebody did that no other table tells."""
        await self._durably(partial(acts.add_act, act=act))

    async def take_up_tests(
        self, channels: Collection[str], by: str, *, now: datetime
    ) -> tuple[ChannelTestView, ...]:
        """Return the tests of channels that this process is to send now; each is given to one, once."""
        if not await self._asked(partial(channel_tests.wait, now=now)):
            return ()
        return await self._durably(partial(channel_tests.take_up, channels=channels, by=by, now=now))

    async def answer_test(self, number: int, *, taken: bool, said: str, now: datetime) -> None:
        """Store what came of a test of a channel."""
        await self._durably(partial(channel_tests.answer, number=number, taken=taken, said=said, now=now))
