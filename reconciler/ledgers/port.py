"""The port every ledger implements, and how a ledger that cannot be read says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from reconciler.facts.expectation import LedgerReading, StopPolicy


class LedgerTrouble(StrEnum):
    """Why a ledger cannot be read."""

    ABSENT = "absent"
    LOCKED = "locked"
    TIMEOUT = "timeout"  # it does not answer at all
    SCHEMA = "schema"  # not the kind of database it was said to be
    DRY_RUN = "dry_run"
    PERMISSION = "permission"
    CORRUPT = "corrupt"
    SETTINGS = "settings"
    WRONG_ACCOUNT = "wrong_account"  # read, and of another exchange or market than the account's


@dataclass(frozen=True, slots=True)
class LedgerOptions:
    """What the settings say of a ledger beside its kind and url.

    Attributes:
        venue: The ccxt exchange id of the account it was given to; None where it is read for none.
        timezone: In which the bot's session on PostgreSQL runs; None: as this role's sessions do.
        stops: Where its bot keeps its stops; None: told from its rows.
        stale_after: How long it may be left alone while its bot holds something; zero: for ever; None: as is
            true of its kind.
        silent_after: From when on its bot's silence means something, where it ever does; zero: never; None:
            as is true of its kind.
        sandbox: True when the account is one of the venue's test network.
        elsewhere: The ccxt exchange ids of the other accounts that the same database was given to.
        since: From when on what it sums is counted, aware UTC; None: from its beginning.
        baseline: What was held before that, signed, in the ledger's unit, by symbol; a long and a short leg
            of one symbol are two amounts.
        query: The SELECT that reads it, where it has no tables of its own.
        contracts: True when that counts contracts, False when it counts base currency.
        states: Its words for states, by what it writes.
    """

    venue: str | None = None
    timezone: tzinfo | None = None
    stops: StopPolicy | None = None
    silent_after: timedelta | None = None
    sandbox: bool = False
    elsewhere: tuple[str, ...] = ()
    since: datetime | None = None
    baseline: Mapping[str, tuple[Decimal, ...]] = field(default_factory=dict)
    query: str = ""
    contracts: bool = False
    states: Mapping[str, str] = field(default_factory=dict)
    stale_after: timedelta | None = None


class LedgerUnreadable(Exception):
    """The ledger could not be read: what, where, and what to do. Never to be taken for an empty ledger.

    Attributes:
        ledger: Its name in the settings.
        trouble: Why.
        again: True when the same read may succeed later without anybody doing anything.
    """

    def __init__(self, ledger: str, trouble: LedgerTrouble, message: str, *, again: bool = False) -> None:
        """`message` is one line for a person, with the remedy in it."""
        super().__init__(message)
        self.ledger = ledger
        self.trouble = trouble
        self.again = again


class Ledger(Protocol):
    """One bot's database, read only."""

    @property
    def name(self) -> str:
        """Its name in the settings."""

    def read(self) -> LedgerReading:
        """Read it now, in one short transaction (blocking; call it from a worker thread).

        Raises:
            LedgerUnreadable: It could not be read in full.
        """

    def version(self) -> object:
        """Return a cheap token that changes with every commit, and may change without one.

        While it is that of a reading (`LedgerReading.version`) the ledger holds what was read.

        Raises:
            LedgerUnreadable: It is not there.
        """
