"""`trueup run`: every account of the settings, its heartbeats and the housekeeping, until told to stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from reconciler.account.unit import AccountUnit
from reconciler.facts.sharing import Part
from reconciler.notify import nobody_watches
from reconciler.record.report import ExitCode
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.service.account_runner import AccountRunner
from reconciler.service.alert_log import AlertLog
from reconciler.service.claims import Claim, Claims, this_process
from reconciler.service.control import Control
from reconciler.service.ending import LastMoment
from reconciler.service.fleet import Fleet
from reconciler.service.hangup import Terminal, told_to_stop
from reconciler.service.last_resort import LastResort
from reconciler.service.loading import loading
from reconciler.service.notifying import Notifying
from reconciler.service.outward import alertmanaging_of, pinging_of, replying_of
from reconciler.service.posting import posting_of
from reconciler.service.process import Service
from reconciler.service.reloading import Marks, Parts, Reloading
from reconciler.service.retirement import Retiring
from reconciler.service.serving import server_of
from reconciler.service.sharing import Sharing
from reconciler.service.telling import Telling
from reconciler.service.wiring import unit_maker, watched_of
from reconciler.settings import Settings
from reconciler.storage.service_store import ServiceStore
from reconciler.storage.store import Store
from verification.facts.clock import Clock

Maker = Callable[[Store], AccountUnit]


@dataclass(frozen=True, slots=True)
class Again:
    """How settings are read again while it runs.

    Attributes:
        file: The settings file, by which `trueup reload` finds this process.
        read: Reads them, as at the start.
        taken: Called with those that run from then on.
        terminal: Says what a hangup means.
        last: When this process ends at the latest, once it was told to.
    """

    file: Path
    read: Callable[[], Settings]
    taken: Callable[[Settings], None]
    terminal: Terminal
    last: LastMoment = field(default_factory=LastMoment)


async def run(settings: Settings, clock: Clock, again: Again, part: Part | None = None) -> int:
    """Reconcile until SIGINT or SIGTERM, and return the exit code: 2 where a lease could not be given back.

    With a `part` this process watches so much of the accounts at most, and others the rest.

    Raises:
        SettingsError: A secret that the settings name is not there.
        LedgerUnreadable: A ledger's settings cannot be right.
        StateDatabaseError: The state database cannot be used.
    """
    marks = Marks.of(settings)
    with loading():
        makers = {name: unit_maker(settings, name, clock) for name in _opened(settings, part)}
    posting = posting_of(settings)
    async with ServiceStore.open(settings.database.url, clock=clock) as store:
        ourselves = this_process()
        claims = Claims(store, ourselves, clock)
        retiring = Retiring(store, claims, ourselves, settings.accounts, clock)

        runner_of = partial(_runner_of, claims, clock)
        mine = makers if part is None else {}
        fleet = Fleet([runner_of(settings, *each) for each in mine.items()], settings.sweep_every)
        notifying = Notifying(posting, store, claims, fleet.held, clock)
        replying = replying_of(posting, fleet, store, clock)
        open_alerts = OpenAlerts(store.open_alerts, clock)
        pinging = pinging_of(marks.outside["ping"], fleet, notifying, store, clock, shared=part is not None)
        last_resort = LastResort(posting_of(settings), lambda: store.away, fleet.ours, clock)
        failing = None if pinging is None else pinging.failing_for
        owed = notifying.oldest_owed
        server = server_of(
            settings.serve, fleet.watching, store, open_alerts, clock, owed=owed, ping_failing=failing
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
        if part is not None:
            made = partial(_given_runner, runner_of)
            service.sharing = Sharing(part, settings, fleet, store, clock, claims=claims, runner=made)
            service.unwatched = _unwatched(settings, service.sharing, clock)
        service.telling = Telling(settings, str(ourselves), store, clock, fleet=fleet, notifying=notifying)
        told = notifying, replying, tuple(x for x in (last_resort, service.unwatched) if x is not None)
        parts = Parts(fleet, runner_of, *told, retiring, service.sharing, partial(_take, service, again))
        service.reloading = Reloading(settings, marks, again.read, parts)
        service.control = Control(again.file, service.reload)
        again.last.held = fleet.ours
        return 0 if await _until_stopped(service, store, again) else ExitCode.UNCHECKED


def _unwatched(settings: Settings, sharing: Sharing, clock: Clock) -> LastResort:
    return LastResort(posting_of(settings), sharing.alone, sharing.to_tell, clock, words=nobody_watches.word)


async def _until_stopped(service: Service, store: Store, again: Again) -> bool:
    stop = told_to_stop(again.terminal, service.hangup)
    ending = asyncio.create_task(_ends_with(stop, store, again.last))
    try:
        await service.run(stop)
    finally:
        await service.close()
        ending.cancel()
    # Only here: after a bug the heart just stops, and the next process tells of the silence.
    return await service.give_back()


async def _ends_with(stop: asyncio.Event, store: Store, last: LastMoment) -> None:
    """See to it that what was told to stop ends in time."""
    await stop.wait()
    last.comes()
    store.ends()


def _opened(settings: Settings, part: Part | None) -> list[str]:
    """Return the accounts that are opened at the start, so that wrong settings are told then.

    Where they are shared that is one of each kind: what all of them would take is not this process's.
    """
    if part is None:
        return list(settings.accounts)
    kinds = {(each.venue, repr((each.ccxt, each.ledgers))): name for name, each in settings.accounts.items()}
    return list(kinds.values())


def _runner_of(
    claims: Claims,
    clock: Clock,
    settings: Settings,
    name: str,
    make: Maker | None = None,
    *,
    given: Claim | None = None,
) -> AccountRunner:
    make = make or unit_maker(settings, name, clock)
    every, watched = settings.sweep_every, watched_of(settings, name)
    group = settings.accounts[name].group or ""
    return AccountRunner(name, make, claims, clock, interval=every, watched=watched, group=group, given=given)


def _given_runner(
    runner_of: Callable[..., AccountRunner], settings: Settings, name: str, claim: Claim
) -> AccountRunner:
    return runner_of(settings, name, given=claim)


def _take(service: Service, again: Again, settings: Settings) -> None:
    service.keep = settings.keep
    if service.telling is not None:
        service.telling.take(settings)
    again.taken(settings)
