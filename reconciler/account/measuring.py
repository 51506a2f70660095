"""Gathers latency samples, stores them together, and keeps the lag that the confirmation asks about."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from reconciler.account.memory.lag_counts import LagCounts
from reconciler.facts.sketch import Sketch
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from verification.facts.clock import Clock, until_next
from verification.facts.observation import Source
from verification.latency.sample import LatencySample, Measure

ENOUGH = 20
"""Samples before a percentile is believed."""

HIGH = 0.999

STORED_SECONDS = 10.0
"""How often samples are stored: as long as the narrowest window is, of which each row is then written once.

A process that ends takes those along that wait; nobody is told of any."""

CALM_SECONDS = 300.0
"""How long a sample of a sweep waits at most: one is taken with every sweep, and each write costs pages."""

MOST = 10_000
"""Samples that wait at most while the state database is away; then the oldest are let go, and told of."""

log = structlog.get_logger()


class Measuring:
    """The samples of one account.

    Attributes:
        lags: How many fills each source has shown how late, since the beginning.
    """

    def __init__(self, store: Store, clock: Clock, on_lag: Callable[[timedelta], None]) -> None:
        """`on_lag` is told the high percentile of the position list's visibility lag as it moves."""
        self._store = store
        self._clock = clock
        self._on_lag = on_lag
        self._waiting: list[LatencySample] = []
        self._calm: list[LatencySample] = []
        self._calm_since = clock.now().monotonic
        self._listed = Sketch()
        self.lags = LagCounts()

    def add_calmly(self, sample: LatencySample) -> None:
        """Take a sample that need not be stored at once: with the next others, or in minutes."""
        self._calm.append(sample)
        del self._calm[:-MOST]

    def add(self, sample: LatencySample) -> None:
        """Take one sample."""
        self._waiting.append(sample)
        self.lags.add(sample)
        if sample.source is Source.REST and sample.measure is Measure.VISIBILITY_LAG:
            self._listed.add(sample.milliseconds)
            if self._listed.count >= ENOUGH:
                self._on_lag(timedelta(milliseconds=self._listed.quantile(HIGH)))

    async def run(self) -> None:
        """Store what came, every ten seconds, until cancelled."""
        while True:
            await self._clock.sleep(until_next(STORED_SECONDS, self._clock.now()))
            await self.flush()

    async def flush(self) -> None:
        """Store what waits."""
        now = self._clock.now().monotonic
        if not self._waiting and (not self._calm or now - self._calm_since < CALM_SECONDS):
            return
        samples, self._waiting = self._waiting + self._calm, []
        self._calm, self._calm_since = [], now
        try:
            await self._store.add_latency(samples)
        except StateDatabaseError as error:
            if not error.again:
                raise
            waiting = samples + self._waiting
            self._waiting = waiting[-MOST:]
            lost = len(waiting) - len(self._waiting)
            if lost:
                log.warning("latency.lost", samples=lost, error=str(error))
