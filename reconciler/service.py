"""`trueup run`: every account of the settings, the heartbeat and the housekeeping, until told to stop."""

import asyncio
import signal
from datetime import timedelta

import structlog

from reconciler.account_unit import AccountUnit
from reconciler.blindness import BlindnessSettings
from reconciler.schedule import Schedule
from reconciler.settings import Settings
from reconciler.storage.errors import StateDatabaseError
from reconciler.storage.store import Store
from reconciler.views import Heartbeat
from reconciler.wiring import open_ledgers, open_venue, pace_of, rules_of
from verification.clock import Clock

HEARTBEAT_SECONDS = 2.0
PRUNE_SECONDS = 3600.0
STUCK_SECONDS = 60.0
"""How long an account may go without a finished look (its reads have time-outs) before the heart stops."""

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
    async with Store.open(settings.database.url) as store:
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
        service = Service(settings, units, store, clock)
        try:
            await service.run(_told_to_stop())
        finally:
            await service.close()
    return 0


class Service:
    """The reconciler's process."""

    def __init__(self, settings: Settings, units: list[AccountUnit], store: Store, clock: Clock) -> None:
        """Nothing runs yet."""
        self._settings = settings
        self._units = units
        self._store = store
        self._clock = clock
        self._started = clock.now().utc

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set; a bug in any part ends all of it, loudly."""
        schedule = Schedule(self._clock, on_step=self._clock_stepped, tolerates=_may_pass)
        schedule.every("heartbeat", HEARTBEAT_SECONDS, self._beat)
        schedule.every("housekeeping", PRUNE_SECONDS, self._prune)
        seconds = self._settings.checks.interval.total_seconds()
        for number, unit in enumerate(self._units):
            schedule.every(f"sweep {number}", seconds, unit.loop.sweep)
            schedule.every(f"health {number}", min(seconds, 2.0), unit.loop.check_health)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(unit.run()) for unit in self._units]
            tasks.append(group.create_task(schedule.run()))
            await stop.wait()
            for task in tasks:
                task.cancel()

    async def close(self) -> None:
        """End every connection and say good-bye: a stopped reconciler is blind, and the screens say so."""
        for unit in self._units:
            await unit.close()
        await self._store.beat(self._heartbeat(stopped=True))

    async def _beat(self) -> None:
        """Beat only while every account is looked at: a process that lives but looks no more is dead."""
        patience = max(3 * self._settings.checks.interval.total_seconds(), STUCK_SECONDS)
        now = self._clock.now().monotonic
        if all(now - unit.loop.last_pass.monotonic < patience for unit in self._units):
            await self._store.beat(self._heartbeat(stopped=False))

    def _heartbeat(self, *, stopped: bool) -> Heartbeat:
        return Heartbeat(self._clock.now().utc, HEARTBEAT_SECONDS, self._started, stopped)

    async def _prune(self) -> None:
        await self._store.prune(now=self._clock.now().utc)

    def _clock_stepped(self, seconds: float) -> None:
        log.warning("clock.stepped", by=str(timedelta(seconds=seconds)))


def _may_pass(error: Exception) -> bool:
    """True for a state database that is busy or away for the moment: the heartbeat tells of it by its age."""
    return isinstance(error, StateDatabaseError) and error.again


def _sources(settings: Settings, account: str) -> set[str]:
    ledgers = {f"ledger:{name}" for name in settings.accounts[account].ledgers}
    return {"websocket", "rest", "orders", "conditional_orders"} | ledgers


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
