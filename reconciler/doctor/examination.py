"""The whole examination, in parts: what goes wrong in one of them hides no other."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial

from reconciler.doctor.account import examine_account
from reconciler.doctor.alertmanager import examine_alertmanager
from reconciler.doctor.channels import examine_channels
from reconciler.doctor.check import Check, Health, bug
from reconciler.doctor.ledgers import examine_ledger
from reconciler.doctor.ping import examine_ping
from reconciler.doctor.screens import examine_screens
from reconciler.doctor.state import SUBJECT, examine_state
from reconciler.ledgers.port import Ledger
from reconciler.ledgers.registry import KINDS
from reconciler.service.wiring import open_ledger_of, open_venue
from reconciler.settings import Settings, SettingsError
from verification.facts.clock import Clock
from verification.venues.port import Access, Venue


@dataclass(frozen=True, slots=True)
class Openers:
    """How the doctor reaches what it tries.

    Attributes:
        ledger: Opens a ledger of an account, both by name, unread.
        venue: Opens an account on its venue, not yet connected.
    """

    ledger: Callable[[Settings, str, str, Clock], Ledger] = open_ledger_of
    venue: Callable[[Access, Clock], Venue] = open_venue


async def examine(settings: Settings, clock: Clock, openers: Openers) -> AsyncIterator[Check]:
    """Yield checks of the state database, each ledger, and each thing that is needed of each account."""
    async for check in _part(SUBJECT, partial(examine_state, settings.database.url, clock)):
        yield check
    async for check in examine_screens(settings, clock):
        yield check
    for account, own in settings.accounts.items():
        for name in own.ledgers:
            async for check in _ledger(settings, account, name, clock, openers):
                yield check
    for part in (examine_channels, examine_ping, examine_alertmanager):
        async for check in part(settings):
            yield check
    for account in settings.accounts:
        async for check in _account(settings, account, clock, openers):
            yield check


async def _part(subject: str, examination: Callable[[], list[Check]]) -> AsyncIterator[Check]:
    try:
        checks = await asyncio.to_thread(examination)
    except Exception as error:  # noqa: BLE001 - a bug in one part must not hide the others
        checks = [bug(subject, error)]
    for check in checks:
        yield check


async def _ledger(
    settings: Settings, account: str, name: str, clock: Clock, openers: Openers
) -> AsyncIterator[Check]:
    subject = f"ledger {name}"
    opener = partial(openers.ledger, settings, account, name, clock)
    async for check in _part(subject, partial(examine_ledger, opener, clock)):
        yield check
    if (origin := KINDS.origin(settings.ledgers[name].kind)) is not None:
        yield Check(subject, Health.NOTE, f"is read by code of the package {origin}")


async def _account(settings: Settings, name: str, clock: Clock, openers: Openers) -> AsyncIterator[Check]:
    subject = f"account {name}"
    try:
        access = settings.access(name)
        venue = openers.venue(access, clock)
    except SettingsError as error:
        text = "; ".join(problem.text for problem in error.problems)
        yield Check(f"{subject}: venue", Health.NOT_OK, text, settings=True)
        return
    kinds = [KINDS[settings.ledgers[each].kind] for each in settings.accounts[name].ledgers]
    hedged = next((kind.hedged for kind in kinds if kind.hedged), "")
    try:
        async for check in examine_account(venue, clock, hedged=hedged):
            yield check
    except Exception as error:  # noqa: BLE001 - as above
        yield bug(subject, error)
    finally:
        await venue.close()
