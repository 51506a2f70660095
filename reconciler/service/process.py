"""The reconciler's process: its accounts, what serves all of them, the housekeeping, until told to stop."""

import asyncio
from functools import partial

import structlog

from reconciler.serve.server import Server
from reconciler.service.alert_log import AlertLog
from reconciler.service.alertmanager import Alertmanaging
from reconciler.service.control import Control
from reconciler.service.fleet import Fleet
from reconciler.service.garbage import LOOK_SECONDS as GARBAGE_SECONDS
from reconciler.service.garbage import Garbage
from reconciler.service.last_resort import LastResort
from reconciler.service.notifying import Notifying
from reconciler.service.ping import Pinging
from reconciler.service.reloaded import Reloaded
from reconciler.service.reloading import Reloading
from reconciler.service.replying import Replying
from reconciler.service.retirement import RETIRE_SECONDS, Retiring
from reconciler.service.schedule import Schedule
from reconciler.service.sharing import Sharing
from reconciler.service.telling import Telling
from reconciler.service.wiring import retention_of
from reconciler.settings.sections import KeepSettings
from reconciler.storage.errors import may_pass
from reconciler.storage.store import Store
from verification.facts.clock import Clock

ALERT_LOG_SECONDS = 1.0
PING_LOOK_SECONDS = 5.0
ALERTMANAGER_LOOK_SECONDS = 2.0
LAST_RESORT_SECONDS = 2.0
PRUNE_SECONDS = 3600.0

log = structlog.get_logger()


class Service:
    """The reconciler's process.

    Attributes:
        keep: For how long what is over is kept.
        reloading: Takes changed settings; None where there are none to be read again.
        control: Where that is asked for; None for nowhere.
        sharing: Shares the accounts with other processes; None where this one watches all of them.
        unwatched: Tells people of accounts that nobody watches; None where this process watches all.
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
        self.sharing: Sharing | None = None
        self.unwatched: LastResort | None = None
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
        if self.unwatched is not None:
            schedule.every("nobody watches", LAST_RESORT_SECONDS, self.unwatched.look)
        if self.telling is not None:
            self.telling.begin(schedule)
        with garbage.watched():
            await self._all(schedule, stop)

    async def _all(self, schedule: Schedule, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._fleet.begin(schedule, group)
            if self.sharing is not None:
                self.sharing.begin(schedule)
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
        for each in (self._last_resort, self.unwatched):
            if each is not None:
                await each.close()
        if self._alertmanaging is not None:
            await self._alertmanaging.close()

    async def give_back(self) -> bool:
        """Give every lease back; False where that could not be stored of all of them."""
        if self.sharing is not None:
            await self.sharing.end()  # before its accounts are free: else they would be left for it
        return await self._fleet.give_back()

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
