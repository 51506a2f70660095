"""Builds the parts from the settings: the one place that knows which class stands behind which port."""

from collections.abc import Callable
from datetime import timedelta

from reconciler.account.unexpected import EVERY_WORK
from reconciler.account.unit import AccountUnit
from reconciler.account.watch import Rules
from reconciler.alerts.retirement import Watched
from reconciler.ledgers.port import Ledger, LedgerOptions
from reconciler.ledgers.registry import marks_of_others
from reconciler.service.alertmanager import NAME as ALERTMANAGER
from reconciler.settings import Problem, Settings, SettingsError
from reconciler.settings.sections import KeepSettings
from reconciler.sight.blindness import PART_NAMES, WEBSOCKET, BlindnessSettings
from reconciler.storage.retention import Retention
from reconciler.storage.store import Store
from verification.facts.clock import Clock
from verification.facts.errors import SourceRejected
from verification.race.pace import Pace
from verification.venues.port import Access, Venue
from verification.venues.sandbox import asks_for_sandbox


def open_venue(access: Access, clock: Clock) -> Venue:
    """Return the venue of one account, not yet connected. Loads ccxt, which takes a second.

    Raises:
        SettingsError: ccxt knows no such venue, or cannot be built with what the settings give it.
    """
    from verification.venues.gateway.account import CcxtVenue

    try:
        return CcxtVenue(access, clock)
    except SourceRejected as error:
        problem = Problem(f"accounts.{access.account}", str(error))
        raise SettingsError("settings", (problem,)) from error


def open_ledgers(settings: Settings, account: str, clock: Clock) -> list[Ledger]:
    """Return the ledgers of one account, unread.

    Raises:
        LedgerUnreadable: The settings of one cannot be right.
    """
    return [open_ledger_of(settings, account, name, clock) for name in settings.accounts[account].ledgers]


def open_ledger_of(settings: Settings, account: str, name: str, clock: Clock) -> Ledger:
    """Return one ledger of an account by its name, unread.

    Raises:
        LedgerUnreadable: Its settings cannot be right.
    """
    from reconciler.ledgers import open_ledger

    ledger, own = settings.ledgers[name], settings.accounts[account]
    options = LedgerOptions(
        venue=own.venue,
        timezone=ledger.zone,
        stops=ledger.stop_policy,
        silent_after=ledger.silent_after,
        stale_after=ledger.stale_after,
        sandbox=asks_for_sandbox(own.ccxt),
        elsewhere=_elsewhere(settings, account, ledger.url),
        since=ledger.since,
        baseline=ledger.baseline,
        query=ledger.query or "",
        contracts=ledger.unit == "contracts",
        states=ledger.states,
    )
    return open_ledger(name, ledger.kind, ledger.url, clock, options=options)


def _elsewhere(settings: Settings, account: str, url: str) -> tuple[str, ...]:
    """Return the venues of the other accounts that have a ledger of the same database."""
    same = {name for name, ledger in settings.ledgers.items() if ledger.url == url}
    others = (each for name, each in settings.accounts.items() if name != account)
    return tuple(sorted({other.venue for other in others if same & set(other.ledgers)}))


def rules_of(settings: Settings) -> Rules:
    """Return the numbers by which accounts are judged."""
    return Rules(confirmation=settings.checks.confirmation)


def pace_of(settings: Settings) -> Pace:
    """Return how a verification spends its time."""
    return Pace(deadline=settings.checks.verify_deadline.total_seconds())


def watched_of(settings: Settings, account: str) -> Watched:
    """Return what is watched of an account: of anything else nothing is kept."""
    ledgers = frozenset(settings.accounts[account].ledgers)
    sources = frozenset({WEBSOCKET, *PART_NAMES.values()})
    return Watched(account, ledgers, sources, EVERY_WORK, frozenset({*settings.notify, ALERTMANAGER}))


def retention_of(keep: KeepSettings) -> Retention:
    """Return how long what is over is kept."""
    return Retention(
        alerts=timedelta(days=keep.alerts),
        verifications=timedelta(days=keep.verifications),
        cycles=timedelta(days=keep.sweeps),
        size=keep.size * 2**20,
    )


def unit_maker(settings: Settings, account: str, clock: Clock) -> Callable[[Store], AccountUnit]:
    """Return what makes the watch over an account, again and again. Loads ccxt, which takes a second.

    What it opens first is opened at once, so that wrong settings are told now and not when it is needed.

    Raises:
        SettingsError: A secret that the settings name is not there, or ccxt knows no such venue.
        LedgerUnreadable: A ledger's settings cannot be right.
    """
    access = settings.access(account)
    kinds = {settings.ledgers[name].kind for name in settings.accounts[account].ledgers}
    opened = [(open_venue(access, clock), open_ledgers(settings, account, clock))]

    def make(store: Store) -> AccountUnit:
        if opened:
            venue, ledgers = opened.pop()
        else:
            venue, ledgers = open_venue(access, clock), open_ledgers(settings, account, clock)
        return AccountUnit(
            venue,
            ledgers,
            rules=rules_of(settings),
            blindness=BlindnessSettings(),
            pace=pace_of(settings),
            store=store,
            clock=clock,
            marks=marks_of_others(kinds),
        )

    return make
