"""Which entries of a row are to be verified: what is new in it, one order at a time. Pure."""

from datetime import timedelta
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
from reconciler.facts.expectation import BelievedOrder, Expectation, ExpectationState, OrderRole
from verification.facts.account import Market
from verification.facts.clock import Moment
from verification.facts.leg import Side
from verification.facts.question import Baseline, OpenQuestion

RECENT = timedelta(minutes=5)
"""At the first reading only opens younger than this are verified, and entries that rest, however old."""

CLOCKS_APART = timedelta(seconds=1)
"""How far a bot's clock may be ahead of its venue's. Where it is more, closes take longer to be proved."""


def openings(
    row: Expectation,
    previous: Expectation | None,
    around: Surroundings,
    market: Market,
    *,
    first: bool,
    alone: bool,
    now: Moment,
) -> list[LedgerQuestion]:
    """Return a question about each new entry of a row.

    Where the ledger does not tell its orders apart it is one entry at a time: what several did together no
    single question can tell.

    Args:
        row: The row now.
        previous: The row at the reading before; None if it is new, or at the first reading.
        around: What is known of the account.
        market: The row's market.
        first: True at the first reading.
        alone: True when no other row works on the leg.
        now: When the reading was taken.
    """
    if row.state not in (ExpectationState.OPENING, ExpectationState.OPEN):
        return []
    entered = () if previous is None else previous.entry_order_ids
    new: list[str | None] = [each for each in row.entry_order_ids if each not in entered]
    if not row.entry_order_ids and row.entry_client_id is not None:
        new = [None]
    if not new or _announced(row, previous):
        return []
    known = [(each, order_in(row, OrderRole.ENTRY, each, _client_id(row))) for each in new]
    if len(known) > 1 and any(order is None for _, order in known):
        return []
    if first:
        known = [(each, order) for each, order in known if _matters(row, order, now)]
    found = []
    for order_id, order in known:
        sole = alone and len(new) == 1
        put = _opening(row, previous, around, market, (order_id, order), alone=sole, now=now)
        if put is not None:
            found.append(put)
    return found


def _announced(row: Expectation, previous: Expectation | None) -> bool:
    """Return True where the id that appears is that of an entry announced, and asked about, before."""
    return (
        previous is not None
        and row.entry_client_id is not None
        and row.entry_client_id == previous.entry_client_id
    )


def _client_id(row: Expectation) -> str | None:
    return row.entry_client_id if len(row.entry_order_ids) <= 1 else None


def _matters(row: Expectation, order: BelievedOrder | None, now: Moment) -> bool:
    """Return True at the first reading for an entry that is young, or that rests."""
    if order is not None and order.resting:
        return True
    if order is None and row.state is ExpectationState.OPENING and row.entry_resting_since is not None:
        return True
    sent_at = row.opened_at if order is None or order.sent_at is None else order.sent_at
    return sent_at is None or now.utc - sent_at <= RECENT


def _opening(
    row: Expectation,
    previous: Expectation | None,
    around: Surroundings,
    market: Market,
    entry: tuple[str | None, BelievedOrder | None],
    *,
    alone: bool,
    now: Moment,
) -> LedgerQuestion | None:
    order_id, order = entry
    if previous is not None:
        had = previous.expected
    else:
        # What the order itself has executed by now was not there before it.
        had = Decimal(0) if order is None else max(Decimal(0), row.expected - order.booked)
    wanted = contracts(row.expected_high - had if order is None else order.size, row, market)
    if wanted <= 0:
        return None
    sign, key = row.direction.sign, leg_of(row.symbol, row.direction, around)
    before = sign * contracts(had, row, market)
    shared = not alone or another_works(row, order)
    question = OpenQuestion(
        key=key,
        side=Side.BUY if sign > 0 else Side.SELL,
        quantity=wanted,
        order_id=order_id,
        client_order_id=_client_id(row),
        # Beside another order on the leg its rows speak of both: only the order itself can tell then.
        baseline=None if shared or _differed(row, before, around.held.get(key)) else Baseline(before, None),
        exclusive=around.exclusive and not shared and not row.stop_order_ids,
        asked=now,
    )
    return LedgerQuestion(
        QuestionKey(row.ledger, row.row_id, f"open {_client_id(row) or order_id}"), question
    )


def _differed(row: Expectation, before: Decimal, held: Holding | None) -> bool:
    """Return True if the leg held something else, since before the trade, than the ledger says it did."""
    if held is None or held.flat_at is not None or held.at is None or row.opened_at is None:
        return False
    return held.quantity != before and held.at < row.opened_at - CLOCKS_APART
