"""The reconciler's own heartbeat: beats only while every account is looked at, and tells of its silences."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.blindness import BlindnessSettings
from reconciler.finding import Evidence, FindingKey, Kind, Party
from reconciler.stall import EVERY_ACCOUNT, RECONCILER, stalled
from reconciler.storage.store import Store
from reconciler.storage.waiting import waited_out
from reconciler.views import Heartbeat
from verification.clock import Clock, Moment
from verification.leg import Leg

STUCK = timedelta(seconds=60)
"""Least time that an account may go without a finished look (reads have time-outs) before the heart stops."""

SILENCE = FindingKey(Kind.RECONCILER_STALLED, EVERY_ACCOUNT, RECONCILER, Leg.NET)


class Looking(Protocol):
    """Something whose looks keep the heart beating."""

    @property
    def last_pass(self) -> Moment:
        """When it last finished a look at everything it has to look at."""


class HeartbeatKeeper:
    """Writes the heartbeat, and raises and resolves `reconciler_stalled`."""

    def __init__(
        self, store: Store, clock: Clock, *, every: float, interval: timedelta, last: Heartbeat
    ) -> None:
        """Begin to beat.

        Args:
            store: Where to write.
            clock: Where time comes from.
            every: Seconds between two beats.
            interval: Between two sweeps of an account.
            last: The heartbeat that the process before left; its silence is told.
        """
        self._store = store
        self._clock = clock
        self._every = every
        self._patience = max(3 * interval, STUCK).total_seconds()
        self._last = last
        self._started = clock.now().utc

    async def tell_of_the_silence_before(self) -> None:
        """Raise an alert if the process before ended without a good-bye and was missed."""
        now = self._clock.now().utc
        if self._last.at is None or self._last.stopped:
            return
        finding = stalled(self._last, BlindnessSettings(), now=now)
        if finding is None:
            return
        found = Observed((Detected(finding, now, confirmed=True),))
        await waited_out(lambda: self._store.observe(found, now=now), self._clock)

    async def beat(self, accounts: Sequence[Looking]) -> None:
        """Beat if every account has been looked at lately; a process that lives but looks no more is dead."""
        now = self._clock.now()
        stuck = [each for each in accounts if now.monotonic - each.last_pass.monotonic > self._patience]
        if not stuck:
            beat = self._heartbeat(now.utc, stopped=False)
            await self._store.beat(beat)
            self._last = beat
            shown = Evidence(Party.TRUEUP, RECONCILER, "every account is looked at", now.utc, {})
            clear = Clear((shown,), now.utc, "the reconciler looks at every account again")
            await self._store.observe(Observed(clear={SILENCE: clear}), now=now.utc)
            return
        finding = stalled(self._last, BlindnessSettings(), now=now.utc)
        if finding is not None:
            await self._store.observe(Observed((Detected(finding, now.utc, confirmed=True),)), now=now.utc)

    async def say_good_bye(self) -> None:
        """Write down that it stops: a clean stop is not a crash, but it is blind all the same."""
        await self._store.beat(self._heartbeat(self._clock.now().utc, stopped=True))

    def _heartbeat(self, at: datetime, *, stopped: bool) -> Heartbeat:
        return Heartbeat(at, self._every, self._started, stopped)
