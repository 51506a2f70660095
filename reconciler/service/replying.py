"""Hears what people answer from their phones, stores it, and has the phones show how things stand.

One process hears a channel: the one that has the lease of the first account of the settings. What is heard is
stored with all that follows from it before the channel is told that it was heard; a crash in between has it
heard once more, which does nothing twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

import structlog

from reconciler.alerts.errors import AlertChanged
from reconciler.notify.answer import Answer, pause
from reconciler.notify.phone import Phone
from reconciler.notify.reply import Heard, Outcome, Reply
from reconciler.storage.store import Store
from reconciler.storage.waiting import EVERY_SECONDS, waited_out
from verification.facts.clock import Clock
from verification.facts.spell import Spell

NOT_OURS_SECONDS: Final = 5.0
SHOW_SECONDS: Final = 60.0
"""The longest time until it is looked again at what phones should show."""

TELL_SECONDS: Final = 300.0
"""How often it is told again that answers cannot be heard."""

T = TypeVar("T")

log = structlog.get_logger()


@dataclass(slots=True)
class _Listener:
    """A phone, as this process hears it.

    Attributes:
        name: The channel's.
        phone: What is heard.
        changed: Set when what its messages show may be wrong by now.
        failures: How often in a row it could not be heard.
        unheard: When that is told.
        tasks: What hears it, once that has begun.
    """

    name: str
    phone: Phone
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    unheard: Spell = field(default_factory=lambda: Spell(TELL_SECONDS, steady=0.0))
    tasks: tuple[asyncio.Task[None], ...] = ()


class Replying:
    """Hears the phones of this process's channels, while that is its part."""

    def __init__(
        self, phones: Mapping[str, Phone], store: Store, ours: Callable[[], bool], clock: Clock
    ) -> None:
        """Nothing is heard yet.

        Args:
            phones: What is heard, by the channel's name.
            store: Where it is stored.
            ours: Says whether it is this process's part at the moment.
            clock: Where time comes from.
        """
        self._listeners = [_Listener(name, phone) for name, phone in phones.items()]
        self._store = store
        self._ours = ours
        self._clock = clock
        self._group: asyncio.TaskGroup | None = None

    def changed(self, *, recorded: bool) -> None:
        """Hear that alerts may have changed: called about once a second."""
        if recorded:
            for listener in self._listeners:
                listener.changed.set()

    async def serve(self, phones: Mapping[str, Phone], same: Collection[str]) -> None:
        """Hear other phones; those that are the same are heard on.

        What was being heard on another one is heard once more by the next, which does nothing twice.
        """
        kept = {each.name: each for each in self._listeners if each.name in phones and each.name in same}
        gone = [each for each in self._listeners if each.name not in kept]
        self._listeners = [kept.get(name) or _Listener(name, phone) for name, phone in phones.items()]
        ending = [task for each in gone for task in each.tasks]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        for each in self._listeners:
            self._begin(each)

    async def run(self) -> None:
        """Hear until cancelled.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        async with asyncio.TaskGroup() as group:
            self._group = group
            for each in self._listeners:
                self._begin(each)
            await asyncio.Event().wait()  # others may come

    def _begin(self, listener: _Listener) -> None:
        if self._group is not None and not listener.tasks:
            hearing = self._group.create_task(self._hear_on(listener), name=f"hearing {listener.name}")
            showing = self._group.create_task(self._show_on(listener), name=f"showing {listener.name}")
            listener.tasks = hearing, showing

    async def _hear_on(self, listener: _Listener) -> None:
        while True:
            if not self._ours():
                await self._clock.sleep(NOT_OURS_SECONDS)
                continue
            cursor = await self._waited(partial(self._store.reply_cursor, listener.name))
            began = self._clock.now().monotonic
            heard = await listener.phone.hear(cursor)
            if heard.failed:
                await self._not_heard(listener, heard)
                continue
            self._heard_again(listener)
            for reply in heard.replies:
                await self._answer(listener, reply)
            last = heard.replies[-1].cursor if heard.replies else cursor
            if heard.cursor != last:
                await self._waited(partial(self._store.save_reply_cursor, listener.name, heard.cursor))
            if not heard.replies and self._clock.now().monotonic - began < EVERY_SECONDS:
                await self._clock.sleep(EVERY_SECONDS)  # a server that does not wait is not asked in a hurry

    async def _answer(self, listener: _Listener, reply: Reply) -> None:
        outcome = await self._waited(partial(self._stored, listener.name, reply))
        told = outcome.told or reply.refused
        if outcome.taken:
            log.info("reply.taken", channel=listener.name, by=reply.called, told=told)
        else:
            log.warning("reply.refused", channel=listener.name, by=reply.called, told=told)
        listener.changed.set()
        if outcome.told:
            await listener.phone.tell(reply, outcome.told)

    async def _stored(self, name: str, reply: Reply) -> Outcome:
        while True:
            try:
                return await self._store.hear(name, reply, now=self._clock.now().utc)
            except AlertChanged:
                await self._clock.sleep(EVERY_SECONDS)  # somebody wrote at that very moment

    async def _not_heard(self, listener: _Listener, heard: Heard) -> None:
        listener.failures += 1
        if listener.unheard.met(self._clock.now()):
            hint = "people cannot answer from their phones; messages go out all the same"
            log.warning("replies.not_heard", channel=listener.name, said=heard.failed, hint=hint)
        answer = Answer(taken=False, said=heard.failed, wait=heard.wait)
        await self._clock.sleep(pause(answer, listener.failures).total_seconds())

    def _heard_again(self, listener: _Listener) -> None:
        if listener.unheard.well(self._clock.now()) is not None:
            log.info("replies.heard_again", channel=listener.name)
        listener.failures = 0

    async def _show_on(self, listener: _Listener) -> None:
        """Have the messages say how what they tell stands, whoever has changed it."""
        wait, failures = EVERY_SECONDS, 0
        while True:
            try:
                async with asyncio.timeout(wait):
                    await listener.changed.wait()
            except TimeoutError:
                pass
            listener.changed.clear()
            failures = 0 if await self._shown(listener) else failures + 1
            wait = SHOW_SECONDS
            if failures:
                wait = pause(Answer(taken=False, said=""), failures).total_seconds()
                await self._clock.sleep(wait)

    async def _shown(self, listener: _Listener) -> bool:
        """Change the messages that are wrong by now; return whether that went well."""
        if not self._ours():
            return True
        now = self._clock.now().utc
        for shown in await self._waited(partial(self._store.outdated, listener.name, now=now)):
            if shown.standing != shown.shown:
                answer = await listener.phone.amend(shown)
                if not answer.taken and not answer.refused:
                    return False
            await self._waited(partial(self._store.save_shown, shown, now=now))
        return True

    async def _waited(self, work: Callable[[], Awaitable[T]]) -> T:
        return await waited_out(work, self._clock)
