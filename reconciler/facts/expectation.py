"""What a bot believes about one position, as its ledger says it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from verification.facts.clock import Moment
from verification.facts.order_identity import OrderIds


class ExpectationState(StrEnum):
    """Where the bot believes the trade to be."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    FAILED = "failed"


class StopPolicy(StrEnum):
    """Where the bot keeps its stop: at the venue, or in its own head (then no resting stop is expected)."""

    VENUE = "venue"
    SOFTWARE = "software"
    UNKNOWN = "unknown"


class Direction(StrEnum):
    """Which way the bot believes it is exposed."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 for long, -1 for short."""
        return 1 if self is Direction.LONG else -1


class OrderRole(StrEnum):
    """What a bot sent an order for."""

    ENTRY = "entry"
    EXIT = "exit"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class BelievedOrder:
    """One order of a row, as the bot has it down. Quantities are magnitudes in the row's own unit.

    Attributes:
        role: What it was sent for.
        order_id: The venue's id; None while the bot does not know it.
        client_order_id: The id the bot chose; None if there is none.
        size: What was asked for.
        booked: What of its executions is in the row's `expected` already.
        resting: True when the bot believes that it still works.
        sent_at: Aware UTC; None if unknown.
    """

    role: OrderRole
    order_id: str | None
    client_order_id: str | None
    size: Decimal
    booked: Decimal
    resting: bool
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One row of a ledger: one trade of one bot.

    Quantities are magnitudes here, in the ledger's own unit; `compare` turns them into signed contracts with
    the venue's market facts, and sums rows that share a leg.

    Attributes:
        ledger: The ledger's name in the settings.
        row_id: The row's id in the bot's database.
        symbol: ccxt unified form.
        direction: Long or short.
        unit_size: Base currency in one unit of the quantities: None means that they are venue contracts,
            Decimal(1) that they are base currency.
        expected: What the bot believes it holds, unsigned.
        expected_low: Least that its own orders in flight allow, unsigned, never below zero.
        expected_high: Most that its own orders in flight allow, unsigned.
        step: What the bot truncates its amounts to before it sends them, in the same unit, as of when the row
            was written: the market's may be another by now. None: it does not say.
        state: Where the bot believes the trade to be.
        entry_order_ids: Venue ids of its entries, oldest first.
        exit_order_ids: Venue ids of its exits, oldest first.
        stop_order_ids: Venue ids of the stops it believes are resting.
        stop_price: The stop it wants, quote per base; None if it names none.
        entry_price: At which price it believes to have entered, quote per base; None if it does not tell.
        stop_policy: Where the bot keeps its stop.
        entry_resting_since: When the oldest entry still resting was sent, aware UTC; None if none rests.
        orders: Its orders one by one, oldest first, as far as the ledger tells them apart.
        opened_at: Aware UTC; None if unknown.
        entered_at: When its last entry was executed, aware UTC; None if the ledger does not tell.
        updated_at: When the bot last touched the row, aware UTC; None if unknown.
    """

    ledger: str
    row_id: str
    symbol: str
    direction: Direction
    unit_size: Decimal | None
    expected: Decimal
    expected_low: Decimal
    expected_high: Decimal
    step: Decimal | None
    state: ExpectationState
    entry_order_ids: tuple[str, ...] = ()
    exit_order_ids: tuple[str, ...] = ()
    stop_order_ids: tuple[str, ...] = ()
    stop_price: Decimal | None = None
    stop_policy: StopPolicy = StopPolicy.UNKNOWN
    entry_client_id: str | None = None
    exit_client_id: str | None = None
    entry_resting_since: datetime | None = None
    orders: tuple[BelievedOrder, ...] = ()
    opened_at: datetime | None = None
    entered_at: datetime | None = None
    updated_at: datetime | None = None
    entry_price: Decimal | None = None

    @property
    def entries(self) -> tuple[OrderIds, ...]:
        """What its entries are known by, oldest first; the bot's own id is that of the only one."""
        if not self.entry_order_ids:
            return () if self.entry_client_id is None else (OrderIds(None, self.entry_client_id),)
        client_id = self.entry_client_id if len(self.entry_order_ids) == 1 else None
        return tuple(OrderIds(order_id, client_id) for order_id in self.entry_order_ids)

    @property
    def exits(self) -> tuple[OrderIds, ...]:
        """What its exits are known by. The newest of the venue's ids may be that of the one before."""
        announced = () if self.exit_client_id is None else (OrderIds(None, self.exit_client_id),)
        return (*(OrderIds(order_id) for order_id in self.exit_order_ids), *announced)


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a bot renews in its ledger again and again while an order of it is open.

    Attributes:
        at: When it last did, by its own clock, aware UTC.
        silent_after: How long it takes at most while it runs: from then on its silence means something.
    """

    at: datetime
    silent_after: timedelta


@dataclass(frozen=True, slots=True)
class LedgerReading:
    """One consistent reading of one ledger.

    Attributes:
        ledger: Its name in the settings.
        rows: Every live row, and the rows closed lately, ordered by row id.
        read_at: When the reading was taken.
        last_activity: When the bot last wrote, as far as its rows tell, aware UTC; None if they tell nothing.
        warnings: Plain lines about what is odd but readable.
        left_out: Plain lines about live trades in it that are not of this account and so are not judged.
        version: What the ledger's `version` says as long as nothing is written; None if that is not known.
        pulse: What its bot has to renew at present; None where its silence means nothing, or nobody knows.
        own_names: True when its symbols are as the bot names them: they have yet to be found in the venue's
            market list.
        stored_step: What its amounts were truncated to one by one when they were stored, in base currency;
            None: they are exact.
        names_orders: True where its rows name every order that its bot sends, at once.
        stale_after: For how long its bot never leaves it alone while it holds something; None: not known.
    """

    ledger: str
    rows: tuple[Expectation, ...]
    read_at: Moment
    last_activity: datetime | None
    warnings: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    version: object = field(default=None, compare=False)
    pulse: Pulse | None = None
    own_names: bool = False
    stored_step: Decimal | None = None
    names_orders: bool = False
    stale_after: timedelta | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """What is left out, with the name of the ledger: lines of a report."""
        return tuple(f"ledger {self.ledger}: {line}" for line in self.left_out)
