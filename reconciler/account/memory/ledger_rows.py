"""The rows of an account's ledgers, all together, each entry of them with its time; pure.

Where no ledger has changed they are the same object again, by which a comparison knows that none has.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from reconciler.account.memory.undated_entries import UndatedEntries
from reconciler.facts.expectation import Expectation, LedgerReading
from verification.facts.account import RestingOrder


class LedgerRows:
    """The rows as they were at the last look."""

    def __init__(self) -> None:
        """None was read yet."""
        self._undated = UndatedEntries()
        self._read: dict[str, tuple[Expectation, ...]] = {}
        self._rows: tuple[Expectation, ...] | None = None

    def of(
        self,
        readings: Mapping[str, LedgerReading],
        orders: Iterable[RestingOrder] | None,
        now: datetime,
    ) -> tuple[Expectation, ...]:
        """Return the rows of all ledgers that could be read.

        Args:
            readings: Their readings, by name.
            orders: The venue's resting ordinary orders; None when the read failed.
            now: The present, aware UTC.
        """
        read = {name: readings[name].rows for name in sorted(readings)}
        if self._rows is not None and _same(self._read, read):
            return self._rows
        listed = tuple(row for rows in read.values() for row in rows)
        dated = self._undated.dated(listed, orders, read=readings, now=now)
        # A time that is not the ledger's own may be another one at the next look.
        plain = all(one is other for one, other in zip(listed, dated, strict=True))
        self._read, self._rows = read, dated if plain else None
        return dated


def _same(one: Mapping[str, tuple[Expectation, ...]], other: Mapping[str, tuple[Expectation, ...]]) -> bool:
    return one.keys() == other.keys() and all(one[name] is other[name] for name in one)
