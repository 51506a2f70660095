"""Which opens and closes of a ledger are to be verified: the change between two readings, as questions."""

from collections import Counter
from collections.abc import Iterable, Mapping

from reconciler.account.questions.closings import closing
from reconciler.account.questions.ledger_question import (
    ALIVE,
    LedgerQuestion,
    NotAsked,
    Surroundings,
    contracts,
    leg_of,
)
from reconciler.account.questions.openings import openings
from reconciler.facts.expectation import Expectation
from verification.facts.clock import Moment
from verification.facts.order_identity import is_same
from verification.facts.question import OpenQuestion


def questions(
    before: Mapping[str, Expectation] | None,
    after: Iterable[Expectation],
    around: Surroundings,
    *,
    now: Moment,
) -> list[LedgerQuestion]:
    """Return the questions that a new reading of one ledger gives rise to; see `asked_and_not`."""
    return asked_and_not(before, after, around, now=now)[0]


def asked_and_not(
    before: Mapping[str, Expectation] | None,
    after: Iterable[Expectation],
    around: Surroundings,
    *,
    now: Moment,
) -> tuple[list[LedgerQuestion], list[NotAsked]]:
    """Return the questions that a new reading gives rise to, and the trades whose end is not asked about.

    Args:
        before: The rows of the previous reading by row id; None at the first reading.
        after: The rows now.
        around: What is known of the account.
        now: When the reading was taken.
    """
    found: list[LedgerQuestion] = []
    left_out: list[NotAsked] = []
    rows = tuple(after)
    shared = Counter(leg_of(row.symbol, row.direction, around) for row in rows if row.state in ALIVE)
    for row in rows:
        market = around.markets.get(row.symbol)
        if market is None:
            continue  # a symbol the venue does not know is a finding of the comparison
        previous = None if before is None else before.get(row.row_id)
        on_leg = shared[leg_of(row.symbol, row.direction, around)]
        alone = on_leg == (1 if row.state in ALIVE else 0)
        found += openings(row, previous, around, market, first=before is None, alone=alone, now=now)
        close = closing(row, previous, around, market, first=before is None, alone=alone, now=now)
        if isinstance(close, LedgerQuestion):
            found.append(close)
        elif close is not None:
            left_out.append(NotAsked(row.ledger, row.row_id, row.symbol, close))
    return found, left_out


def joined(put: LedgerQuestion, rows: Iterable[Expectation], around: Surroundings) -> bool:
    """Return True when something else works on the leg by now: the order is not alone on it any more.

    Of a close what the exit itself executed is believed beside another trade, and that stays true; but not
    once its own trade has come to hold more than the exit was sent for.

    Args:
        put: A question of this ledger that has no answer yet.
        rows: The ledger's rows now.
        around: What is known of the account.
    """
    question = put.question
    own = (put.key.ledger, put.key.row_id)
    on_leg = [
        row
        for row in rows
        if row.state in ALIVE and leg_of(row.symbol, row.direction, around) == question.key
    ]
    if isinstance(question, OpenQuestion):
        return any((row.ledger, row.row_id) != own or _entered_again(question, row) for row in on_leg)
    market = around.markets.get(question.key.symbol)
    held = abs(question.position.quantity)
    return market is not None and any(
        (row.ledger, row.row_id) == own and contracts(row.expected, row, market) > held for row in on_leg
    )


def _entered_again(question: OpenQuestion, row: Expectation) -> bool:
    """Return True when the newest entry of its own row is not the one that is asked about."""
    if not row.entry_order_ids:
        return False
    return not is_same(row.entries[-1], question.order_id, question.client_order_id)
