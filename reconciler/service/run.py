"""`trueup run`: every account of the settings, its heartbeats and the housekeeping, until told to stop."""

import asyncio
import signal
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog

from reconciler.account.unexpected import EVERY_WORK
from reconciler.alerts.retirement import Watched
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.serve.server import Server
from reconciler.service.account_runner import HEARTBEAT_SECONDS, AccountRunner
from reconciler.service.alert_log import AlertLog
from reconciler.service.alertmanager import NAME as ALERTMANAGER
from reconciler.service.alertmanager import Alertmanaging, Manager
from reconciler.service.claims import Claims, this_process
from reconciler.service.garbage import LOOK_SECONDS as GARBAGE_SECONDS
from reconciler.service.garbage import Garbage
from reconciler.service.last_resort import LastResort
from reconciler.service.loading import loading
from reconciler.service.notifying import Notifying
from reconciler.service.ping import Pinging
from reconciler.service.posting import posting_of
from reconciler.service.replying import Replying
from reconciler.service.retirement import RETIRE_SECONDS, Retiring
from reconciler.service.schedule import Schedule
from reconciler.service.served_channel import Posting
from reconciler.service.serving import server_of
from reconciler.service.wiring import unit_maker
from reconciler.settings import Settings
from reconciler.settings.sections import KeepSettings
from reconciler.sight.blindness import PART_NAMES, WEBSOCKET
from reconciler.storage.errors import may_pass
from reconciler.storage.held_store import HeldStore
from reconciler.storage.retention import Retention
from reconciler.storage.store import Store
from verification.facts.clock import Clock

ALERT_LOG_SECONDS = 1.0
PING_LOOK_SECONDS = 5.0
ALERTMANAGER_LOOK_SECONDS = 2.0
LAST_RESORT_SECONDS = 2.0
PRUNE_SECONDS = 3600.0
CLOCK_SECONDS = 60.0
DOUBTED_CLOCK_SECONDS = 10.0

log = structlog.get_logger()


async def run(settings: Settings, clock: Clock) -> int:
    """Reconcile until SIGINT or SIGTERM, and return the exit code.

    Raises:
        SettingsError: A secret that the settings name is not there.
        LedgerUnreadable: A ledger's settings cannot be right.
        StateDatabaseError: The state database cannot be used.
    """
    with loading():
        makers = {name: unit_maker(settings, name, clock) for name in settings.accounts}
    posting, ping_url = posting_of(settings), settings.ping_url()
    async with Store.open(settings.database.url, clock=clock) as store:
        ourselves = this_process()
        claims = Claims(store, ourselves, clock)
        retiring = Retiring(store, claims, ourselves, settings.accounts, clock)
        runners = [
            AccountRunner(
                name,
                make,
                claims,
                clock,
                interval=settings.sweep_every,
                watched=_watched(settings, name),
            )
            for name, make in makers.items()
        ]
        notifying = Notifying(posting, store, claims, lambda: _held(runners), clock)
        open_alerts = OpenAlerts(store.open_alerts, clock)
        pinging = _pinging(ping_url, settings, runners, notifying, clock)
        last_resort = LastResort(posting_of(settings), lambda: store.away, lambda: _ours(runners), clock)
        server = server_of(
            settings.serve,
            runners,
            store,
            open_alerts,
            clock,
            owed=notifying.oldest_owed,
            ping_failing=None if pinging is None else pinging.failing_for,
        )
        service = Service(
            settings,
            runners,
            store,
            clock,
            retiring=retiring,
            notifying=notifying,
            replying=_replying(posting, settings, runners, store, clock),
            alert_log=AlertLog(store, open_alerts),
            server=server,
            pinging=pinging,
            last_resort=last_resort,
            alertmanaging=_alertmanaging(settings, runners, store, open_alerts, clock),
        )
        try:
            await service.run(_told_to_stop())
        finally:
            await service.close()
        # Only here: after a bug the heart just stops, and the next process tells of the silence.
        await service.give_back()
    return 0


class Service:
    """The reconciler's process."""

    def __init__(
        self,
        settings: Settings,
        runners: Sequence[AccountRunner],
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
        self._alert_log = alert_log
        self._server = server
        self._pinging = pinging
        self._settings = settings
        self._runners = runners
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
        seconds = self._settings.sweep_every.total_seconds()
        for number, runner in enumerate(self._runners):
            schedule.every(f"heartbeat {number}", HEARTBEAT_SECONDS, runner.beat)
            schedule.every(f"sweep {number}", seconds, runner.sweep)
            schedule.every(f"health {number}", min(seconds, 2.0), runner.check_health)
            schedule.every(f"clock {number}", CLOCK_SECONDS, runner.measure_clock)
            schedule.every(f"doubted clock {number}", DOUBTED_CLOCK_SECONDS, runner.doubt_clock)
        with garbage.watched():
            await self._all(schedule, stop)

    async def _all(self, schedule: Schedule, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(runner.run()) for runner in self._runners]
            tasks.append(group.create_task(schedule.run()))
            tasks.append(group.create_task(self._notifying.run(), name="notifying"))
            if self._replying is not None:
                tasks.append(group.create_task(self._replying.run(), name="replying"))
            if self._server is not None:
                tasks.append(group.create_task(self._server.run()))
            await stop.wait()
            for task in tasks:
                task.cancel()

    async def close(self) -> None:
        """End every connection, even where ending one of them fails."""
        await asyncio.gather(*(runner.close() for runner in self._runners))
        if self._last_resort is not None:
            await self._last_resort.close()
        if self._alertmanaging is not None:
            await self._alertmanaging.close()

    async def give_back(self) -> None:
        """Give every lease back."""
        await asyncio.gather(*(runner.give_back() for runner in self._runners))

    async def _follow(self, told: AlertLog) -> None:
        recorded = await told.write()
        self._notifying.changed(recorded=recorded)
        if self._replying is not None:
            self._replying.changed(recorded=recorded)

    async def _prune(self) -> None:
        await self._store.prune(now=self._clock.now().utc, retention=_retention(self._settings.keep))

    def _clock_stepped(self, seconds: float) -> None:
        log.warning("clock.stepped", by=f"{seconds:+.1f} s")
        self._notifying.wake()


def _pinging(
    url: str | None,
    settings: Settings,
    runners: Sequence[AccountRunner],
    notifying: Notifying,
    clock: Clock,
) -> Pinging | None:
    if url is None:
        return None
    # Without a channel nobody is owed anything: then the screens are all that there is.
    owed = notifying.oldest_owed if settings.notify else lambda: 0.0
    return Pinging(url, [runner.watching for runner in runners], owed, clock)


def _replying(
    posting: Posting, settings: Settings, runners: Sequence[AccountRunner], store: Store, clock: Clock
) -> Replying | None:
    if not posting.phones:
        return None
    first = min(settings.accounts)
    return Replying(
        posting.phones, store, lambda: any(each.lease.account == first for each in _held(runners)), clock
    )


def _alertmanaging(
    settings: Settings,
    runners: Sequence[AccountRunner],
    store: Store,
    open_alerts: OpenAlerts,
    clock: Clock,
) -> Alertmanaging | None:
    url = settings.alertmanager_url()
    if url is None:
        return None
    manager = Manager(url, settings.alertmanager.name, settings.dashboard.link)
    others = bool(settings.notify)
    return Alertmanaging(manager, store, open_alerts, lambda: _held(runners), clock, others=others)


def _held(runners: Sequence[AccountRunner]) -> list[HeldStore]:
    return [runner.held for runner in runners if runner.held is not None]


def _ours(runners: Sequence[AccountRunner]) -> list[str]:
    """Return the accounts that no other process is known to watch."""
    return [runner.account for runner in runners if not runner.watching().held_by]


def _retention(keep: KeepSettings) -> Retention:
    return Retention(
        alerts=timedelta(days=keep.alerts),
        verifications=timedelta(days=keep.verifications),
        cycles=timedelta(days=keep.sweeps),
        size=keep.size * 2**20,
    )


def _watched(settings: Settings, account: str) -> Watched:
    ledgers = frozenset(settings.accounts[account].ledgers)
    sources = frozenset({WEBSOCKET, *PART_NAMES.values()})
    return Watched(account, ledgers, sources, EVERY_WORK, frozenset({*settings.notify, ALERTMANAGER}))


def _told_to_stop() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop
