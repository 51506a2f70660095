"""Which rows of the ledgers the last look has judged: a change of those needs no look of its own. Pure."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from reconciler.account.ledger_watch import LedgerChange
from reconciler.account.look import Look
from reconciler.facts.expectation import Expectation


class JudgedRows:
    """Rows are told by what was read: a ledger that has not changed is not read again."""

    def __init__(self) -> None:
        """Nothing has been judged."""
        self._rows: dict[str, Sequence[Expectation]] = {}
        self._symbols: frozenset[str] | None = frozenset()
        self._waiting: list[LedgerChange] | None = None

    @contextmanager
    def look_under_way(self, mark: Callable[[frozenset[str]], None]) -> Iterator[None]:
        """While a look is under way changes wait for it; `mark` is then given what it has not judged."""
        self._rows, self._waiting = {}, []
        try:
            yield
        finally:
            waiting, self._waiting = self._waiting, None
            for change in waiting:
                mark(self.unjudged(change))

    def note(self, look: Look) -> None:
        """Take note of a look; one that did not see everything has judged nothing."""
        seen = look.ledgers if look.status == "complete" else {}
        self._rows = {name: reading.rows for name, reading in seen.items()}
        self._symbols = look.symbols

    def unjudged(self, change: LedgerChange) -> frozenset[str]:
        """Return the symbols of a change that are to be looked at now."""
        if self._waiting is not None:
            self._waiting.append(change)
            return frozenset()
        if self._rows.get(change.reading.ledger) is not change.reading.rows:
            return change.symbols
        return frozenset() if self._symbols is None else change.symbols - self._symbols
