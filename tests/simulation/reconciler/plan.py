"""The world of one seed that the reconciler watches: what happens, what is noted, what fails. Pure values."""

from dataclasses import dataclass

from reconciler.expectation import ExpectationState
from tests.simulation.plan import Plan
from tests.simulation.reconciler.trouble import Trouble
from verification.leg import LegKey

END = 300.0
"""Seconds after which the world ends."""

QUIET = 200.0
"""Seconds after which nothing new begins: what is wrong then stays so until the end."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a ledger from a time on. Quantities are signed contracts.

    Attributes:
        ledger: Which of the ledgers.
        sign: The direction that the row names, also while it expects nothing.
        expected: What the bot believes it holds.
        low, high: What its orders in flight allow, `low <= expected <= high` as magnitudes.
        entry, exit: The ids of its orders; empty where rows do not name them.
    """

    ledger: int
    row_id: str
    key: LegKey
    sign: int
    expected: int
    low: int
    high: int
    state: ExpectationState
    entry: str = ""
    exit: str = ""

    @property
    def live(self) -> bool:
        return self.state not in (ExpectationState.CLOSED, ExpectationState.FAILED)


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
    """An order of the bot: when it is sent, when it executes whole; None: it is refused a second later."""

    at: float
    fills: float | None
    key: LegKey
    order_id: str
    by: int
    reduces: bool


@dataclass(frozen=True, slots=True)
class Storm:
    """Something fails all the time from one second to another.

    Attributes:
        what: `list`, `orders` or `conditional_orders`; `ledger 0`, `ledger 1`.
        how: How it fails.
    """

    what: str
    how: str
    start: float
    end: float

    def rages(self, now: float) -> bool:
        return self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class WatchedPlan:
    """All of one seed.

    Attributes:
        venue: What the simulated venue and its stream go by: weather and faults.
        past: What legs held long before: the leg and by how much.
        rows: What the ledgers said long before.
        mute: When the stream, although connected, pushes nothing.
        crashes: When the reconciler is killed, and when it is started again.
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
    storms: tuple[Storm, ...]
    mute: tuple[tuple[float, float], ...]
    crashes: tuple[tuple[float, float], ...]
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
