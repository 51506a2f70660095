"""Suspects at once what is pushed and no bot knows, while looks wait for each other and for the budget."""

from datetime import datetime

from reconciler.account.look_queue import LookQueue
from reconciler.account.watch import AccountWatch
from reconciler.alerts.event import Detected, Observed
from reconciler.facts.finding import Finding
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from verification.facts.clock import Clock
from verification.facts.observation import Observation, PositionSeen

SETTLE_SECONDS = 0.1
"""How long a pushed position is left alone before it is looked for in the ledgers: a bot writes its own down
about then."""


class Glances:
    """Glances at each symbol of one account of which a position is pushed.

    What is found is suspected, and no more: a look has to find it as well, and it has to last, before people
    are told.
    """

    def __init__(self, watch: AccountWatch, store: Store, clock: Clock) -> None:
        """Nothing runs yet."""
        self._watch = watch
        self._store = store
        self._clock = clock
        self._queue = LookQueue()

    async def run(self) -> None:
        """Glance at what is pushed; until cancelled.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        stop = self._watch.venue.listen(self._on_observation)
        try:
            while True:
                await self._queue.wait()
                await self._clock.sleep(SETTLE_SECONDS)
                symbols = self._queue.take() or frozenset()
                try:
                    await self._glance_at(symbols)
                except StateDatabaseError as error:
                    if not error.again:
                        raise
                    # The look that follows the same push finds it, and the loop tells of the database.
        finally:
            stop()

    def _on_observation(self, seen: Observation) -> None:
        if isinstance(seen, PositionSeen) and seen.quantity != 0:
            self._queue.soon((seen.key.symbol,))

    async def _glance_at(self, symbols: frozenset[str]) -> None:
        found = await self._watch.glance(symbols)
        if not found:
            return
        # Nothing is awaited since the facts were merged: a look that is older than this clears nothing of it.
        now = self._clock.now().utc
        known = {alert.key for alert in await self._store.open_alerts([self._watch.venue.access.account])}
        new = tuple(self._suspected(each, now) for each in found if each.identity not in known)
        if new:
            await self._store.observe(Observed(new), now=now)

    def _suspected(self, finding: Finding, now: datetime) -> Detected:
        return Detected(finding, now, confirmed=False)
