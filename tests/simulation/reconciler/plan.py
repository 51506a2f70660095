"""The world of one seed that the reconciler watches: what happens, what is noted, what fails. Pure values."""

from dataclasses import dataclass
from decimal import Decimal

from reconciler.facts.expectation import ExpectationState, OrderRole
from tests.simulation.plan import Plan
from tests.simulation.reconciler.scale import Scale
from tests.simulation.reconciler.stop import Stop
from tests.simulation.reconciler.trouble import Trouble
from verification.facts.leg import LegKey

BUSY = 300.0
"""Seconds in which storms may rage and people may look, as far as they go by a share of the world."""

QUIET = 200.0
"""Seconds after which nothing new begins: what is wrong then stays so until the end."""

STANDSTILL = 460.0
"""Seconds that a world goes on after the last thing has happened in it."""


@dataclass(frozen=True, slots=True)
class RowOrder:
    """One order as the bot has it down, magnitudes in lots."""

    role: OrderRole
    order_id: str
    size: int
    booked: int
    resting: bool
    sent: float


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a ledger from a time on. Quantities are signed lots.

    Attributes:
        ledger: Which of the ledgers.
        sign: The direction that the row names, also while it expects nothing.
        expected: What the bot believes it holds.
        low, high: What its orders in flight allow, `low <= expected <= high` as magnitudes.
        excess: By how many lots its number is too large because the bot does not cut it: below one.
        orders: Its orders, oldest first, where rows name them.
    """

    ledger: int
    row_id: str
    key: LegKey
    sign: int
    expected: int
    low: int
    high: int
    state: ExpectationState
    excess: Decimal = Decimal(0)
    orders: tuple[RowOrder, ...] = ()

    @property
    def live(self) -> bool:
        return self.state not in (ExpectationState.CLOSED, ExpectationState.FAILED)

    def ids(self, role: OrderRole, *, resting: bool | None = None) -> tuple[str, ...]:
        """Return the ids of its orders of a role."""
        return tuple(
            order.order_id
            for order in self.orders
            if order.role is role and (resting is None or order.resting is resting)
        )


@dataclass(frozen=True, slots=True)
class Noted:
    """The ledger says this of a row from a time on."""

    at: float
    row: Row


@dataclass(frozen=True, slots=True)
class Moved:
    """Somebody or something else changed a leg; by None: it is flat."""

    at: float
    key: LegKey
    by: int | None


@dataclass(frozen=True, slots=True)
class Sent:
    """An order of the bot, in lots.

    Attributes:
        at: When it is sent.
        fills: When it executes, and how much each time.
        ends: When it ends at the latest, with what it has executed; None: it rests until the world ends.
        reduces: True when it can only make the position smaller.
    """

    at: float
    fills: tuple[tuple[float, int], ...]
    ends: float | None
    key: LegKey
    order_id: str
    by: int
    reduces: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A stop stands so at the venue from a time on; None: it is gone, or `became` an order that closes."""

    at: float
    key: LegKey
    order_id: str
    stop: Stop | None
    became: str | None = None


@dataclass(frozen=True, slots=True)
class Storm:
    """Something fails all the time from one second to another.

    Attributes:
        what: `list`, `orders` or `conditional_orders`; `ledger 0`, `ledger 1`; `names` or `part`.
        how: How it fails; the symbol whose rows have no name, or whose part of the account is not read.
    """

    what: str
    how: str
    start: float
    end: float

    def rages(self, now: float) -> bool:
        return self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class Kill:
    """The process dies in the middle of something.

    Attributes:
        after: Seconds; the next such step after it is the last.
        steps: How many more steps it lives from then on.
        done: True when what the step writes or reads is done, and only the answer is lost.
        away: Seconds until it is started again.
    """

    after: float
    steps: int
    done: bool
    away: float


@dataclass(frozen=True, slots=True)
class WatchedPlan:
    """All of one seed.

    Attributes:
        venue: What the simulated venue and its stream go by: weather and faults.
        past: What legs held long before: the leg and by how much.
        rows: What the ledgers said long before.
        placed: How stops stand at the venue.
        scales: How lots of each symbol look at the venue and in ledgers.
        mute: When the stream, although connected, pushes nothing.
        crashes: When the reconciler is killed, and when it is started again.
        kills: The same in the middle of something.
        looks: When a person looks at the alerts, and acknowledges what fires.
    """

    seed: int
    troubles: frozenset[Trouble]
    venue: Plan
    past: tuple[tuple[LegKey, int], ...]
    rows: tuple[Row, ...]
    noted: tuple[Noted, ...]
    moved: tuple[Moved, ...]
    sent: tuple[Sent, ...]
    placed: tuple[Placed, ...]
    scales: tuple[tuple[str, Scale], ...]
    storms: tuple[Storm, ...]
    mute: tuple[tuple[float, float], ...]
    crashes: tuple[tuple[float, float], ...]
    kills: tuple[Kill, ...]
    steps: tuple[tuple[float, float], ...]
    looks: tuple[float, ...]

    @property
    def ledgers(self) -> int:
        return 2 if Trouble.TWO_LEDGERS in self.troubles else 1

    @property
    def legs(self) -> tuple[LegKey, ...]:
        keys = {key for key, _ in self.past} | {each.row.key for each in self.noted}
        keys |= {each.key for each in self.moved} | {each.key for each in self.sent}
        return tuple(sorted(keys))

    @property
    def still(self) -> float:
        """When the last thing has happened: from then on nothing changes, and nothing fails."""
        times = [each.at for each in self.noted] + [each.at for each in self.moved]
        times += [each.at for each in self.sent] + [each.at for each in self.placed]
        times += [at for each in self.sent for at, _ in each.fills]
        times += [each.ends for each in self.sent if each.ends is not None]
        times += [storm.end for storm in self.storms]
        times += [end for _, end in (*self.mute, *self.crashes, *self.venue.weather.down)]
        times += [kill.after + kill.away + 35.0 for kill in self.kills]
        times += [at for at, _ in self.steps] + list(self.looks)
        return max(times, default=0.0)

    @property
    def end(self) -> float:
        """When the world ends."""
        return self.still + STANDSTILL
