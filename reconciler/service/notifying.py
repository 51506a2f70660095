"""Tells people: what the history of alerts owes them is sent on their channels, and marked once it was taken.

Sent first and marked then: a crash in between costs that message once more, and never one less. All that is
decided follows from what is stored; of this process's memory only pauses are lost.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import structlog

from reconciler.facts.lease import Lease
from reconciler.facts.message import ChannelView
from reconciler.notify.answer import Answer, pause
from reconciler.notify.outbox import AlertCase, Item
from reconciler.notify.owed import is_settled, plan
from reconciler.notify.text import compose
from reconciler.service.channel_alarm import ChannelAlarm
from reconciler.service.channels import Channels
from reconciler.service.claims import Claims, Leases
from reconciler.service.offering import offered
from reconciler.service.served_channel import Posting, ServedChannel
from reconciler.service.strays import Strays
from reconciler.storage.errors import LeaseLost, StateDatabaseError
from reconciler.storage.held_store import HeldStore
from reconciler.storage.messages import Outbox, Sent
from reconciler.storage.store import Store
from reconciler.storage.waiting import EVERY_SECONDS, waited_out
from verification.facts.clock import Clock, Moment

GATHER_SECONDS = 2.0
"""How long what comes at once is gathered into one message."""
SPACING_SECONDS = 5.0
"""Least time between two messages on one channel."""

LOOK_SECONDS = 60.0
"""The longest time until what is owed by time alone is looked at again, for the wall clock can be set."""

LONGEST_PAUSE = timedelta(days=1)
log = structlog.get_logger()


class Notifying:
    """Sends what is owed for the accounts that this process holds."""

    def __init__(
        self,
        posting: Posting,
        store: Store,
        claims: Claims,
        held: Callable[[], Collection[HeldStore]],
        clock: Clock,
    ) -> None:
        """Nothing is sent yet.

        Args:
            posting: What messages are sent with.
            store: Where it stands what is owed.
            claims: Where the leases of accounts are asked for that are in no settings any more.
            held: Says which accounts are ours at the moment.
            clock: Where time comes from.
        """
        self._store = store
        self._held = held
        self._clock = clock
        self._alarm = ChannelAlarm(store, clock)
        self._strays = Strays(claims, posting.accounts)
        self._known: frozenset[Lease] = frozenset()
        self._woken = asyncio.Event()
        self._looked = False
        self._channels = Channels(posting, self._woken.set)
        self._looking = asyncio.Lock()

    @property
    def serves(self) -> bool:
        """Whether there is any channel."""
        return bool(self._channels.served)

    async def serve(self, posting: Posting, same: Collection[str]) -> None:
        """Serve other channels; those that are the same go on as they are.

        Args:
            posting: What messages are sent with from now on.
            same: The channels of which nothing has changed.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        async with self._looking:
            self._channels.replace(posting, same)
            await waited_out(lambda: self._strays.follow(posting.accounts), self._clock)
        self._woken.set()

    def changed(self, *, recorded: bool) -> None:
        """Hear that alerts may have changed, or leases: called about once a second."""
        leases = frozenset(store.lease for store in self._held())
        if recorded or leases != self._known:
            self._known = leases
            self._woken.set()

    def oldest_owed(self) -> float | None:
        """Return for how many seconds the oldest of what is owed waits; 0 for nothing, None for not known.

        Without a channel nobody is told, and nothing is owed to anybody.
        """
        served, now = self._channels.served, self._clock.now()
        if not served or not self._looked or any(each.state is None for each in served):
            return None
        return max(each.waits(now) for each in served)

    def waiting(self) -> dict[str, float]:
        """Return for how many seconds the oldest of what each channel is owed waits; 0 for nothing."""
        now = self._clock.now()
        return {each.channel.name: each.waits(now) for each in self._channels.served}

    def wake(self) -> None:
        """Look at once."""
        self._woken.set()

    async def begin(self) -> None:
        """Write down which channels there are, before anything can be owed; tried again where that cannot be.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        if not self._channels.served:
            return
        try:
            await self._learn(await self._store.outbox([], now=self._clock.now().utc))
        except StateDatabaseError as error:
            if not error.again:
                raise

    async def run(self) -> None:
        """Send until cancelled.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        try:
            while True:
                self._woken.clear()
                async with self._looking:
                    seconds = await self._look() if self._channels.served else None
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._woken.wait()
        finally:
            await self._channels.close()
            self._strays.close()

    async def _look(self) -> float | None:
        """Begin to send what is due; return the seconds until more of it is by time alone."""
        self._channels.check()  # what it met and could not wait out ends us
        leases = Leases({store.lease.account: store for store in self._held()})
        leases.stores |= self._strays.stores
        try:
            outbox = await self._store.outbox(list(leases.all.values()), now=self._clock.now().utc)
            await self._learn(outbox)
            if await self._strays.adopt(outbox.strays):
                self._woken.set()
            now, self._looked = self._clock.now(), True
            waits = [self._serve(served, outbox.cases, leases, now) for served in self._channels.served]
            await self._settle(outbox, leases)
        except LeaseLost:
            return EVERY_SECONDS
        except StateDatabaseError as error:
            if not error.again:
                raise
            return EVERY_SECONDS
        return min((wait for wait in waits if wait is not None), default=None)

    def _serve(
        self, served: ServedChannel, cases: Sequence[AlertCase], leases: Leases, now: Moment
    ) -> float | None:
        """Begin to send on a channel if something is due; return the seconds until that may be so."""
        if served.sending is not None:
            return None  # its end wakes us
        assert served.state is not None
        planned = plan(served.channel, cases, now=now.utc)
        if not planned.due:
            served.due_since = served.tried_at = None
            served.attempts = 0
            if planned.next_at is None:
                return None
            return min(LOOK_SECONDS, max(0.1, (planned.next_at - now.utc).total_seconds()))
        if served.due_since is None:
            served.due_since = now.monotonic
        wait = max(served.free_at, served.due_since + GATHER_SECONDS) - now.monotonic
        if wait > 0:
            return min(LOOK_SECONDS, wait)
        served.due_since = None
        served.sending = asyncio.create_task(self._send(served, planned.due, leases))
        served.sending.add_done_callback(lambda _: self._woken.set())
        return None

    async def _send(self, served: ServedChannel, items: Sequence[Item], leases: Leases) -> None:
        began = self._clock.now()
        name = secrets.token_hex(12)
        message = compose(items, began.utc, self._channels.public_url)
        if served.channel.name in self._channels.phones:
            message = await offered(self._store, served.channel.name, name, message, self._clock)
        if not leases.stand(each.alert.key.account for each in items):
            return  # we stood still meanwhile: whoever has it by now tells of it
        answer = await served.courier.send(message)
        served.attempts += 1
        served.tried_at = served.tried_at or began
        if not answer.taken:
            await self._not_taken(served, answer, leases)
            return
        now = self._clock.now()
        assert served.state is not None
        served.free_at = now.monotonic + SPACING_SECONDS
        well = ChannelView(served.channel.name, served.state.since, now.utc, now.utc, said=answer.said)
        sent = Sent(
            name=name,
            channel=served.channel.name,
            title=message.title,
            body=message.body,
            tried_at=served.tried_at.utc,
            at=now.utc,
            attempts=served.attempts,
            said=answer.said,
            tells=tuple((x.alert.id, x.alert.key.account, x.seq, x.why) for x in message.items),
            place=answer.place,
        )
        held = leases.all
        await waited_out(lambda: self._store.save_sent(held, sent, well), self._clock)
        failed_before = served.state.failing_since is not None
        served.state, served.tried_at, served.attempts = well, None, 0
        log.info(
            "message.sent", channel=sent.channel, title=sent.title, attempts=sent.attempts, said=sent.said
        )
        try:
            await self._alarm.well(served.channel, leases.stores, known_bad=failed_before)
        except StateDatabaseError as error:
            if not error.again and not isinstance(error, LeaseLost):
                raise  # else it is resolved by the next message

    async def _not_taken(self, served: ServedChannel, answer: Answer, leases: Leases) -> None:
        now, state = self._clock.now(), served.state
        assert state is not None
        failures = state.failures if answer.busy else state.failures + 1
        wait = min(pause(answer, max(1, failures)), LONGEST_PAUSE)
        served.free_at = now.monotonic + wait.total_seconds()
        served.state = replace(
            state,
            at=now.utc,
            failing_since=state.failing_since or now.utc,
            failures=failures,
            next_at=now.utc + wait,
            said=answer.said,
        )
        log.warning(
            "message.not_taken",
            channel=served.channel.name,
            said=answer.said,
            again_in=f"{wait.total_seconds():.0f} s",
        )
        try:
            await self._store.save_channels([served.state])
            others = any(
                each.state is not None and each.state.failing_since is None
                for each in self._channels.served
                if each is not served
            )
            await self._alarm.failing(served.channel, served.state, answer, leases.stores, others=others)
        except StateDatabaseError as error:
            if not error.again and not isinstance(error, LeaseLost):
                raise  # else it is told at the next attempt

    async def _learn(self, outbox: Outbox) -> None:
        """Take over how channels fared before us; one that is new is served from now on."""
        unknown = [served for served in self._channels.served if served.state is None]
        if not unknown:
            return
        now = self._clock.now()
        fresh = {each.channel.name: ChannelView(each.channel.name, now.utc, now.utc) for each in unknown}
        new = [state for name, state in fresh.items() if name not in outbox.channels]
        await self._store.save_channels(new, first=not outbox.channels)
        for served in unknown:
            name = served.channel.name
            served.state = outbox.channels.get(name, fresh[name])
            if served.state.next_at is not None and not served.state.failures:
                # It has asked us to wait. Our own pauses end with the process: settings may be mended.
                left = min(served.state.next_at - now.utc, LONGEST_PAUSE).total_seconds()
                served.free_at = now.monotonic + left

    async def _settle(self, outbox: Outbox, leases: Leases) -> None:
        """Store of what nobody is owed anything more by; and leave accounts that are in no settings."""
        channels = [each.channel for each in self._channels.served]
        settled = [each for each in outbox.cases if each.unsettled and is_settled(channels, each)]
        if settled:
            await self._store.settle(leases.all, settled, now=self._clock.now().utc)
        owing = {case.alert.key.account for case in outbox.cases if case.unsettled and case not in settled}
        await self._strays.leave(leases.stores.keys() - owing)
