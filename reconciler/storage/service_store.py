"""The store of a process that serves: what it says of itself, and what was asked of it on a screen."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial

from reconciler.facts.act import Act
from reconciler.storage import acts, channel_tests, process_states, workers
from reconciler.storage.store import Store
from reconciler.storage.workers import Together, Told
from reconciler.views.health import ChannelTestView, ProcessView


class ServiceStore(Store):
    """Writes beside what is stored of accounts. It needs no lease: it is of the process itself."""

    async def save_process(self, process: ProcessView) -> None:
        """Store what a process says of itself."""
        await self._durably(partial(process_states.save_process, process=process))

    async def forget_process(self, process: str) -> None:
        """Forget a process that ends."""
        await self._durably(partial(process_states.forget_process, process=process))

    async def tell_worker(self, instance: str, told: Told, *, wall: datetime) -> None:
        """Say that this process shares the accounts, and which it would watch."""
        await self._durably(partial(workers.tell, instance=instance, told=told, wall=wall))

    async def renew_worker(self, instance: str, *, wall: datetime) -> bool:
        """Say that it still does; False where it was not known to."""
        return await self._durably(partial(workers.renew, instance=instance, wall=wall))

    async def end_worker(self, instance: str) -> None:
        """Say that it does no more."""
        await self._durably(partial(workers.end, instance=instance))

    async def expect(self, groups: Mapping[str, str]) -> None:
        """Have accounts shown that nobody has ever watched. See `workers.expect`."""
        await self._durably(partial(workers.expect, groups=groups))

    async def together(self, *, wall: datetime) -> Together:
        """Return how the accounts are shared at this moment."""
        return await self._asked(partial(workers.together, file=self.file, wall=wall))

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
