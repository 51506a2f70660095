"""What a ledger of one's own is made of. How: docs/extending.md; `trueup.ledger_conformance` checks it.

    from trueup.ledgers import LedgerKind

    KIND = LedgerKind(open=open_mine)

under the entry point group `trueup.ledgers` makes `kind = "mine"` a word that the settings know.
"""

from trueup.own_rooms import ROOMS as _ROOMS  # noqa: F401 - it checks them, before they are loaded

# isort: split
from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    LedgerReading,
    OrderRole,
    Pulse,
    StopPolicy,
)
from reconciler.ledgers.kind import LedgerKind
from reconciler.ledgers.known_rows import KnownRows
from reconciler.ledgers.port import Ledger, LedgerOptions, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.tables import BotDatabase, Tables, utc_of
from verification.facts.clock import Clock, Moment, SystemClock

__all__ = [
    "BelievedOrder",
    "BotDatabase",
    "Clock",
    "Direction",
    "Expectation",
    "ExpectationState",
    "KnownRows",
    "Ledger",
    "LedgerKind",
    "LedgerOptions",
    "LedgerReading",
    "LedgerTrouble",
    "LedgerUnreadable",
    "Moment",
    "OrderRole",
    "Pulse",
    "StopPolicy",
    "SystemClock",
    "Tables",
    "utc_of",
]
