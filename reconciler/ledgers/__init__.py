"""The databases of bots, read without hurting them: one file a kind of ledger."""

from dataclasses import replace
from pathlib import Path

from reconciler.ledgers.installed import KindUnusable
from reconciler.ledgers.port import Ledger, LedgerOptions, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.registry import KINDS
from verification.facts.clock import Clock

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
        kind: One of `registry.KINDS`.
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        clock: Where time comes from.
        folder: What a relative SQLite path is relative to; None: the working directory.
        options: What else the settings say of it.

    Raises:
        LedgerUnreadable: The kind is unknown, or the url none that can be read (trouble SETTINGS).
    """
    try:
        known_kind = KINDS.get(kind)
    except KindUnusable as error:
        message = f"ledger {name}: kind `{kind}` {error}"
        raise LedgerUnreadable(name, LedgerTrouble.SETTINGS, message) from error
    if known_kind is None:
        known = ", ".join(sorted(KINDS))
        message = f"ledger {name}: kind `{kind}` is not known: write one of {known}"
        raise LedgerUnreadable(name, LedgerTrouble.SETTINGS, message)
    if options.silent_after is None:
        options = replace(options, silent_after=known_kind.silent_after)
    if options.stale_after is None:
        options = replace(options, stale_after=known_kind.stale_after)
    return known_kind.open(name, url, clock, folder, options)
