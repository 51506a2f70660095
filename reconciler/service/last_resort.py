"""Tells people past the state database what cannot be written there: at first, again and again, and its end.

While that database is refused, what is owed waits in it, and `notifier_failed` cannot even be written down;
of an account that nobody watches nobody may write. So this goes straight to the channels, with couriers of
its own, and remembers in memory alone what it has told.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from reconciler.notify.answer import pause
from reconciler.notify.channel import Channel
from reconciler.notify.courier import Courier
from reconciler.notify.last_resort import due, is_told, last, word
from reconciler.notify.message import Message
from reconciler.notify.outbox import Why
from reconciler.service.served_channel import Posting
from reconciler.storage.errors import LeaseLost, StateDatabaseError
from reconciler.storage.outage import Away
from verification.facts.clock import Clock, Moment

STEADY_SECONDS = 20.0
"""For how long nothing may fail before it counts as over."""

log = structlog.get_logger()


class Words(Protocol):
    """Says what is told: why, what was met, of which accounts, since when, and where the screens are."""

    def __call__(
        self, why: Why, said: str, accounts: Collection[str], /, *, since: datetime, now: datetime, link: str
    ) -> Message:
        """Return the message."""


@dataclass(slots=True)
class _Told:
    """What one channel was told.

    Attributes:
        channel: Which.
        courier: What takes words there.
        at: When it was last told that the database is away, monotonic seconds; None for never.
        free_at: When it may be tried again, monotonic seconds.
        failures: How many words in a row it did not take.
    """

    channel: Channel
    courier: Courier
    at: float | None = None
    free_at: float = 0.0
    failures: int = 0


class LastResort:
    """Looks whether the state database is away, or whatever it tells of, and does. Called by the schedule."""

    def __init__(
        self,
        posting: Posting,
        away: Callable[[], Away | None],
        accounts: Callable[[], Collection[str]],
        clock: Clock,
        *,
        words: Words = word,
    ) -> None:
        """Nothing is told yet.

        Args:
            posting: What words are sent with; its couriers are nobody else's.
            away: Since when the state database is away; None while it is there.
            accounts: The accounts that are ours to tell of.
            clock: Where time comes from.
            words: Says what is told; that the state database is away, where nothing else is given.
        """
        self._words = words
        self._channels = [_Told(channel, courier) for channel, courier in posting.couriers]
        self._link = f"{posting.public_url}/"
        self._away = away
        self._accounts = accounts
        self._clock = clock
        self._last: tuple[Away, datetime] | None = None
        self._seen_away = 0.0

    async def serve(self, posting: Posting, same: Collection[str]) -> None:
        """Tell other channels; of one that was told before it is remembered, whatever has changed of it.

        Args:
            posting: What words are sent with from now on; its couriers are nobody else's.
            same: The channels of which nothing has changed.
        """
        before = {each.channel.name: each for each in self._channels}
        kept = before.keys() & same
        self._channels = [
            before[channel.name]
            if channel.name in kept
            else _Told(channel, courier, before[channel.name].at if channel.name in before else None)
            for channel, courier in posting.couriers
        ]
        for name, told in before.items():
            if name not in kept:
                with suppress(OSError):
                    await told.courier.close()

    async def look(self) -> None:
        """Tell each channel what it is due."""
        away, now = self._away(), self._clock.now()
        if away is not None:
            self._seen_away = now.monotonic
            if self._last is None:
                self._last = away, now.utc - timedelta(seconds=now.monotonic - away.since)
            self._last = replace(away, since=self._last[0].since), self._last[1]
        if self._last is None:
            return
        # Reads work on a locked file, and a write takes seconds until it is refused: not yet a return.
        away = self._last[0] if now.monotonic - self._seen_away < STEADY_SECONDS else None
        accounts = self._accounts()
        told = [x for x in self._channels if x.at is not None or (accounts and is_told(x.channel, accounts))]
        await asyncio.gather(*(self._tell(each, away, accounts, now) for each in told))
        if away is None and all(each.at is None for each in self._channels):
            self._last = None

    async def end(self, error: BaseException) -> None:
        """Tell that this process ends, where it does so because of its state database. Never raises."""
        said = next((str(each) for each in _leaves(error) if _is_final(each)), None)
        accounts = self._accounts()
        if said is None or not accounts:
            return
        saying = last(said, accounts, now=self._clock.now().utc, link=self._link)
        told = [each for each in self._channels if is_told(each.channel, accounts)]
        await asyncio.gather(*(self._send(each, saying) for each in told), return_exceptions=True)

    async def close(self) -> None:
        """End what is left of the couriers."""
        for each in self._channels:
            with suppress(OSError):
                await each.courier.close()

    async def _tell(self, told: _Told, away: Away | None, accounts: Collection[str], now: Moment) -> None:
        assert self._last is not None
        away_for = None if away is None else timedelta(seconds=now.monotonic - away.since)
        told_ago = None if told.at is None else timedelta(seconds=now.monotonic - told.at)
        why = due(told.channel, away_for, told_ago)
        if why is None or now.monotonic < told.free_at:
            return
        seen, since = self._last
        saying = self._words(why, seen.said, accounts, since=since, now=now.utc, link=self._link)
        if await self._send(told, saying):
            told.at = None if why is Why.RESOLVED else self._clock.now().monotonic

    async def _send(self, told: _Told, saying: Message) -> bool:
        answer = await told.courier.send(saying)
        what = {"channel": told.channel.name, "title": saying.title, "said": answer.said}
        if answer.taken:
            told.failures = 0
            log.info("last_resort.sent", **what)
            return True
        told.failures += 1
        wait = pause(answer, told.failures)
        told.free_at = self._clock.now().monotonic + wait.total_seconds()
        log.warning("last_resort.not_taken", **what, again_in=f"{wait.total_seconds():.0f} s")
        return False


def _is_final(error: BaseException) -> bool:
    return isinstance(error, StateDatabaseError) and not error.again and not isinstance(error, LeaseLost)


def _leaves(error: BaseException) -> Sequence[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for each in error.exceptions for leaf in _leaves(each)]
    return [error]
