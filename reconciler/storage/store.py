"""The reconciler's side of the state database: everything the service stores, durable when awaited."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import sqlalchemy as sa
import structlog

from reconciler.alerts.alert import Alert
from reconciler.alerts.event import AlertSettings, Observed
from reconciler.alerts.quiet import Quiet, quiet
from reconciler.alerts.retirement import Left
from reconciler.facts.lease import Holder, Lease
from reconciler.facts.message import ChannelView
from reconciler.facts.silence import Silence
from reconciler.notify.outbox import AlertCase
from reconciler.notify.reply import Offer, Outcome, Reply, Shown
from reconciler.storage import alerts, latency, leases, left, maintenance, messages, records, replies
from reconciler.storage import silences as silences_of
from reconciler.storage.alerts import Change, Recorded
from reconciler.storage.beats import last_beat
from reconciler.storage.change_store import KeptChanges, StoredChanges
from reconciler.storage.compaction import compact, live_bytes, renewed
from reconciler.storage.database import Database
from reconciler.storage.giving_up import given_up_in_time
from reconciler.storage.leases import Given, Kept
from reconciler.storage.messages import Outbox, Sent
from reconciler.storage.outage import Away, Outage
from reconciler.storage.retention import Retention, prune
from reconciler.storage.store_parts import Shared
from reconciler.storage.writer import Writer
from reconciler.views.account import CycleView, PositionView, SourceView
from reconciler.views.verification import VerificationView
from verification.facts.clock import Clock, SystemClock
from verification.latency.sample import LatencySample

T = TypeVar("T")

log = structlog.get_logger()


class Store:
    """Writes through the one writer thread; no call blocks the event loop.

    Every method raises `StateDatabaseError` when what it was given is not durable, or not known to be
    (`unsure`). Each may then be called again with the same: what was stored all the same stays one row, a
    sighting that is stored twice counts as one more of the same condition, and a look or a sample that is
    counted twice decides nothing.
    """

    _account: str | None = None  # the one that is written of; None for any

    def __init__(
        self, database: Database, *, settings: AlertSettings | None = None, clock: Clock | None = None
    ) -> None:
        """Start the writer; the store owns the database from here on and closes it."""
        self._database = database
        self._writer = Writer(database)
        self._settings = settings or AlertSettings()
        self._outage = Outage(clock or SystemClock())
        self._ending: asyncio.Task[None] | None = None

    @classmethod
    def open(cls, url: str, *, settings: AlertSettings | None = None, clock: Clock | None = None) -> Self:
        """Open the state database for the process that owns it: create it where absent, upgrade its schema.

        Blocks; call it before the event loop is busy.

        Raises:
            StateDatabaseError: It cannot be used; the message says what to do.
        """
        return cls(renewed(Database.open(url, create=True)), settings=settings, clock=clock)

    async def open_alerts(self, accounts: Collection[str] | None = None) -> tuple[Alert, ...]:
        """Return every open alert, pending ones too, oldest first; of some accounts or of all."""
        return await self._asked(partial(alerts.open_alerts, accounts=accounts))

    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        """Apply what a sweep or a targeted check learned, in one transaction. See `alerts.observe`."""
        settings, mine = self._settings, self._account
        return await self._durably(
            partial(alerts.observe, observed=observed, settings=settings, now=now, account=mine)
        )

    async def newest_recorded(self) -> int:
        """Return the number of the newest change of any alert; 0 while there is none."""
        return await self._asked(alerts.newest_recorded)

    async def recorded_after(self, number: int, *, most: int = 200) -> tuple[Recorded, ...]:
        """Return the changes of alerts after one, whichever process made them, oldest first."""
        return await self._asked(partial(alerts.recorded_after, number=number, most=most))

    async def quiet(self, *, now: datetime) -> dict[int, Quiet]:
        """Return which open alerts are quiet, by their numbers, and by what. See `alerts.quiet`."""

        def question(connection: sa.Connection) -> dict[int, Quiet]:
            return quiet(alerts.open_alerts(connection), maintenance.windows(connection, now=now), now=now)

        return await self._asked(question)

    async def save_cycle(self, cycle: CycleView) -> None:
        """Add a sweep of an account. See `records.save_cycle`."""
        await self._durably(partial(records.save_cycle, cycle=cycle))

    async def save_positions(
        self, account: str, positions: Sequence[PositionView], *, symbols: Collection[str] | None = None
    ) -> None:
        """Put these positions in the place of all that were stored of the account.

        Args:
            account: Whose.
            positions: All of them. What is open about one is told by its alerts, and not stored with it.
            symbols: Those that were looked at: all others are as they were given before. None means all.
        """
        del symbols  # nothing is known of what is stored: all is written
        await self._durably(partial(records.save_positions, account=account, positions=positions))

    async def save_sources(self, sources: Sequence[SourceView]) -> None:
        """Renew the state of these sources."""
        await self._durably(partial(records.save_sources, sources=sources))

    async def save_verification(self, view: VerificationView, evidence: str = "[]") -> int:
        """Store a verification, once however often it is called, and return its id."""
        return await self._durably(partial(records.save_verification, view=view, evidence=evidence))

    async def verifications(
        self, account: str, *, since: datetime, after: int = 0, asked_by: str | None = None
    ) -> tuple[tuple[VerificationView, str], ...]:
        """Return an account's verifications with their evidence. See `records.verifications`."""
        wanted = partial(records.verifications, account=account, since=since, after=after, asked_by=asked_by)
        return await self._asked(wanted)

    async def resting(self, account: str) -> tuple[tuple[VerificationView, str], ...]:
        """Return an account's verifications that wait for a resting order, with their evidence."""
        return await self._asked(partial(records.resting, account=account))

    async def journal_cursor(self, account: str, ledger: str) -> int:
        """Return the number of the last verification taken over from a bot's journal; 0 before the first."""
        return await self._asked(partial(records.journal_cursor, account=account, ledger=ledger))

    async def take_over(
        self,
        account: str,
        ledger: str,
        verifications: Sequence[tuple[VerificationView, str]],
        *,
        last_id: int,
    ) -> None:
        """Store verifications of a bot's journal and up to where it was read. See `records.take_over`."""
        await self._durably(
            lambda connection: records.take_over(connection, account, ledger, verifications, last_id=last_id)
        )

    async def add_latency(self, samples: Sequence[LatencySample]) -> None:
        """Take samples into their windows; give many at once, every few seconds."""
        await self._durably(partial(latency.add_samples, samples=samples), last=True)

    async def claim(
        self, account: str, by: Holder, *, locked: bool, wall: datetime, group: str | None = None
    ) -> Given | Kept:
        """Take the lease of an account, unless another process has it. See `leases.claim`."""
        asked = partial(leases.claim, last=last_beat(self._database.file, account), group=group)
        return await self._durably(partial(asked, account=account, by=by, locked=locked, wall=wall))

    async def kept(self, account: str) -> Kept | None:
        """Return who was last given the lease of an account, and until when; None for nobody."""
        beat = last_beat(self._database.file, account)
        return await self._asked(partial(leases.kept, account=account, last=beat))

    async def outbox(self, held: Sequence[Lease], *, now: datetime) -> Outbox:
        """Return what people may be owed of the accounts whose leases these are. See `messages.outbox`."""
        return await self._asked(partial(messages.outbox, leases=held, now=now))

    async def settle(self, held: Mapping[str, Lease], cases: Sequence[AlertCase], *, now: datetime) -> None:
        """Store that nobody is owed anything more by the steps of these cases."""
        await self._durably(partial(messages.settle, leases=held, cases=cases, now=now))

    async def save_sent(self, held: Mapping[str, Lease], sent: Sent, channel: ChannelView) -> None:
        """Store a message that was taken; once, however often this is called."""
        await self._durably(partial(messages.store_sent, leases=held, sent=sent, channel=channel))

    async def save_channels(self, channels: Sequence[ChannelView], *, first: bool = False) -> None:
        """Store how channels fare. See `messages.store_channels`."""
        await self._durably(partial(messages.store_channels, channels=channels, first=first))

    async def save_offer(self, offer: Offer) -> None:
        """Store what a message offers, before it is sent."""
        await self._durably(partial(replies.store_offer, offer=offer))

    async def hear(self, channel: str, reply: Reply, *, now: datetime) -> Outcome:
        """Store an answer from a phone with all that follows from it. See `replies.hear`."""
        return await self._durably(
            lambda connection: replies.hear(connection, channel, reply, self._settings, now=now)
        )

    async def reply_cursor(self, channel: str) -> str:
        """Return up to where a channel was heard; empty for never."""
        return await self._asked(partial(replies.cursor_of, channel=channel))

    async def save_reply_cursor(self, channel: str, cursor: str) -> None:
        """Store up to where a channel was heard, of what holds no answers."""
        await self._durably(partial(replies.store_cursor, channel=channel, cursor=cursor))

    async def outdated(self, channel: str, *, now: datetime) -> tuple[Shown, ...]:
        """Return the messages that do not show how what they tell stands by now."""
        return await self._asked(partial(replies.outdated, channel=channel, now=now))

    async def save_shown(self, shown: Shown, *, now: datetime) -> None:
        """Store what a message on a phone shows now."""
        await self._durably(partial(replies.store_shown, shown=shown, now=now))

    async def save_silences(self, accounts: Collection[str], silences: Mapping[int, Silence]) -> None:
        """Store which alerts of these accounts an Alertmanager is silent of."""
        await self._durably(partial(silences_of.store_silences, accounts=accounts, silences=silences))

    @property
    def changes(self) -> KeptChanges:
        """What has changed legs, and who did. Each of its methods is one of this store's."""
        return StoredChanges(self._durably, self._asked)

    @property
    def away(self) -> Away | None:
        """Since when the state database is away; None while it is there. From memory."""
        return self._outage.away

    @property
    def shared(self) -> Shared:
        """What the store of a lease's holder is made of; closing is this one's matter."""
        return Shared(self._database, self._writer, self._settings, self._outage)

    @property
    def file(self) -> Path | None:
        """The file of the database; None where a server keeps it."""
        return self._database.file

    async def holders(self) -> dict[str, Holder]:
        """Return the process to which each account was last given, dead or alive, by account."""
        return await self._asked(left.holders)

    async def left_accounts(self, watched: Collection[str]) -> tuple[Left, ...]:
        """Return the accounts of which something is stored, but for those that are watched, by name."""
        return await self._asked(partial(left.left_accounts, watched=watched))

    async def prune(self, *, now: datetime, retention: Retention | None = None) -> None:
        """Forget what is over and older than its time, and give its room back (call it every hour or so).

        While a file is larger than it may be, what is over is kept half as long, and half of that.
        """
        kept = retention or Retention()
        await self._forget(kept, now)
        while kept.size and (large := await asyncio.to_thread(live_bytes, self._database)) > kept.size:
            shorter = kept.shorter()
            if shorter == kept:
                log.warning("state.larger_than_it_may_be", bytes=large, may_be=kept.size)
                break
            kept = shorter
            log.info("state.kept_shorter", verifications=str(kept.verifications), alerts=str(kept.alerts))
            await self._forget(kept, now)
        await compact(self._database)

    async def _forget(self, retention: Retention, now: datetime) -> None:
        while await self._durably(partial(prune, retention=retention, now=now)):
            pass

    def ends(self) -> None:
        """Wait only seconds, from now on, for a server that answers nothing; then it is given up."""
        if self._ending is None and self.file is None:
            self._ending = asyncio.create_task(given_up_in_time(self._database))

    async def close(self) -> None:
        """Write what waits, then end every connection. Safe to call twice."""
        self.ends()
        await asyncio.to_thread(self._writer.close)
        self._database.close()
        self._database.give_up()  # what a thread still reads, nobody waits for any more
        if (ending := self._ending) is not None and ending.cancel():
            await asyncio.gather(ending, return_exceptions=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _durably(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        """Run `work` in a write transaction. It may be run again, so it does nothing but write."""
        with self._outage.watched():
            return await self._writer.do(work, last=last)

    async def _asked(self, question: Callable[[sa.Connection], T]) -> T:
        with self._outage.watched():
            return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: Callable[[sa.Connection], T]) -> T:
        with self._database.read() as connection:
            return question(connection)
