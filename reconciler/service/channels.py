"""The channels that one process serves: they come and go, and none is cut off in a message."""

import asyncio
from collections.abc import Callable, Collection

from reconciler.service.served_channel import Posting, ServedChannel


class Channels:
    """What is served, and what is still ending.

    Attributes:
        served: Each channel of the settings.
        public_url: What the links in messages begin with.
        phones: The names of those whose messages are answered.
    """

    def __init__(self, posting: Posting, ended: Callable[[], None]) -> None:
        """Serve these. `ended` is called once a channel that went has ended."""
        self.served = [ServedChannel(channel, courier) for channel, courier in posting.couriers]
        self.public_url = posting.public_url
        self.phones = frozenset(posting.phones)
        self._ended = ended
        self._ending: set[asyncio.Task[None]] = set()

    def replace(self, posting: Posting, same: Collection[str]) -> None:
        """Serve others; those that are the same go on as they are.

        What is being sent on one that is another now ends first: it may be taken, and is not sent again then.
        """
        before = {each.channel.name: each for each in self.served}
        kept = before.keys() & same
        anew = [ServedChannel(channel, courier) for channel, courier in posting.couriers]
        self.public_url, self.phones = posting.public_url, frozenset(posting.phones)
        self.served = [before.pop(each.channel.name) if each.channel.name in kept else each for each in anew]
        for served in self.served:
            old = before.get(served.channel.name)
            if old is not None:
                served.sending = old.sending
        for gone in before.values():
            task = asyncio.create_task(_end(gone))
            self._ending.add(task)
            task.add_done_callback(lambda _: self._ended())

    def check(self) -> None:
        """Raise what sending has met and could not wait out."""
        for served in self.served:
            if served.sending is not None and served.sending.done():
                served.sending.result()
                served.sending = None
        for ending in [each for each in self._ending if each.done()]:
            self._ending.discard(ending)
            ending.result()

    async def close(self) -> None:
        """End all that is being sent, and what sends it."""
        sending = [each.sending for each in self.served if each.sending is not None]
        for task in (*sending, *self._ending):
            task.cancel()
        await asyncio.gather(*sending, *self._ending, return_exceptions=True)
        await asyncio.gather(*(each.courier.close() for each in self.served))


async def _end(served: ServedChannel) -> None:
    try:
        if served.sending is not None:
            await served.sending
    finally:
        await served.courier.close()
