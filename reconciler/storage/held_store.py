"""What the holder of an account's lease writes: refused, in the same transaction, once the lease is lost."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TypeVar

import sqlalchemy as sa
from typing_extensions import override

from reconciler.alerts.alert import Alert
from reconciler.alerts.event import Observed
from reconciler.alerts.retirement import Watched, why_retires
from reconciler.facts.heartbeat import Heartbeat
from reconciler.facts.lease import Lease, may_have_run_out
from reconciler.record.unprotected import Unwritten
from reconciler.storage import alerts, changes, differing, leases, records, unprotected
from reconciler.storage.alerts import Change
from reconciler.storage.beats import BeatFile
from reconciler.storage.differing import Stored
from reconciler.storage.errors import LeaseLost, StateDatabaseError, StateTrouble
from reconciler.storage.looked import Looked
from reconciler.storage.store import Store
from reconciler.storage.store_parts import Shared
from reconciler.views.account import CycleView, PositionView, SourceView
from verification.facts.clock import Clock, Moment

T = TypeVar("T")

ROW_SECONDS = 300.0
"""How often a heart that beats beside the database beats in it, which shows that it can be written."""

OTHERS_FIRST_SECONDS = 10.0
"""For how long after a lease ran out its holder leaves it to others who wait for it."""

CALM_SECONDS = 10.0
"""How often a transaction is made where there is nothing to store, and it is asked what is open:
it shows that the database is there."""


class HeldStore(Store):
    """What the holder of an account's lease writes: refused, in the same transaction, once that is lost."""

    def __init__(self, shared: Shared, lease: Lease, clock: Clock, *, sent: Moment) -> None:
        """Nothing is written yet.

        Args:
            shared: Of the store by which the lease was claimed.
            lease: What was given.
            clock: Where time comes from.
            sent: When the claim was sent.
        """
        self._database, self._writer = shared.database, shared.writer
        self._settings, self._outage = shared.settings, shared.outage
        self.lost = asyncio.Event()
        self._lease, self._account = lease, lease.account
        self._clock = clock
        self._renewed = sent
        self._stored = Stored(clock)
        self._unprotected = Unwritten()
        file = self._database.file
        self._expires = file is None  # a lease on a file is held by a lock as well
        self._beats = None if file is None else BeatFile(file, lease)
        self._row_renewed: float | None = None
        self._calm = False  # nothing of the account was open when that was last asked, nor was opened since
        self._openings = 0
        self._opening_now = 0
        self._asked_at: float | None = None
        self._done: float | None = None

    @property
    def lease(self) -> Lease:
        """What was given."""
        return self._lease

    @property
    def may_be_anothers(self) -> bool:
        """Whether another process may have the account by now: then nothing is done or said in its name."""
        return self._has_run_out() or self.lost.is_set()

    @property
    def ran_out(self) -> bool:
        """Whether the lease was not renewed for so long that whoever waited for it would have it by now.

        Until it is renewed nothing that a look finds can be stored: who has not finished one cannot go on.
        """
        return self._has_run_out(OTHERS_FIRST_SECONDS)

    def _has_run_out(self, ago: float = 0.0) -> bool:
        """Return whether the lease may have run out so many seconds ago; one beside a lock never does."""
        now = self._clock.now().monotonic
        return self._expires and may_have_run_out(self._renewed.monotonic + ago, now)

    @override
    async def open_alerts(self, accounts: Collection[str] | None = None) -> tuple[Alert, ...]:
        mine = accounts is not None and set(accounts) == {self._lease.account}
        if mine and self._calm and self._is_recent(self._asked_at):
            return ()  # nobody but this store opens any
        openings, quiet, asked = self._openings, self._opening_now == 0, self._clock.now().monotonic
        found = await super().open_alerts(accounts)
        if mine:
            self._calm = not found and quiet and openings == self._openings
            self._asked_at = asked
        return found

    @override
    async def observe(self, observed: Observed, *, now: datetime) -> tuple[Change, ...]:
        """Apply what was learned. Where nothing was found and nothing is open, there is nothing to store.

        Nobody but the holder of its lease opens an alert of an account.
        """
        if observed.detected:
            with self._opening():
                return await super().observe(observed, now=now)
        calm = self._calm and self._is_recent(self._done)
        return () if calm else await super().observe(observed, now=now)

    def _is_recent(self, at: float | None) -> bool:
        return at is not None and self._clock.now().monotonic - at < CALM_SECONDS

    @contextmanager
    def _opening(self) -> Iterator[None]:
        """Take note that what is stored meanwhile may open an alert."""
        self._calm = False
        self._openings += 1
        self._opening_now += 1
        try:
            yield
        finally:
            self._opening_now -= 1

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Renew the lease, and say that the account is looked at, and when it last was.

        Beside a database that is a file it does so in a file of its own; in the database every five minutes,
        the first time, and after any failure: while something cannot be stored no heart beats.

        Raises:
            LeaseLost: It is another process's; `lost` is set.
            StateDatabaseError: The database cannot be written, or its file is not in its place any more.
        """
        sent, looked = self._clock.now(), self._stored.looked
        known = self._row_renewed
        if self._beats is None or known is None or sent.monotonic - known >= ROW_SECONDS:
            work = partial(leases.beat, lease=self._lease, heartbeat=heartbeat, looked=looked, wall=sent.utc)
            await self._owning(work)
            self._row_renewed = sent.monotonic
        self._renewed = sent
        if self._beats is not None:
            self._database.check_name()  # at rest nothing else would notice for minutes that it is gone
            self._write_beside(self._beats, heartbeat, looked)

    def _write_beside(self, beats: BeatFile, heartbeat: Heartbeat, looked: Looked) -> None:
        try:
            beats.beat(heartbeat, looked)
        except OSError as error:
            self._row_renewed = None
            message = f"the heartbeat of {self._lease.account} cannot be written ({error.strerror})"
            raise StateDatabaseError(StateTrouble.PERMISSION, message, again=True) from error

    @override
    async def save_cycle(self, cycle: CycleView) -> None:
        known = self._stored.take_sweep()
        self._unprotected.swept(cycle)
        added = self._unprotected.due(cycle.finished_at)

        def work(connection: sa.Connection) -> differing.Sweep:
            unprotected.add(connection, cycle.account, added)
            return differing.write_sweep(connection, cycle, known)

        self._stored.sweep = await self._durably(work)
        self._unprotected.wrote(added, cycle.finished_at)

    @override
    async def save_positions(
        self, account: str, positions: Sequence[PositionView], *, symbols: Collection[str] | None = None
    ) -> None:
        known = self._stored.take_legs()

        def work(connection: sa.Connection) -> differing.Legs:
            if known is None or symbols is None:
                return differing.write_legs(connection, account, positions, known)
            return differing.write_some_legs(connection, account, positions, known, symbols=symbols)

        self._stored.legs = await self._durably(work)

    @override
    async def save_sources(self, sources: Sequence[SourceView]) -> None:
        known, account = self._stored.take_sources(), self._lease.account
        same = differing.same_sources(sources, known)
        if same is not None:
            self._stored.sources = same  # a transaction would store nothing
            return
        self._stored.sources = await self._durably(
            lambda connection: differing.write_sources(connection, account, sources, known)
        )

    async def report_silence(self, observed: Observed, *, now: datetime) -> None:
        """Store that nobody looks at the account: also when its lease may have run out by now.

        Raises:
            LeaseLost: It is another process's, which tells it; `lost` is set.
        """
        with self._opening():
            account = self._account
            await self._fenced(
                partial(alerts.observe, observed=observed, settings=self._settings, now=now, account=account)
            )

    async def retain(self, watched: Watched, *, now: datetime) -> None:
        """Forget the states of sources that are watched no more, and retire the alerts about them."""

        def work(connection: sa.Connection) -> None:
            records.retain_sources(connection, watched.account, watched.names)
            alerts.retire(
                connection,
                watched.account,
                partial(why_retires, watched=watched),
                self._settings,
                now=now,
            )

        self._stored.take_sources()
        await self._durably(work)

    async def give_back(self, heartbeat: Heartbeat) -> None:
        """Give the lease back: whoever waits for it need not wait longer. Nothing can be written after.

        Raises:
            LeaseLost: It is another process's already; `lost` is set.
        """
        looked, lease, added = self._stored.looked, self._lease, self._unprotected.waiting()

        def work(connection: sa.Connection) -> None:
            leases.give_back(connection, lease, heartbeat, looked)
            unprotected.add(connection, lease.account, added)

        await self._owning(work)

    async def forget(self, reason: str, *, now: datetime) -> None:
        """Retire the alerts of the account, forget its states, and give its lease back.

        Args:
            reason: Why it is watched no more, one plain clause.
            now: Aware UTC.

        Raises:
            LeaseLost: It is another process's already; `lost` is set.
        """
        account = self._lease.account

        def work(connection: sa.Connection) -> None:
            alerts.retire(connection, account, lambda _: reason, self._settings, now=now)
            records.forget_account(connection, account)
            changes.forget_marks(connection, account)
            leases.forget(connection, self._lease)

        await self._owning(work)

    async def leave(self) -> None:
        """Give the lease back of an account that is not in the settings: it stays nobody's.

        Raises:
            LeaseLost: It is another process's already; `lost` is set.
        """
        await self._owning(partial(leases.forget, lease=self._lease))

    @override
    async def _durably(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        if self._has_run_out():
            what = f"the watch over {self._lease.account} has to be renewed before anything more is written"
            raise StateDatabaseError(StateTrouble.LEASE, what, again=True)
        return await self._fenced(work, last=last)

    async def _fenced(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        def fenced(connection: sa.Connection) -> T:
            leases.fence(connection, self._lease)
            return work(connection)

        return await self._owning(fenced, last=last)

    async def _owning(self, work: Callable[[sa.Connection], T], *, last: bool = False) -> T:
        try:
            done = await super()._durably(work, last=last)
        except LeaseLost:
            self.lost.set()
            raise
        except StateDatabaseError:
            self._row_renewed = self._done = self._asked_at = None
            raise
        self._done = self._clock.now().monotonic
        return done
