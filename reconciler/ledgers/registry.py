"""The kinds of ledgers: how each is opened, and what is true of the bots that write it. One entry a kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from reconciler.ledgers.port import Ledger, LedgerOptions
from verification.facts.clock import Clock

Opener = Callable[[str, str, Clock, Path | None, LedgerOptions], Ledger]


@dataclass(frozen=True, slots=True)
class LedgerKind:
    """One kind of bot's database.

    Attributes:
        open: Makes one by its name, url, clock, the folder that a relative path is relative to, and options.
        zoned: Its times on PostgreSQL are in the zone of the bot's session, which the settings may name.
        one_account: A database holds the trades of one account only.
        hedged: What a person is told whose account is in hedge mode, one line; empty: its bot does not mind.
        silent_after: For how long its bot never writes nothing while an order of it is open and it runs;
            None: its silence means nothing, or nobody has tried, and it is never called silent.
    """

    open: Opener
    zoned: bool = False
    one_account: bool = False
    hedged: str = ""
    silent_after: timedelta | None = None


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
    )


def _journal(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    # A journal holds what one bot opened through the library, with its times in UTC.
    from reconciler.ledgers.journal import JournalLedger

    return JournalLedger(name, url, clock=clock, folder=folder, stop_policy=options.stops)


KINDS: Mapping[str, LedgerKind] = {
    "freqtrade": LedgerKind(
        _freqtrade,
        zoned=True,
        one_account=True,
        hedged="the account is in hedge mode, and freqtrade wants one-way mode: its orders are refused, or "
        "open a second leg in place of closing the first; when nothing is open, switch the position mode at "
        "the venue",
        # It renews its open orders once a loop, every 5 s unless it is set to wait longer.
        silent_after=timedelta(minutes=5),
    ),
    "journal": LedgerKind(_journal),
}
"""By the word that the settings have for it."""
