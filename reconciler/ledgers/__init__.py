"""The databases of bots, read without hurting them: one file a kind of ledger."""

from collections.abc import Callable
from pathlib import Path

from reconciler.ledgers.port import Ledger, LedgerOptions, LedgerTrouble, LedgerUnreadable
from verification.facts.clock import Clock

Opener = Callable[[str, str, Clock, Path | None, LedgerOptions], Ledger]

_NO_OPTIONS = LedgerOptions()


def open_ledger(
    name: str,
    kind: str,
    url: str,
    clock: Clock,
    *,
    folder: Path | None = None,
    options: LedgerOptions = _NO_OPTIONS,
) -> Ledger:
    """Return the ledger of a kind, unread.

    Args:
        name: Its name in the settings.
        kind: `freqtrade` or `journal`.
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        clock: Where time comes from.
        folder: What a relative SQLite path is relative to; None: the working directory.
        options: What else the settings say of it.

    Raises:
        LedgerUnreadable: The kind is unknown, or the url none that can be read (trouble SETTINGS).
    """
    opener = _KINDS.get(str(kind))
    if opener is None:
        known = ", ".join(sorted(_KINDS))
        message = f"ledger {name}: kind `{kind}` is not known: write one of {known}"
        raise LedgerUnreadable(name, LedgerTrouble.SETTINGS, message)
    return opener(name, url, clock, folder, options)


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
    )


def _journal(name: str, url: str, clock: Clock, folder: Path | None, options: LedgerOptions) -> Ledger:
    # A journal holds what one bot opened through the library, with its times in UTC.
    from reconciler.ledgers.journal import JournalLedger

    return JournalLedger(name, url, clock=clock, folder=folder, stop_policy=options.stops)


_KINDS: dict[str, Opener] = {"freqtrade": _freqtrade, "journal": _journal}
