"""Keeps what the stream pushes about one leg, from before the order until the last measurement."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from verification.clock import Moment
from verification.first_showing import Listening
from verification.leg import LegKey
from verification.observation import Observation
from verification.stream import StreamState
from verification.venue import Venue


class Watch:
    """Keeps what the stream pushes about one leg, from before the order is sent.

    Attributes:
        listening: Since when, and to which life of the stream; None if it was not live at the beginning.
        heed: Called with each observation as it is added; must not raise. None: nobody needs to know at once.
    """

    def __init__(self, venue: Venue, key: LegKey, now: Moment) -> None:
        """Start to listen at once."""
        self.key = key
        health = venue.stream_health()
        self.listening = Listening(now, health.epoch) if health.state is StreamState.LIVE else None
        self.seen: list[Observation] = []
        self.news = asyncio.Event()
        self.heed: Callable[[Observation], None] | None = None
        self._stop: Callable[[], None] | None = venue.listen(self._hear)

    def _hear(self, observation: Observation) -> None:
        if observation.key == self.key:
            self.add(observation)

    def add(self, observation: Observation) -> None:
        """Put one more observation to the rest, tell `heed` of it and wake whoever waits."""
        self.seen.append(observation)
        self.news.set()
        if self.heed is not None:
            self.heed(observation)

    async def news_within(self, seconds: float) -> None:
        """Wait until something was added since `news` was cleared, but no longer than this."""
        try:
            async with asyncio.timeout(seconds):
                await self.news.wait()
        except TimeoutError:
            return

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def __enter__(self) -> Self:
        """Listen for the length of a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        self.close()
