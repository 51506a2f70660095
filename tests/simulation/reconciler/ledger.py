"""A bot's ledger in memory: rows as the world notes them, unreadable when the world says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.facts.expectation import (
    BelievedOrder,
    Direction,
    Expectation,
    ExpectationState,
    LedgerReading,
    OrderRole,
    StopPolicy,
)
from reconciler.ledgers.port import LedgerTrouble, LedgerUnreadable
from tests.simulation.reconciler.plan import Row, RowOrder, Storm
from tests.simulation.reconciler.scale import WHOLE, Scale
from verification.facts.clock import Clock

ONLY_A_PERSON = frozenset({LedgerTrouble.SCHEMA, LedgerTrouble.DRY_RUN})


@dataclass(frozen=True, slots=True)
class Habits:
    """How a bot keeps its ledger.

    Attributes:
        stamped: True when rows say when they were written.
        policy: Where it keeps its stops.
        scales: The measures of each symbol.
    """

    stamped: bool
    policy: StopPolicy
    scales: Mapping[str, Scale]


class SimulatedLedger:
    """Implements the port. It is the bot's own, so it outlives the reconciler."""

    def __init__(self, number: int, storms: Sequence[Storm], clock: Clock, habits: Habits) -> None:
        self.number = number
        self.name = f"ledger{number}"
        self.habits = habits
        self._storms = [storm for storm in storms if storm.what == f"ledger {number}"]
        self._clock = clock
        self._changes = 0
        self._rows: dict[str, Expectation] = {}

    def note(self, row: Row, at: datetime, zero: datetime) -> None:
        """Write a row down as of now; `at` is what the bot's clock says, `zero` when the world began."""
        before = self._rows.get(row.row_id)
        self._changes += 1
        scale = self.habits.scales.get(row.key.symbol, WHOLE)
        stamped = self.habits.stamped
        opening = row.state is ExpectationState.OPENING
        resting = [each.sent for each in row.orders if each.role is OrderRole.ENTRY and each.resting]
        since = zero + timedelta(seconds=min(resting)) if resting else at if opening else None
        self._rows[row.row_id] = Expectation(
            ledger=self.name,
            row_id=row.row_id,
            symbol=row.key.symbol,
            direction=Direction.LONG if row.sign > 0 else Direction.SHORT,
            unit_size=scale.unit_size,
            expected=scale.noted(_uncut(abs(row.expected), row)),
            expected_low=scale.noted(_uncut(row.low, row)),
            expected_high=scale.noted(_uncut(row.high, row)),
            step=scale.step,
            state=row.state,
            entry_order_ids=row.ids(OrderRole.ENTRY),
            exit_order_ids=row.ids(OrderRole.EXIT),
            stop_order_ids=row.ids(OrderRole.STOP, resting=True),
            stop_policy=self.habits.policy,
            entry_resting_since=since if stamped else None,
            orders=tuple(_believed(each, scale, zero if stamped else None) for each in row.orders),
            opened_at=before.opened_at if before is not None else at if stamped else None,
            updated_at=at if stamped else None,
        )

    def read(self) -> LedgerReading:
        storm = self.storm()
        if storm is not None:
            return self._unreadable(LedgerTrouble(storm.how))
        rows = tuple(self._rows[number] for number in sorted(self._rows))
        version = self.version()
        return LedgerReading(self.name, rows, self._clock.now(), None, version=version, names_orders=True)

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


def _uncut(lots: int, row: Row) -> Decimal:
    """Return a number of a row as the bot has it, in lots: nothing is nothing, however badly it cuts."""
    return lots + row.excess if lots else Decimal(0)


def _believed(order: RowOrder, scale: Scale, zero: datetime | None) -> BelievedOrder:
    return BelievedOrder(
        role=order.role,
        order_id=order.order_id,
        client_order_id=None,
        size=scale.noted(Decimal(order.size)),
        booked=scale.noted(Decimal(order.booked)),
        resting=order.resting,
        sent_at=None if zero is None else zero + timedelta(seconds=order.sent),
    )
