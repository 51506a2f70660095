"""The heartbeat of one account's watch: it beats while the account is looked at, and tells of silences."""

from datetime import datetime, timedelta
from typing import Protocol

from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.facts.finding import Evidence, FindingKey, Kind, Party
from reconciler.facts.heartbeat import Heartbeat
from reconciler.sight.blindness import BlindnessSettings
from reconciler.sight.stall import RECONCILER, stalled
from reconciler.storage.held_store import HeldStore
from reconciler.storage.waiting import waited_out
from verification.facts.clock import Clock, Moment
from verification.facts.leg import Leg

STUCK = timedelta(seconds=60)
"""How long an account may go without a finished look before its heartbeat stops: reads have time-outs."""


class LooksAtAccount(Protocol):
    """Something that looks at an account: while it does, the heartbeat goes on."""

    @property
    def last_pass(self) -> Moment:
        """When it last finished a look at everything it has to look at."""


class HeartbeatKeeper:
    """Writes the heartbeat, which renews the lease, and raises and resolves `reconciler_stalled`.

    Attributes:
        stored_at: When it last beat, durably; None before the first time.
    """

    def __init__(
        self,
        account: str,
        store: HeldStore,
        clock: Clock,
        *,
        every: float,
        interval: timedelta,
        last: Heartbeat,
    ) -> None:
        """Begin to beat.

        Args:
            account: Its name in the settings.
            store: Where to write.
            clock: Where time comes from.
            every: Seconds between two beats.
            interval: Between two sweeps of the account.
            last: The heartbeat that the holder before left; its silence is told.
        """
        self._account = account
        self._store = store
        self._clock = clock
        self._every = every
        self.pace(interval)
        self._last = last
        self._started = clock.now().utc
        self.stored_at: Moment | None = None
        self._told = True  # something may be open that the holder before has told

    def pace(self, interval: timedelta) -> None:
        """Take note of the time between two sweeps: three of them may pass without a finished look."""
        self._patience = max(3 * interval, STUCK).total_seconds()

    async def report_silence_before(self) -> None:
        """Raise an alert if the holder before ended without a good-bye and was missed."""
        now = self._clock.now().utc
        if self._last.at is None or self._last.stopped:
            return
        finding = stalled(self._account, self._last, BlindnessSettings(), now=now)
        if finding is None:
            return
        told = Observed((Detected(finding, now, confirmed=True),))
        await waited_out(lambda: self._store.report_silence(told, now=now), self._clock)

    async def beat(self, looks: LooksAtAccount) -> None:
        """Beat if the account has been looked at lately; one that is held and looked at no more is dead.

        A lease that ran out meanwhile, and that nobody else has taken, is given up: after a machine's sleep
        no look could be stored before it is renewed, and it would not be renewed before a look was stored.
        """
        now = self._clock.now()
        if now.monotonic - looks.last_pass.monotonic <= self._patience:
            beat = self._heartbeat(now.utc, stopped=False)
            await self._store.beat(beat)
            self._last, self.stored_at = beat, now
            if self._told:
                await self._tell_of_its_end(now.utc)
            return
        finding = stalled(self._account, self._last, BlindnessSettings(), now=now.utc)
        if finding is not None:
            told = Observed((Detected(finding, now.utc, confirmed=True),))
            self._told = True
            await self._store.report_silence(told, now=now.utc)
        if self._store.ran_out:
            self._store.lost.set()

    async def _tell_of_its_end(self, now: datetime) -> None:
        """Tell that the account is looked at, until nothing of its silence is open any more."""
        shown = Evidence(Party.TRUEUP, RECONCILER, "it is looked at", now, {})
        clear = Clear((shown,), now, "the reconciler looks at the account again")
        silence = FindingKey(Kind.RECONCILER_STALLED, self._account, RECONCILER, Leg.NET)
        await self._store.observe(Observed(clear={silence: clear}), now=now)
        # Nobody but the holder of the lease, which we are, tells of a silence.
        self._told = any(each.key == silence for each in await self._store.open_alerts([self._account]))

    async def give_back(self) -> None:
        """Give the lease back: a clean stop is not a crash, but nobody sees the account all the same."""
        await self._store.give_back(self._heartbeat(self._clock.now().utc, stopped=True))

    def _heartbeat(self, at: datetime, *, stopped: bool) -> Heartbeat:
        return Heartbeat(at, self._every, self._started, stopped)
