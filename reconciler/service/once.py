"""One reconciliation from cold: looks at each account until what it found has lasted, then reports."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

from reconciler.account.look import Judged, Look
from reconciler.account.unexpected import LOOKS, told
from reconciler.account.watch import AccountWatch, Rules
from reconciler.comparison.difference import LegVerdict
from reconciler.kinds.registry import DIFFERENCES
from reconciler.ledgers.port import Ledger
from reconciler.record.report import AccountReport, Report
from reconciler.service.loading import loading
from reconciler.service.wiring import open_ledgers, open_venue, rules_of
from reconciler.settings import Settings
from reconciler.sight.bot_silence import silence_by_its_clock
from reconciler.sight.ledger_staleness import staleness_by_its_rows
from reconciler.views.account import PositionView
from verification.budget.purpose import Purpose, asked_for
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.venues.port import Venue
from verification.venues.registry import notes_of

LONGEST = timedelta(seconds=90)
"""How long one account may take: what has not lasted by then is reported as not settled."""


MOVING = timedelta(seconds=1)
"""After how long rows that changed while the venue was read are looked at again."""


async def reconcile_once(settings: Settings, clock: Clock, account: str | None = None) -> Report:
    """Reconcile every account of the settings, or one, and report.

    Args:
        settings: What to reconcile.
        clock: Where time comes from.
        account: The name of one account; None for all.

    Raises:
        SettingsError: A secret is missing, or no account has this name.
        LedgerUnreadable: A ledger's settings cannot be right (a kind or a url that does not exist).
    """
    names = [account] if account is not None else list(settings.accounts)
    parts = await asyncio.gather(*(_one(settings, name, clock) for name in names))
    return Report(clock.now().utc, tuple(parts))


async def _one(settings: Settings, name: str, clock: Clock) -> AccountReport:
    access = settings.access(name)
    ledgers = open_ledgers(settings, name, clock)
    with loading():
        venue = open_venue(access, clock)
    try:
        with asked_for(Purpose.COMMAND):
            return await _looked(venue, ledgers, rules_of(settings), clock)
    finally:
        await _close(venue)


async def _looked(venue: Venue, ledgers: Sequence[Ledger], rules: Rules, clock: Clock) -> AccountReport:
    """Look at one account; what cannot be seen of it, for whatever error, is part of its report."""
    name, exchange = venue.access.account, venue.access.venue
    try:
        await venue.connect()
        watch = AccountWatch(venue, ledgers, rules, clock)
        try:
            return _report(name, exchange, await _settled_look(watch, clock))
        finally:
            watch.close()
    except SourceError as error:
        return AccountReport(name, exchange, "blind", 0, 0, (), (str(error),))
    except Exception as error:  # noqa: BLE001 - a bug at one account takes no other account's report away
        line, _ = told(error, account=name, work=LOOKS)
        return AccountReport(name, exchange, "blind", 0, 0, (), (line,))


async def _close(venue: Venue) -> None:
    try:
        await venue.close()
    except Exception as error:  # noqa: BLE001 - what was seen has been seen; the log has the trace
        told(error, account=venue.access.account, work="end of the connection")


async def _settled_look(watch: AccountWatch, clock: Clock) -> Look:
    """Look again and again until every finding has lasted or is gone."""
    end = clock.now().monotonic + LONGEST.total_seconds()
    while True:
        look = await watch.look()
        waits = [judged.wait for judged in look.judged if not judged.confirmed]
        if look.comparison.check.moving:
            waits.append(MOVING)
        if not waits or _after(clock.now(), min(waits)) > end:
            return look
        await clock.sleep(max(min(waits).total_seconds(), 0.1))


def _after(now: Moment, wait: timedelta) -> float:
    return now.monotonic + wait.total_seconds()


def _report(account: str, venue: str, look: Look) -> AccountReport:
    confirmed = [judged.finding for judged in look.judged if judged.confirmed]
    confirmed.sort(key=lambda finding: (-finding.severity.rank, finding.symbol, finding.leg))
    comparison = look.comparison
    flying = comparison.in_flight
    # What an order is only thought to explain, because it could not be asked for, is not settled.
    unsettled = [each for each in look.judged if not each.confirmed and not _of_a_leg(each, flying)]
    moving = sorted(comparison.check.moving)
    problems = (
        *look.problems,
        *(_unsettled(judged) for judged in unsettled),
        *(f"{symbol}: its rows in the ledger went on changing while the venue was read" for symbol in moving),
        *(f"{leg.symbol} {leg.leg}: it could not be judged" for leg in comparison.legs if _unknown(leg)),
    )
    unjudged = unsettled or moving or any(_unknown(leg) for leg in comparison.legs)
    status = "partial" if unjudged and look.status == "complete" else look.status
    notes = tuple(f"{ignored.key.symbol}: {ignored.reason}" for ignored in comparison.ignored)
    warnings = tuple(line for reading in look.ledgers.values() for line in reading.warnings)
    silences = (silence_by_its_clock(each, look.finished.utc) for each in look.ledgers.values())
    stale = (staleness_by_its_rows(each, look.finished.utc) for each in look.ledgers.values())
    silent = tuple(line for line in (*silences, *stale) if line is not None)
    return AccountReport(
        account=account,
        venue=venue,
        status=status,
        matched=comparison.matched,
        legs=len(comparison.legs),
        in_flight=len(flying),
        findings=tuple(confirmed),
        problems=problems,
        notes=(*notes_of(venue), *silent, *warnings, *notes),
    )


def _unknown(leg: PositionView) -> bool:
    return leg.verdict == LegVerdict.UNKNOWN


def _of_a_leg(judged: Judged, legs: Collection[LegKey]) -> bool:
    """True when a finding is that one of these legs differs."""
    finding = judged.finding
    return finding.kind in DIFFERENCES and LegKey(finding.account, finding.symbol, finding.leg) in legs


def _unsettled(judged: Judged) -> str:
    finding = judged.finding
    kind = str(finding.kind).replace("_", " ")
    return f"{finding.symbol}: {kind} is suspected and not settled yet ({judged.reason}); run it again"
