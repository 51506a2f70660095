"""What a question of a ledger is, and how its rows and amounts are read for one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal

from reconciler.account.memory.holdings import Holding
from reconciler.facts.expectation import BelievedOrder, Direction, Expectation, ExpectationState, OrderRole
from verification.facts.account import Market, PositionMode
from verification.facts.leg import Leg, LegKey
from verification.facts.order_identity import is_same
from verification.facts.question import Question

ALIVE = frozenset({ExpectationState.OPENING, ExpectationState.OPEN, ExpectationState.CLOSING})

_NOISE = Decimal("0.000001")
"""How much of a lot a sum of floats may be off: far more than any is, far less than a bot would send."""


@dataclass(frozen=True, slots=True, order=True)
class QuestionKey:
    """What makes a question the same one next time: a row of a ledger and the order it is about."""

    ledger: str
    row_id: str
    order: str


@dataclass(frozen=True, slots=True)
class LedgerQuestion:
    """A question that a ledger's change gives rise to."""

    key: QuestionKey
    question: Question


@dataclass(slots=True)
class UnderWay:
    """A question that has no answer yet.

    Attributes:
        put: As it was put.
        alone: False once something else works on its leg.
        raced: False where it waits for its order to be shown.
    """

    put: LedgerQuestion
    alone: bool
    raced: bool = True

    @property
    def question(self) -> Question:
        """The question as it may be asked now: what was alone on its leg may not be any more."""
        return self.put.question if self.alone else replace(self.put.question, exclusive=False)


@dataclass(frozen=True, slots=True)
class NotAsked:
    """A trade that ended, and nothing is asked about an exit of it, with why not."""

    ledger: str
    row_id: str
    symbol: str
    reason: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around a ledger when its questions are put.

    Attributes:
        account: The account's name in the settings.
        mode: One-way or hedge.
        markets: Market facts by symbol.
        exclusive: True when nobody else trades the account.
        held: The last position that each leg was shown to hold; for closes.
    """

    account: str
    mode: PositionMode
    markets: Mapping[str, Market]
    exclusive: bool
    held: Mapping[LegKey, Holding]


def leg_of(symbol: str, direction: Direction, around: Surroundings) -> LegKey:
    """Return the leg on which a position of this direction lives, given the account's position mode."""
    if around.mode is PositionMode.ONE_WAY:
        return LegKey(around.account, symbol, Leg.NET)
    return LegKey(around.account, symbol, Leg.LONG if direction is Direction.LONG else Leg.SHORT)


def contracts(amount: Decimal, row: Expectation, market: Market) -> Decimal:
    """Return an amount of the ledger in contracts, as it was sent: the venue takes whole lots only.

    A bot truncates what it wants to the lot, so more than that was never asked for. Rounded up, an order
    that executed in full would look executed in part for ever.
    """
    wanted = amount if row.unit_size is None else amount * row.unit_size / market.contract_size
    if market.lot_step <= 0:
        return wanted
    lots = (wanted / market.lot_step + _NOISE).to_integral_value(ROUND_FLOOR)
    sent = lots * market.lot_step
    return wanted if sent == wanted else sent


def order_in(
    row: Expectation, role: OrderRole, order_id: str | None, client_order_id: str | None
) -> BelievedOrder | None:
    """Return what the ledger has down of one order of a row; None where it does not tell its orders apart."""
    for order in reversed(row.orders):
        if order.role is role and is_same(order, order_id, client_order_id):
            return order
    return None


def another_works(row: Expectation, order: BelievedOrder | None) -> bool:
    """Return True where an order of the row that is not this one, and no stop, rests at the venue."""
    return any(each.resting and each != order and each.role is not OrderRole.STOP for each in row.orders)
