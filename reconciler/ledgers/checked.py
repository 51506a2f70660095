"""A ledger that somebody else wrote: what it returns is checked before it is believed."""

from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.ledgers.port import Ledger, LedgerTrouble, LedgerUnreadable
from reconciler.ledgers.reading_check import wrong_in


class CheckedLedger:
    """A ledger around another one. A reading that cannot be right is not what the bot believes."""

    def __init__(self, name: str, ledger: Ledger) -> None:
        """`name` is its name in the settings."""
        self._name = name
        self._ledger = ledger
        self._right: tuple[Expectation, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self._name

    def read(self) -> LedgerReading:
        """Read it now.

        Raises:
            LedgerUnreadable: It could not be read in full, or what it returned cannot be right.
        """
        try:
            reading = self._ledger.read()
        except LedgerUnreadable:
            raise
        except Exception as error:
            raise self._broken("could not be read", error) from error
        wrong = wrong_in(reading, self._name, right=self._right)
        if wrong is not None:
            raise LedgerUnreadable(self._name, LedgerTrouble.CORRUPT, f"ledger {self._name}: it {wrong}")
        self._right = reading.rows
        return reading

    def version(self) -> object:
        """Return a cheap token that changes with every commit.

        Raises:
            LedgerUnreadable: It is not there.
        """
        try:
            return self._ledger.version()
        except LedgerUnreadable:
            raise
        except Exception as error:
            raise self._broken("could not be asked for changes", error) from error

    def _broken(self, what: str, error: Exception) -> LedgerUnreadable:
        told = f"ledger {self._name}: it {what}: unexpected {type(error).__name__}: {error}"
        return LedgerUnreadable(self._name, LedgerTrouble.CORRUPT, told)
