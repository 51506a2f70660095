"""What a kind of ledger is: how one is opened, and what is true of the bots that write it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from reconciler.ledgers.port import Ledger, LedgerOptions
from verification.facts.clock import Clock

Opener = Callable[[str, str, Clock, Path | None, LedgerOptions], Ledger]


SUMS = frozenset({"since", "baseline"})
"""What a ledger that sums what was traded has to be told where that does not begin flat."""

QUERY = frozenset({"query", "unit"})
"""What a ledger without tables of its own is read by."""

SPECIAL = SUMS | QUERY | {"states"}
"""The settings of ledgers that are not for every kind."""


@dataclass(frozen=True, slots=True)
class LedgerKind:
    """One kind of bot's database.

    Attributes:
        open: Makes one by its name, url, clock, the folder that a relative path is relative to, and options.
        zoned: Its times on PostgreSQL are in the zone of the bot's session, which the settings may name.
        zoned_files: So too in a file of SQLite, where all others write UTC.
        one_account: A database holds the trades of one account only.
        hedged: What a person is told whose account is in hedge mode, one line; empty: its bot does not mind.
        in_file: It is a file of the bot's own form, `file:PATH`, and no database.
        silent_after: For how long its bot never writes nothing while an order of it is open and it runs;
            None: its silence means nothing, or nobody has tried, and it is never called silent.
        takes: Those settings of `SPECIAL` that are for it.
        needs: Those of them that it cannot be read without.
        stale_after: For how long its bot never leaves it alone while it holds a position and runs; None: it
            may hold for as long as it likes without a word, or nobody has tried.
        marks: What the client ids of its bot's orders look like, as regular expressions; none where nothing
            in them tells its bot from another.
    """

    open: Opener
    zoned: bool = False
    zoned_files: bool = False
    one_account: bool = False
    hedged: str = ""
    in_file: bool = False
    silent_after: timedelta | None = None
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    stale_after: timedelta | None = None
    marks: tuple[str, ...] = ()
