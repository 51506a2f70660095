"""A bot's ledger in memory: rows as the world notes them, unreadable when the world says so."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from reconciler.expectation import Direction, Expectation, ExpectationState, LedgerReading, StopPolicy
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from tests.simulation.reconciler.plan import Row, Storm
from verification.clock import Clock

ONLY_A_PERSON = frozenset({LedgerTrouble.SCHEMA, LedgerTrouble.DRY_RUN})


class SimulatedLedger:
    """Implements the port. It is the bot's own, so it outlives the reconciler."""

    def __init__(self, number: int, storms: Sequence[Storm], clock: Clock, *, stamped: bool) -> None:
        self.number = number
        self.name = f"ledger{number}"
        self._storms = [storm for storm in storms if storm.what == f"ledger {number}"]
        self._clock = clock
        self._stamped = stamped
        self._changes = 0
        self._rows: dict[str, Expectation] = {}

    def note(self, row: Row, at: datetime) -> None:
        """Write a row down as of now; `at` is what the bot's clock says."""
        before = self._rows.get(row.row_id)
        self._changes += 1
        opening = row.state is ExpectationState.OPENING
        self._rows[row.row_id] = Expectation(
            ledger=self.name,
            row_id=row.row_id,
            symbol=row.key.symbol,
            direction=Direction.LONG if row.sign > 0 else Direction.SHORT,
            unit_size=None,
            expected=Decimal(abs(row.expected)),
            expected_low=Decimal(row.low),
            expected_high=Decimal(row.high),
            step=None,
            state=row.state,
            entry_order_ids=(row.entry,) if row.entry else (),
            exit_order_ids=(row.exit,) if row.exit else (),
            stop_policy=StopPolicy.SOFTWARE,
            entry_resting_since=at if opening and self._stamped else None,
            opened_at=before.opened_at if before is not None else at if self._stamped else None,
            updated_at=at if self._stamped else None,
        )

    def read(self) -> LedgerReading:
        storm = self.storm()
        if storm is not None:
            return self._unreadable(LedgerTrouble(storm.how))
        rows = tuple(self._rows[number] for number in sorted(self._rows))
        return LedgerReading(self.name, rows, self._clock.now(), None)

    def version(self) -> object:
        storm = self.storm()
        if storm is not None and storm.how == LedgerTrouble.ABSENT:
            raise LedgerUnreadable(self.name, LedgerTrouble.ABSENT, "there is no such file", again=True)
        return (self._changes, storm is None)

    def storm(self) -> Storm | None:
        """Return why it cannot be read now; None when it can."""
        now = self._clock.now().monotonic
        return next((storm for storm in self._storms if storm.rages(now)), None)

    def _unreadable(self, trouble: LedgerTrouble) -> LedgerReading:
        raise LedgerUnreadable(
            self.name, trouble, f"{self.name} is {trouble}", again=trouble not in ONLY_A_PERSON
        )
