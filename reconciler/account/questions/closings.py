"""Which exit of a row is to be verified as a close: one that leaves the leg flat, once, or why none is. Pure.

Readings are samples: an exit may be seen first when it rests, when the trade has closed by it, or together
with others that it took the place of. However a trade passes from open to closed between two readings, its
last exit is asked about, or a reason is given.
"""

from decimal import Decimal

from reconciler.account.memory.holdings import Holding
from reconciler.account.questions.ledger_question import (
    LedgerQuestion,
    QuestionKey,
    Surroundings,
    another_works,
    contracts,
    leg_of,
    order_in,
)
from reconciler.account.questions.openings import CLOCKS_APART
from reconciler.facts.expectation import BelievedOrder, Expectation, ExpectationState, OrderRole
from verification.facts.account import Market
from verification.facts.clock import Moment
from verification.facts.order_identity import is_same
from verification.facts.question import Baseline, CloseQuestion


def closing(
    row: Expectation,
    previous: Expectation | None,
    around: Surroundings,
    market: Market,
    *,
    first: bool,
    alone: bool,
    now: Moment,
) -> LedgerQuestion | str | None:
    """Return the question about a row's exit, or why a trade that ended has none; None: nothing is new.

    Args:
        row: The row now.
        previous: The row at the reading before; None if it is new, or at the first reading.
        around: What is known of the account.
        market: The row's market.
        first: True at the first reading: then only an exit that rests is asked about.
        alone: True when no other row works on the leg.
        now: When the reading was taken.
    """
    ended = row.state is ExpectationState.CLOSED
    if not ended and row.state is not ExpectationState.CLOSING:
        return None
    if (ended and first) or (previous is not None and previous.state is ExpectationState.CLOSED):
        return None  # it was over before
    order_id, client_id = _exit_of(row, previous)
    if order_id is None and client_id is None:
        return "the bot names no exit of it: a stop, a hand or a liquidation closed it" if ended else None
    if previous is not None and _known(previous, order_id, client_id):
        if previous.state is ExpectationState.CLOSING and _leaves_flat(previous, market):
            return None  # it was asked about when it came
        if previous.state is not ExpectationState.CLOSING and not _exits_took_all(row, market):
            return "it ended without a new exit: a stop, a hand or a liquidation closed it" if ended else None
    if not ended and not _leaves_flat(row, market):
        return None  # a partial exit: the position is meant to stay
    if not alone:
        return "another trade works on its leg, which is not meant to be flat"
    order = order_in(row, OrderRole.EXIT, order_id, client_id)
    others = _others(row, previous, order_id)
    believed = (
        contracts(_held_before(row, previous, market, (order_id, order)), row, market) * row.direction.sign
    )
    if believed == 0:
        return "what it held before its exit was never read"
    key = leg_of(row.symbol, row.direction, around)
    held = around.held.get(key)
    # A resting stop may fire while the exit works: what is left does not follow from the exit alone then.
    works = bool(row.stop_order_ids) or another_works(row, order) or others > 0
    question = CloseQuestion(
        key=key,
        position=Baseline(believed, _version_of(row, believed, held)),
        order_id=order_id,
        client_order_id=client_id,
        exclusive=around.exclusive and not works and not _exceeds(row, believed, held),
        asked=now,
    )
    return LedgerQuestion(QuestionKey(row.ledger, row.row_id, f"close {client_id or order_id}"), question)


def _exit_of(row: Expectation, previous: Expectation | None) -> tuple[str | None, str | None]:
    """Return the venue's id and the bot's own of the newest exit, as far as they are known to be of one."""
    newest = row.exit_order_ids[-1] if row.exit_order_ids else None
    if row.exit_client_id is None:
        return newest, None
    # An id that was there before this exit was announced is that of an earlier one.
    of_earlier = previous is not None and newest in previous.exit_order_ids
    return None if of_earlier else newest, row.exit_client_id


def _known(previous: Expectation, order_id: str | None, client_id: str | None) -> bool:
    return any(is_same(each, order_id, client_id) for each in previous.exits)


def _leaves_flat(row: Expectation, market: Market) -> bool:
    """Return True where the exits of a row leave less than a lot: what floats leave over is nothing."""
    return contracts(row.expected_low, row, market) <= 0


def _exits_took_all(row: Expectation, market: Market) -> bool:
    """Return True where the ledger has down that the exits of a row closed all that its entries opened."""
    of = {
        role: sum((each.booked for each in row.orders if each.role is role), Decimal(0)) for role in OrderRole
    }
    left = contracts(of[OrderRole.ENTRY] - of[OrderRole.EXIT], row, market)
    return of[OrderRole.EXIT] > 0 and left <= 0


def _others(row: Expectation, previous: Expectation | None, order_id: str | None) -> int:
    """Return how many other exits came with this one since the reading before."""
    before = () if previous is None else previous.exit_order_ids
    return sum(each not in before and each != order_id for each in row.exit_order_ids)


def _held_before(
    row: Expectation,
    previous: Expectation | None,
    market: Market,
    exit_: tuple[str | None, BelievedOrder | None],
) -> Decimal:
    """Return what the trade held when its exit was sent, in the ledger's unit; zero where nobody has told."""
    order_id, order = exit_
    if (
        previous is not None
        and _at_rest(row, previous, order_id)
        and contracts(previous.expected, row, market)
    ):
        return previous.expected
    if row.state is ExpectationState.CLOSING:
        # What this exit has executed by now is in the row's belief no more.
        return row.expected + (Decimal(0) if order is None else order.booked)
    if order is None:
        return Decimal(0)
    entered = sum((each.booked for each in row.orders if each.role is OrderRole.ENTRY), Decimal(0))
    left = (each.booked for each in row.orders if each.role is not OrderRole.ENTRY and each != order)
    return max(Decimal(0), entered - sum(left, Decimal(0)))


def _at_rest(row: Expectation, previous: Expectation, order_id: str | None) -> bool:
    """Return True where nothing but this exit can have changed what the trade held at the reading before."""
    of_this = previous.expected_low == previous.expected or previous.exit_order_ids[-1:] == (order_id,)
    return (
        of_this
        and previous.expected_high == previous.expected
        and previous.entry_order_ids == row.entry_order_ids
        and not _others(row, previous, order_id)
    )


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
