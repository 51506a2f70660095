"""Which opens and closes of a ledger are to be verified: the change between two readings, as questions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from reconciler.account.holdings import Holding
from reconciler.expectation import Direction, Expectation, ExpectationState
from verification.account import Market, PositionMode
from verification.clock import Moment
from verification.leg import Leg, LegKey, Side
from verification.question import Baseline, CloseQuestion, OpenQuestion, Question

RECENT = timedelta(minutes=5)
"""At the first reading only opens younger than this are verified: the comparison judges older ones."""

CLOCKS_APART = timedelta(seconds=1)
"""How far a bot's clock may be ahead of its venue's. Where it is more, closes take longer to be proved."""

_ALIVE = frozenset({ExpectationState.OPENING, ExpectationState.OPEN, ExpectationState.CLOSING})


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


def questions(
    before: Mapping[str, Expectation] | None,
    after: Iterable[Expectation],
    around: Surroundings,
    *,
    now: Moment,
) -> list[LedgerQuestion]:
    """Return the questions that a new reading of one ledger gives rise to.

    Args:
        before: The rows of the previous reading by row id; None at the first reading.
        after: The rows now.
        around: What is known of the account.
        now: When the reading was taken.
    """
    found: list[LedgerQuestion] = []
    rows = tuple(after)
    shared = Counter(leg_of(row.symbol, row.direction, around) for row in rows if row.state in _ALIVE)
    for row in rows:
        market = around.markets.get(row.symbol)
        if market is None:
            continue  # a symbol the venue does not know is a finding of the comparison
        previous = None if before is None else before.get(row.row_id)
        on_leg = shared[leg_of(row.symbol, row.direction, around)]
        alone = on_leg == (1 if row.state in _ALIVE else 0)
        for put in (_opening, _closing):
            question = put(row, previous, around, market, first=before is None, alone=alone, now=now)
            if question is not None:
                found.append(question)
    return found


def joined(put: LedgerQuestion, rows: Iterable[Expectation], around: Surroundings) -> bool:
    """Return True when something else works on the leg of an open by now: it is not exclusive any more.

    Of a close only what the exit itself executed is believed beside it, and that stays true.

    Args:
        put: A question of this ledger that has no answer yet.
        rows: The ledger's rows now.
        around: What is known of the account.
    """
    question = put.question
    own = (put.key.ledger, put.key.row_id)
    return isinstance(question, OpenQuestion) and any(
        row.state in _ALIVE
        and leg_of(row.symbol, row.direction, around) == question.key
        and ((row.ledger, row.row_id) != own or _entered_again(question, row))
        for row in rows
    )


def _entered_again(question: OpenQuestion, row: Expectation) -> bool:
    """Return True when the newest entry of its own row is not the one that is asked about."""
    if not row.entry_order_ids:
        return False
    if question.order_id is not None:
        return row.entry_order_ids[-1] != question.order_id
    return len(row.entry_order_ids) > 1 or row.entry_client_id != question.client_order_id


def leg_of(symbol: str, direction: Direction, around: Surroundings) -> LegKey:
    """Return the leg on which a position of this direction lives, given the account's position mode."""
    if around.mode is PositionMode.ONE_WAY:
        return LegKey(around.account, symbol, Leg.NET)
    return LegKey(around.account, symbol, Leg.LONG if direction is Direction.LONG else Leg.SHORT)


def _opening(
    row: Expectation,
    previous: Expectation | None,
    around: Surroundings,
    market: Market,
    *,
    first: bool,
    alone: bool,
    now: Moment,
) -> LedgerQuestion | None:
    """Ask about one new entry. What several orders did together no single question can tell."""
    if row.state not in (ExpectationState.OPENING, ExpectationState.OPEN):
        return None
    order_id = row.entry_order_ids[-1] if row.entry_order_ids else None
    if order_id is None and row.entry_client_id is None:
        return None
    known = previous is not None and (
        order_id in previous.entry_order_ids
        or (row.entry_client_id is not None and row.entry_client_id == previous.entry_client_id)
    )
    if known or (first and row.opened_at is not None and now.utc - row.opened_at > RECENT):
        return None
    if len(row.entry_order_ids) > (1 if previous is None else len(previous.entry_order_ids) + 1):
        return None
    had = previous.expected if previous is not None else Decimal(0)
    wanted = _contracts(row.expected_high - had, row, market)
    if wanted <= 0:
        return None
    sign, key = row.direction.sign, leg_of(row.symbol, row.direction, around)
    before = sign * _contracts(had, row, market)
    question = OpenQuestion(
        key=key,
        side=Side.BUY if sign > 0 else Side.SELL,
        quantity=wanted,
        order_id=order_id,
        client_order_id=row.entry_client_id if len(row.entry_order_ids) <= 1 else None,
        # Beside another trade on the leg its rows speak of both: only the order itself can tell then.
        baseline=Baseline(before, None)
        if alone and not _differed(row, before, around.held.get(key))
        else None,
        exclusive=around.exclusive and alone and not row.stop_order_ids,
        asked=now,
    )
    return LedgerQuestion(
        QuestionKey(row.ledger, row.row_id, f"open {row.entry_client_id or order_id}"), question
    )


def _closing(
    row: Expectation,
    previous: Expectation | None,
    around: Surroundings,
    market: Market,
    *,
    first: bool,
    alone: bool,
    now: Moment,
) -> LedgerQuestion | None:
    """Ask about one new exit that is to leave the leg flat."""
    if first or previous is None or row.state not in (ExpectationState.CLOSING, ExpectationState.CLOSED):
        return None
    new = [order_id for order_id in row.exit_order_ids if order_id not in previous.exit_order_ids]
    announced = row.exit_client_id is not None and row.exit_client_id != previous.exit_client_id
    # Without a new announcement an id that appears is that of the exit announced, and asked about, before.
    if not alone or len(new) > 1 or not (announced or (new and row.exit_client_id is None)):
        return None
    order_id = new[0] if new else None
    if row.state is ExpectationState.CLOSING and row.expected_low > 0:
        return None  # a partial exit: the position is meant to stay
    believed = _contracts(previous.expected or row.expected, row, market) * row.direction.sign
    if believed == 0:
        return None
    key = leg_of(row.symbol, row.direction, around)
    held = around.held.get(key)
    # A resting stop may fire while the exit works: what is left does not follow from the exit alone then.
    tells_all = not row.stop_order_ids and not _exceeds(row, believed, held)
    question = CloseQuestion(
        key=key,
        position=Baseline(believed, _version_of(row, believed, held)),
        order_id=order_id,
        client_order_id=row.exit_client_id,
        exclusive=around.exclusive and tells_all,
        asked=now,
    )
    return LedgerQuestion(
        QuestionKey(row.ledger, row.row_id, f"close {row.exit_client_id or order_id}"), question
    )


def _differed(row: Expectation, before: Decimal, held: Holding | None) -> bool:
    """Return True if the leg held something else, since before the trade, than the ledger says it did."""
    if held is None or held.flat_at is not None or held.at is None or row.opened_at is None:
        return False
    return held.quantity != before and held.at < row.opened_at - CLOCKS_APART


def _version_of(row: Expectation, believed: Decimal, held: Holding | None) -> int | None:
    """Return the version at which the venue showed this trade's position; None if it surely showed none.

    What is as large may be an earlier position of the leg: the zero that ended that one would then look like
    the end of this one. So it counts only if the venue's own time of it, and of its end, is not before the
    trade.
    """
    if held is None or held.quantity != believed or held.at is None or row.opened_at is None:
        return None
    ended_before = held.flat_at is not None and held.flat_at < row.opened_at
    return None if ended_before or held.at < row.opened_at - CLOCKS_APART else held.version


def _exceeds(row: Expectation, believed: Decimal, held: Holding | None) -> bool:
    """Return True if the venue last showed more than the ledger believes in, or the other side.

    Then the exit may execute all that the ledger knows of and leave the rest. Less says nothing: the exit may
    have begun before the ledger told of it.
    """
    if held is None or 0 <= held.quantity / believed <= 1:
        return False
    earlier = held.flat_at is not None and row.opened_at is not None and held.flat_at < row.opened_at
    return not earlier


def _contracts(amount: Decimal, row: Expectation, market: Market) -> Decimal:
    """Return an amount of the ledger in contracts, on the venue's lot grid where the ledger is inexact."""
    if row.unit_size is None:
        return amount
    contracts = amount * row.unit_size / market.contract_size
    if row.step is None or market.lot_step <= 0:
        return contracts
    return (contracts / market.lot_step).quantize(Decimal(1)) * market.lot_step
