"""Tries one ledger: whether it can be read, what is odd in it, and whether its bot still writes."""

from collections.abc import Callable
from datetime import timedelta

from reconciler.doctor.check import Check, Health
from reconciler.facts.expectation import LedgerReading
from reconciler.facts.wording import duration
from reconciler.ledgers.port import Ledger, LedgerTrouble, LedgerUnreadable
from reconciler.sight.bot_silence import live_trades, silence_by_its_clock
from verification.facts.clock import Clock

SILENT = timedelta(days=2)
"""From here on a bot that has written nothing is told of."""


def examine_ledger(open_ledger: Callable[[], Ledger], clock: Clock) -> list[Check]:
    """Return the checks of one ledger. Blocks."""
    try:
        ledger = open_ledger()
        subject = f"ledger {ledger.name}"
        reading = ledger.read()
    except LedgerUnreadable as error:
        subject = f"ledger {error.ledger}"
        wrong = error.trouble in {LedgerTrouble.SETTINGS, LedgerTrouble.WRONG_ACCOUNT}
        text = str(error).removeprefix(f"{subject}: ")
        return [Check(subject, Health.NOT_OK, text, settings=wrong)]
    age = None if reading.last_activity is None else clock.now().utc - reading.last_activity
    wrote = "" if age is None else f", the bot last wrote {duration(age.total_seconds())} ago"
    checks = [Check(subject, Health.OK, f"{len(reading.rows)} trades read{wrote}")]
    silent = silence_by_its_clock(reading, clock.now().utc)
    if silent is not None:
        checks.append(Check(subject, Health.NOT_OK, f"{silent} Is this the database that it writes?"))
    elif age is not None and age >= SILENT:
        checks.append(_silent(subject, reading, age))
    checks += [Check(subject, Health.NOT_OK, line) for line in reading.left_out]
    return checks + [Check(subject, Health.NOTE, warning) for warning in reading.warnings]


def _silent(subject: str, reading: LedgerReading, age: timedelta) -> Check:
    """Tell of a bot that has written nothing for days.

    A flat bot that found nothing to trade is quiet too, so that is a note. Where it has live trades, nobody
    may be watching over positions, or this is an old copy of its database: that has to be looked at.
    """
    live = live_trades(reading)
    said = f"the bot has written nothing for {age.days} days"
    if not live:
        return Check(subject, Health.NOTE, f"{said} and has no live trades: does it run?")
    trades = "1 live trade" if live == 1 else f"{live} live trades"
    what = "does it run, and is this the database that it writes? If it only holds, its own log says so"
    return Check(subject, Health.NOT_OK, f"{said} and has {trades}: {what}")
