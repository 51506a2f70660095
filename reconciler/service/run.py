"""`trueup run`: every account of the settings, its heartbeats and the housekeeping, until told to stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from reconciler.account.unit import AccountUnit
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.serve.server import Server
from reconciler.service.account_runner import AccountRunner
from reconciler.service.alert_log import AlertLog
from reconciler.service.alertmanager import Alertmanaging
from reconciler.service.claims import Claims, this_process
from reconciler.service.control import Control
from reconciler.service.fleet import Fleet
from reconciler.service.garbage import LOOK_SECONDS as GARBAGE_SECONDS
from reconciler.service.garbage import Garbage
from reconciler.service.hangup import Terminal, told_to_stop
from reconciler.service.last_resort import LastResort
from reconciler.service.loading import loading
from reconciler.service.notifying import Notifying
from reconciler.service.outward import alertmanaging_of, pinging_of, replying_of
from reconciler.service.ping import Pinging
from reconciler.service.posting import posting_of
from reconciler.service.reloaded import Reloaded
from reconciler.service.reloading import Marks, Parts, Reloading
from reconciler.service.replying import Replying
from reconciler.service.retirement import RETIRE_SECONDS, Retiring
from reconciler.service.schedule import Schedule
from reconciler.service.serving import server_of
from reconciler.service.telling import Telling
from reconciler.service.wiring import retention_of, unit_maker, watched_of
from reconciler.settings import Settings
from reconciler.settings.sections import KeepSettings
from reconciler.storage.errors import may_pass
from reconciler.storage.service_store import ServiceStore
from reconciler.storage.store import Store
from verification.facts.clock import Clock

Maker = Callable[[Store], AccountUnit]

ALERT_LOG_SECONDS = 1.0
PING_LOOK_SECONDS = 5.0
ALERTMANAGER_LOOK_SECONDS = 2.0
LAST_RESORT_SECONDS = 2.0
PRUNE_SECONDS = 3600.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Again:
    """How settings are read again while it runs.

    Attributes:
        file: The settings file, by which `trueup reload` finds this process.
        read: Reads them, as at the start.
        taken: Called with those that run from then on.
        terminal: Says what a hangup means.
    """

    file: Path
    read: Callable[[], Settings]
    taken: Callable[[Settings], None]
    terminal: Terminal


async def run(settings: Settings, clock: Clock, again: Again) -> int:
    """Reconcile until SIGINT or SIGTERM, and return the exit code.

    Raises:
        SettingsError: A secret that the settings name is not there.
        LedgerUnreadable: A ledger's settings cannot be right.
        StateDatabaseError: The state database cannot be used.
    """
    marks = Marks.of(settings)
    with loading():
        makers = {name: unit_maker(settings, name, clock) for name in settings.accounts}
    posting = posting_of(settings)
    async with ServiceStore.open(settings.database.url, clock=clock) as store:
        ourselves = this_process()
        claims = Claims(store, ourselves, clock)
        retiring = Retiring(store, claims, ourselves, settings.accounts, clock)

        runner_of = partial(_runner_of, claims, clock)
        fleet = Fleet([runner_of(settings, *each) for each in makers.items()], settings.sweep_every)
        notifying = Notifying(posting, store, claims, fleet.held, clock)
        replying = replying_of(posting, fleet, store, clock)
        open_alerts = OpenAlerts(store.open_alerts, clock)
        pinging = pinging_of(marks.outside["ping"], fleet, notifying, clock)
        last_resort = LastResort(posting_of(settings), lambda: store.away, fleet.ours, clock)
        server = server_of(
            settings.serve,
            fleet.watching,
            store,
            open_alerts,
            clock,
            owed=notifying.oldest_owed,
            ping_failing=None if pinging is None else pinging.failing_for,
        )
        service = Service(
            settings.keep,
            fleet,
            store,
            clock,
            retiring=retiring,
            notifying=notifying,
            replying=replying,
            alert_log=AlertLog(store, open_alerts, look_again=fleet.look_again),
            server=server,
            pinging=pinging,
            last_resort=last_resort,
            alertmanaging=alertmanaging_of(settings, fleet, store, open_alerts, clock),
        )

        service.telling = Telling(settings, str(ourselves), store, clock, fleet=fleet, notifying=notifying)
        taken = partial(_take, service, again)
        parts = Parts(fleet, runner_of, notifying, replying, last_resort, retiring, taken)
        service.reloading = Reloading(settings, marks, again.read, parts)
        service.control = Control(again.file, service.reload)
        try:
            await service.run(told_to_stop(again.terminal, service.hangup))
        finally:
            await service.close()
        # Only here: after a bug the heart just stops, and the next process tells of the silence.
        await service.give_back()
    return 0


class Service:
    """The reconciler's process.

    Attributes:
        keep: For how long what is over is kept.
        reloading: Takes changed settings; None where there are none to be read again.
        control: Where that is asked for; None for nowhere.
        telling: Says how this process fares, and tries channels; None where nobody is told.
    """

    def __init__(
        self,
        keep: KeepSettings,
        fleet: Fleet,
        store: Store,
        clock: Clock,
        *,
        retiring: Retiring,
        notifying: Notifying,
        alert_log: AlertLog,
        server: Server | None,
        pinging: Pinging | None = None,
        last_resort: LastResort | None = None,
        replying: Replying | None = None,
        alertmanaging: Alertmanaging | None = None,
    ) -> None:
        """Nothing runs yet."""
        self._last_resort = last_resort
        self._alertmanaging = alertmanaging
        self.telling: Telling | None = None
        self._alert_log = alert_log
        self._server = server
        self._pinging = pinging
        self.keep = keep
        self.reloading: Reloading | None = None
        self.control: Control | None = None
        self._reloads: set[asyncio.Task[Reloaded]] = set()
        self._group: asyncio.TaskGroup | None = None
        self._fleet = fleet
        self._store = store
        self._clock = clock
        self._retiring = retiring
        self._notifying = notifying
        self._replying = replying

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. A bug in one account stays there; one in what serves all ends all."""
        try:
            await self._run(stop)
        except Exception as error:
            if self._last_resort is not None:
                await self._last_resort.end(error)
            raise

    async def _run(self, stop: asyncio.Event) -> None:
        told = self._alert_log
        await told.write()  # before anything is looked at: what fires from now on has its line
        await self._notifying.begin()
        # Before any account is claimed: then it is known who had them before.
        await self._retiring.begin()
        # A state database that is busy or away: the heartbeats tell of it by their age, the store by a line.
        schedule = Schedule(self._clock, on_step=self._clock_stepped, tolerates=may_pass)
        schedule.every("alert log", ALERT_LOG_SECONDS, partial(self._follow, told))
        schedule.every("housekeeping", PRUNE_SECONDS, self._prune)
        schedule.every("retiring", RETIRE_SECONDS, self._retiring.look)
        garbage = Garbage()
        schedule.every("garbage", GARBAGE_SECONDS, garbage.look)
        if self._pinging is not None:
            schedule.every("ping", PING_LOOK_SECONDS, self._pinging.look)
        if self._alertmanaging is not None:
            schedule.every("alertmanager", ALERTMANAGER_LOOK_SECONDS, self._alertmanaging.look)
        if self._last_resort is not None:
            schedule.every("last resort", LAST_RESORT_SECONDS, self._last_resort.look)
        if self.telling is not None:
            self.telling.begin(schedule)
        with garbage.watched():
            await self._all(schedule, stop)

    async def _all(self, schedule: Schedule, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._fleet.begin(schedule, group)
            tasks = [group.create_task(schedule.run())]
            tasks.append(group.create_task(self._notifying.run(), name="notifying"))
            if self._replying is not None:
                tasks.append(group.create_task(self._replying.run(), name="replying"))
            if self._server is not None:
                tasks.append(group.create_task(self._server.run()))
            if self.control is not None:
                tasks.append(group.create_task(self.control.run()))
            await stop.wait()
            self._fleet.end()
            for task in (*tasks, *self._reloads):
                task.cancel()

    async def reload(self) -> Reloaded:
        """Read the settings again; a bug in that ends all, as one in anything that serves all."""
        if self.reloading is None or self._group is None:
            return Reloaded(taken=False, lines=("it is still starting, or has no settings to read again",))
        doing = self._group.create_task(self._reloaded(self.reloading))
        self._reloads.add(doing)
        doing.add_done_callback(self._reloads.discard)
        return await asyncio.shield(doing)

    async def _reloaded(self, reloading: Reloading) -> Reloaded:
        done = await reloading.reload()
        if self.telling is not None:
            await self.telling.reloaded(done)
        return done

    def hangup(self) -> None:
        """Read the settings again without an answer: the log says what became of it."""
        if self._group is not None:
            task = self._group.create_task(self.reload())
            self._reloads.add(task)
            task.add_done_callback(self._reloads.discard)

    async def close(self) -> None:
        """End every connection, even where ending one of them fails."""
        await self._fleet.close()
        if self.telling is not None:
            await self.telling.close()
        if self._last_resort is not None:
            await self._last_resort.close()
        if self._alertmanaging is not None:
            await self._alertmanaging.close()

    async def give_back(self) -> None:
        """Give every lease back."""
        await self._fleet.give_back()

    async def _follow(self, told: AlertLog) -> None:
        recorded = await told.write()
        self._notifying.changed(recorded=recorded)
        if self._replying is not None:
            self._replying.changed(recorded=recorded)

    async def _prune(self) -> None:
        await self._store.prune(now=self._clock.now().utc, retention=retention_of(self.keep))

    def _clock_stepped(self, seconds: float) -> None:
        log.warning("clock.stepped", by=f"{seconds:+.1f} s")
        self._notifying.wake()


def _runner_of(
    claims: Claims, clock: Clock, settings: Settings, name: str, make: Maker | None = None
) -> AccountRunner:
    make = make or unit_maker(settings, name, clock)
    every, watched = settings.sweep_every, watched_of(settings, name)
    group = settings.accounts[name].group or ""
    return AccountRunner(name, make, claims, clock, interval=every, watched=watched, group=group)


def _take(service: Service, again: Again, settings: Settings) -> None:
    service.keep = settings.keep
    if service.telling is not None:
        service.telling.take(settings)
    again.taken(settings)
