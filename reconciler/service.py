"""`trueup run`: every account of the settings, the heartbeat and the housekeeping, until told to stop."""

import asyncio
import signal
from datetime import timedelta

import structlog

from reconciler.account.unit import AccountUnit
from reconciler.alert_log import AlertLog
from reconciler.blindness import BlindnessSettings
from reconciler.console import Console
from reconciler.pulse import HeartbeatKeeper
from reconciler.schedule import Schedule
from reconciler.settings import Settings
from reconciler.storage.errors import StateDatabaseError, may_pass
from reconciler.storage.store import Store
from reconciler.wiring import open_ledgers, open_venue, pace_of, rules_of
from verification.clock import Clock

HEARTBEAT_SECONDS = 2.0
ALERT_LOG_SECONDS = 1.0
PRUNE_SECONDS = 3600.0
CLOCK_SECONDS = 60.0

log = structlog.get_logger()


async def run(settings: Settings, clock: Clock) -> int:
    """Reconcile until SIGINT or SIGTERM, and return the exit code.

    Raises:
        SettingsError: A secret that the settings name is not there.
        LedgerUnreadable: A ledger's settings cannot be right.
        StateDatabaseError: The state database cannot be used.
    """
    accesses = [settings.access(name) for name in settings.accounts]
    ledgers = {name: open_ledgers(settings, name, clock) for name in settings.accounts}
    async with Store.open(settings.database.url, clock=clock) as store:
        with Console.open(settings.database.url) as console:
            last = console.queries.heartbeat()
        await store.retain({name: _sources(settings, name) for name in settings.accounts})
        units = [
            AccountUnit(
                open_venue(access, clock),
                ledgers[access.account],
                rules=rules_of(settings),
                blindness=BlindnessSettings(),
                pace=pace_of(settings),
                store=store,
                clock=clock,
            )
            for access in accesses
        ]
        heart = HeartbeatKeeper(
            store, clock, every=HEARTBEAT_SECONDS, interval=settings.checks.interval, last=last
        )
        service = Service(settings, units, store, heart, clock)
        try:
            await service.run(_told_to_stop())
        finally:
            await service.close()
        # Only here: after a bug the heart just stops, and the next process tells of the silence.
        try:
            await heart.say_good_bye()
        except StateDatabaseError as error:
            if not error.again:
                raise
            log.warning("state.good_bye_not_stored", hint="the next start will tell of a silence")
    return 0


class Service:
    """The reconciler's process."""

    def __init__(
        self,
        settings: Settings,
        units: list[AccountUnit],
        store: Store,
        heart: HeartbeatKeeper,
        clock: Clock,
    ) -> None:
        """Nothing runs yet."""
        self._settings = settings
        self._units = units
        self._store = store
        self._heart = heart
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. A bug in one account stays there; one in what serves all ends all."""
        told = AlertLog(self._store)
        await told.write()  # before anything is looked at: what fires from now on has its line
        await self._heart.tell_of_the_silence_before()
        # A state database that is busy or away: the heartbeat tells of it by its age, the store by a line.
        schedule = Schedule(self._clock, on_step=self._clock_stepped, tolerates=may_pass)
        schedule.every("heartbeat", HEARTBEAT_SECONDS, self._beat)
        schedule.every("alert log", ALERT_LOG_SECONDS, told.write)
        schedule.every("housekeeping", PRUNE_SECONDS, self._prune)
        seconds = self._settings.checks.interval.total_seconds()
        for number, unit in enumerate(self._units):
            schedule.every(f"sweep {number}", seconds, unit.sweep)
            schedule.every(f"health {number}", min(seconds, 2.0), unit.check_health)
            schedule.every(f"clock {number}", CLOCK_SECONDS, unit.measure_clock)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(unit.run()) for unit in self._units]
            tasks.append(group.create_task(schedule.run()))
            await stop.wait()
            for task in tasks:
                task.cancel()

    async def close(self) -> None:
        """End every connection, even where ending one of them fails."""
        endings = await asyncio.gather(*(unit.close() for unit in self._units), return_exceptions=True)
        for error in endings:
            if error is not None:
                log.error("account.not_closed", exc_info=error)

    async def _beat(self) -> None:
        await self._heart.beat([unit.loop for unit in self._units])

    async def _prune(self) -> None:
        await self._store.prune(now=self._clock.now().utc)

    def _clock_stepped(self, seconds: float) -> None:
        log.warning("clock.stepped", by=str(timedelta(seconds=seconds)))


def _sources(settings: Settings, account: str) -> set[str]:
    ledgers = {f"ledger:{name}" for name in settings.accounts[account].ledgers}
    return {"websocket", "rest", "orders", "conditional_orders"} | ledgers


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
