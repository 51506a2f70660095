"""The kinds of ledgers, one entry a kind: our own, and those that installed packages bring."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

from reconciler.ledgers.installed import InstalledKinds
from reconciler.ledgers.kind import QUERY, SPECIAL, SUMS, LedgerKind
from reconciler.ledgers.port import Ledger, LedgerOptions
from verification.facts.clock import Clock


def _freqtrade(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    from reconciler.ledgers.freqtrade import FreqtradeLedger

    return FreqtradeLedger(
        name,
        url,
        clock=clock,
        folder=folder,
        stop_policy=options.stops,
        venue=options.venue,
        timezone=options.timezone,
        silent_after=options.silent_after,
        stale_after=options.stale_after,
    )


def _journal(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    # A journal holds what one bot opened through the library, with its times in UTC.
    from reconciler.ledgers.journal import JournalLedger

    return JournalLedger(name, url, clock=clock, folder=folder, stop_policy=options.stops)


def _hummingbot(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    from reconciler.ledgers.hummingbot.ledger import HummingbotLedger

    return HummingbotLedger(name, url, clock=clock, folder=folder, options=options)


def _atomic_bot(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    from reconciler.ledgers.atomic_bot import AtomicBotLedger

    return AtomicBotLedger(name, url, clock=clock, folder=folder, options=options)


def _sql(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    from reconciler.ledgers.sql.ledger import SqlLedger

    return SqlLedger(name, url, clock=clock, folder=folder, options=options)


def _passivbot(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    from reconciler.ledgers.passivbot import PassivbotLedger

    return PassivbotLedger(
        name,
        url,
        clock=clock,
        folder=folder,
        stop_policy=options.stops,
        venue=options.venue,
        silent_after=options.silent_after,
    )


OWN_KINDS: Mapping[str, LedgerKind] = {
    "freqtrade": LedgerKind(
        _freqtrade,
        zoned=True,
        one_account=True,
        hedged="the account is in hedge mode, and freqtrade wants one-way mode: its orders are refused, or "
        "open a second leg in place of closing the first; when nothing is open, switch the position mode at "
        "the venue",
        # It renews its open orders once a loop, every 5 s unless it is set to wait longer.
        silent_after=timedelta(minutes=5),
        # It writes what funding has cost of all that it holds, which is due every eight hours at the latest.
        stale_after=timedelta(days=1),
    ),
    "hummingbot": LedgerKind(_hummingbot, takes=SUMS, marks=("^x-nbQe1H39", "^Hummingbot")),
    "journal": LedgerKind(_journal),
    # A snapshot a second, whatever happens: where none comes the bot has stopped.
    "passivbot": LedgerKind(
        _passivbot,
        one_account=True,
        in_file=True,
        silent_after=timedelta(minutes=1),
        # What an order is for, as four hex digits.
        marks=("0x[0-9a-f]{4}",),
    ),
    "sql": LedgerKind(_sql, zoned=True, zoned_files=True, takes=SPECIAL, needs=QUERY),
    "atomic_bot": LedgerKind(_atomic_bot),
}
"""By the word that the settings have for it."""

KINDS = InstalledKinds(OWN_KINDS)
"""These, and those that installed packages bring (docs/extending.md)."""


def marks_of_others(kinds: Collection[str]) -> dict[str, str]:
    """Return the bots that are none of these kinds, by what their client ids look like."""
    others = {name: kind for name, kind in OWN_KINDS.items() if name not in kinds}
    return {mark: name for name, kind in others.items() for mark in kind.marks}
