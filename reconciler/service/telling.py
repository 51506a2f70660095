"""What this process tells the screens of itself: how it fares, what was read again, what was tried."""

import structlog

from reconciler.facts.act import Act
from reconciler.service.channel_testing import LOOK_SECONDS as TEST_SECONDS
from reconciler.service.channel_testing import ChannelTesting
from reconciler.service.fleet import Fleet
from reconciler.service.notifying import Notifying
from reconciler.service.reloaded import Reloaded
from reconciler.service.reporting import LOOK_SECONDS, Reporting
from reconciler.service.schedule import Schedule
from reconciler.settings import Settings
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.service_store import ServiceStore
from verification.facts.clock import Clock

TAKEN, REFUSED = "settings taken", "settings refused"

log = structlog.get_logger()


class Telling:
    """Joins what is told of the process itself."""

    def __init__(
        self,
        settings: Settings,
        process: str,
        store: ServiceStore,
        clock: Clock,
        *,
        fleet: Fleet,
        notifying: Notifying,
    ) -> None:
        """Nothing is told yet. `process` is this one, by machine and number. ccxt has been loaded by now."""
        from verification.venues.ccxt.outgoing import OF_PROCESS

        self._store = store
        self._clock = clock
        self._testing = ChannelTesting(settings, process, store, clock)
        self._reporting = Reporting(
            process,
            store,
            clock,
            accounts=fleet.watching,
            counted=OF_PROCESS.counted,
            waiting=notifying.waiting,
        )

    def begin(self, schedule: Schedule) -> None:
        """Tell and try from now on."""
        self._reporting.schedule = schedule
        schedule.every("report", LOOK_SECONDS, self._reporting.look)
        schedule.every("channel tests", TEST_SECONDS, self._testing.look)

    def take(self, settings: Settings) -> None:
        """Try channels as they are set up from now on."""
        self._testing.settings = settings

    async def reloaded(self, done: Reloaded) -> None:
        """Keep what became of settings that were read again, as far as it can be stored.

        Raises:
            StateDatabaseError: The state database cannot be used any more.
        """
        action, note = TAKEN if done.taken else REFUSED, "; ".join(done.lines) or "nothing has changed"
        act = Act(self._clock.now().utc, "", "cli", action, "", note)
        try:
            await self._store.add_act(act)
        except StateDatabaseError as error:
            if not error.again:
                raise
            log.warning("act.not_stored", action=action, note=note, error=str(error))

    async def close(self) -> None:
        """End what is being tried, and say that this process ends."""
        await self._testing.close()
        await self._reporting.end()
