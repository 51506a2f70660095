"""Notices when a bot writes to its ledger, so that a look does not have to wait for the next sweep."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.account.ledger_reader import LedgerReader
from reconciler.facts.expectation import Expectation, LedgerReading
from reconciler.ledgers.port import LedgerUnreadable
from verification.facts.clock import Clock, Moment

FAILED_APART_SECONDS = 2.0
"""Least time between two reads of a ledger that fails: a lock held for a moment is one failure, not ten."""


@dataclass(frozen=True, slots=True)
class LedgerChange:
    """A ledger reads otherwise than before.

    Attributes:
        before: The rows of the last reading by row id; None at the first reading.
        reading: The reading now.
        symbols: The symbols whose rows changed.
    """

    before: dict[str, Expectation] | None
    reading: LedgerReading
    symbols: frozenset[str]


@dataclass(slots=True)
class _Known:
    token: object = None
    rows: dict[str, Expectation] | None = None
    not_before: float = 0.0


class LedgerWatch:
    """Polls the cheap change token of each ledger, and reads a ledger only when its token has changed."""

    def __init__(
        self,
        ledgers: Sequence[LedgerReader],
        clock: Clock,
        *,
        every: float,
        on_change: Callable[[LedgerChange], None],
        on_read: Callable[[str, LedgerUnreadable | None, Moment], None],
    ) -> None:
        """`every` is in seconds. `on_read` is told of each read, with its error if it failed."""
        self._ledgers = tuple(ledgers)
        self._clock = clock
        self._every = every
        self._on_change = on_change
        self._on_read = on_read
        self._known = {ledger.name: _Known() for ledger in ledgers}

    async def run(self) -> None:
        """Poll until cancelled; a ledger that does not answer keeps none of the others waiting."""
        async with asyncio.TaskGroup() as group:
            for ledger in self._ledgers:
                group.create_task(self._follow(ledger))

    async def _follow(self, ledger: LedgerReader) -> None:
        while True:
            await self._poll(ledger)
            await ledger.changed(self._known[ledger.name].token, every=self._every)

    async def _poll(self, ledger: LedgerReader) -> None:
        known = self._known[ledger.name]
        if self._clock.now().monotonic < known.not_before:
            return
        try:
            token, reading = await ledger.read_unless(None if known.rows is None else known.token)
        except LedgerUnreadable as error:
            now = self._clock.now()
            known.token, known.not_before = None, now.monotonic + FAILED_APART_SECONDS
            self._on_read(ledger.name, error, now)
            return
        if reading is None:
            return
        self._on_read(ledger.name, None, self._clock.now())
        before, rows = known.rows, {row.row_id: row for row in reading.rows}
        symbols = changed_symbols(before or {}, rows)
        if symbols or before is None:
            self._on_change(LedgerChange(before, reading, symbols))
        # Only now: a change that could not be passed on is to be passed on again.
        known.token, known.rows = token, rows


def changed_symbols(before: dict[str, Expectation], after: dict[str, Expectation]) -> frozenset[str]:
    """Return the symbols of rows that came, went, or changed in what they expect."""
    symbols: set[str] = set()
    for row_id in before.keys() | after.keys():
        one, other = before.get(row_id), after.get(row_id)
        if one is not other and essence(one) != essence(other):
            symbols.update(row.symbol for row in (one, other) if row is not None)
    return frozenset(symbols)


def essence(row: Expectation | None) -> object:
    """Return what counts as a change of a row: all but the time at which the bot last looked itself."""
    if row is None:
        return None
    return (
        row.symbol,
        row.state,
        row.direction,
        row.expected,
        row.expected_low,
        row.expected_high,
        row.entry_order_ids,
        row.exit_order_ids,
        row.stop_order_ids,
        row.entry_client_id,
        row.exit_client_id,
    )


def moving_symbols(
    before: Mapping[str, LedgerReading],
    after: Mapping[str, LedgerReading],
    unreadable: Mapping[str, LedgerUnreadable],
) -> frozenset[str]:
    """Return the symbols whose rows changed between two readings of every ledger that could be read twice."""
    symbols: set[str] = set()
    for name, reading in after.items():
        if name in unreadable:
            continue
        if before[name].rows is reading.rows:
            continue  # it was not read again, for it has not changed
        old = {row.row_id: row for row in before[name].rows}
        symbols |= changed_symbols(old, {row.row_id: row for row in reading.rows})
    return frozenset(symbols)


def oldest(readings: Iterable[LedgerReading]) -> datetime | None:
    """Return when the oldest of the readings was taken, aware UTC; None if there is none."""
    return min((reading.read_at.utc for reading in readings), default=None)
