"""One look at an account, as a value: what was read, what was found, and whether it has lasted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from reconciler.comparison.outcome import Comparison
from reconciler.comparison.venue_view import VenueView
from reconciler.facts.expectation import LedgerReading
from reconciler.facts.finding import Finding
from reconciler.ledgers.port import LedgerUnreadable
from verification.facts.account import AccountReading
from verification.facts.clock import Moment


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the word of its confirmation.

    Attributes:
        finding: What was found at this look.
        confirmed: True when it has lasted.
        reason: Why it is, or is not yet, confirmed.
        wait: How long until it can be confirmed at the earliest; zero if it is.
    """

    finding: Finding
    confirmed: bool
    reason: str
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an account: ledgers, venue, ledgers again.

    Attributes:
        symbols: The symbols it covered; None means all.
        judged: What was found, each with its confirmation.
        comparison: What it rests on; answers for conditions that were not found.
        view: The venue's side.
        reading: The venue's answers, failed parts among them.
        ledgers: The readings, by ledger.
        unreadable: The ledgers that could not be read, and why.
        started: When it began.
        finished: When both sides had been read: what it says was so then.
        ended: When it had been judged, after the questions about single orders.
        remarks: What a person should know of the market facts that it went by, plain lines.
    """

    symbols: frozenset[str] | None
    judged: tuple[Judged, ...]
    comparison: Comparison
    view: VenueView
    reading: AccountReading
    ledgers: Mapping[str, LedgerReading]
    unreadable: Mapping[str, LedgerUnreadable]
    started: Moment
    finished: Moment
    ended: Moment
    remarks: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """`complete` when everything was seen, `blind` when one whole side was not, `partial` otherwise."""
        if self.reading.positions is None or (self.unreadable and not self.ledgers):
            return "blind"
        if self.reading.failures or self.problems:
            return "partial"
        return "complete"

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be seen, plain lines."""
        strays = (line for reading in self.ledgers.values() for line in reading.problems)
        return (*map(str, self.unreadable.values()), *strays, *self.comparison.problems, *self.remarks)
