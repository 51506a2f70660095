"""Proves that a position was closed by something else: by hand, by its stop, by a liquidation.

That the venue refuses to reduce it, or shows it no more, is reason to look and no proof. Proof is a zero that
is newer than the position; or, on a leg that nobody else trades, orders that have sold what was bought since.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from verification.errors import SourceError
from verification.judgement import decide
from verification.observation import Observation, OrderSeen
from verification.opening_case import Case, Tools
from verification.question import Baseline, CloseQuestion
from verification.shown import executed_at
from verification.sources.rest import leg_in_list, list_within
from verification.verdict import Grade, VerdictKind
from verification.verification import Verification


async def closed_elsewhere(
    tools: Tools, case: Case, left: Decimal, shown_at: int | None
) -> Verification | None:
    """Return the proof that nothing is left of an entry, written down; None where there is none.

    Args:
        tools: What to work with.
        case: The opening; its entry is proved.
        left: Signed contracts that would be left.
        shown_at: The newest version at which the venue showed the leg with them; None if it never did.
    """
    found = await _by_zero(tools, case, left, shown_at)
    if found is None and case.exclusive:
        found = await _by_orders(tools, case)
    if found is not None:
        case.write_verified(tools.journal, found)
    return found


async def _by_zero(tools: Tools, case: Case, left: Decimal, shown_at: int | None) -> Verification | None:
    """Ask list and stream for a zero. Of one that cannot be ordered nothing follows."""
    question = CloseQuestion(
        case.key,
        Baseline(case.leg_with(left), shown_at),
        None,
        None,
        exclusive=False,
        asked=tools.clock.now(),
    )
    seen: list[Observation] = []
    pushed = tools.venue.latest(case.key)
    if pushed is not None:
        seen.append(pushed)
    try:
        seen.append(leg_in_list(await list_within(tools.venue, tools.look_for), case.key))
    except SourceError:
        if pushed is None:
            return None
    return _proof(tools, question, tuple(seen))


async def _by_orders(tools: Tools, case: Case) -> Verification | None:
    """Look for the orders that have closed it, whoever sent them: those of trades since the entry executed.

    Counted are all of them, its own exits too, against all that the entry executed.
    """
    entry = case.proved
    held = None if entry is None else entry.verdict.quantity
    since = None if entry is None else executed_at(entry)
    if entry is None or held is None or since is None:
        return None
    left, found = held, None
    own = {each.order_id for each in entry.observations if isinstance(each, OrderSeen)}
    for order_id in await _closing_orders(tools, case, held, since, {*own, entry.question.order_id}):
        seen = await _order(tools, case, order_id)
        if seen is None or seen.key != case.key or seen.executed * held >= 0:
            continue
        if found is not None or (left + seen.executed) * held < 0:
            return None  # more was closed than was held: a person looks
        at = Baseline(case.leg_with(left), None)
        question = CloseQuestion(case.key, at, order_id, None, exclusive=True, asked=tools.clock.now())
        found = _proof(tools, question, (seen,))
        left += seen.executed
    return found


async def _closing_orders(
    tools: Tools, case: Case, held: Decimal, since: datetime, own: Collection[str | None]
) -> list[str]:
    """Return the orders that have traded the other way since, oldest first.

    None where that was not read, or where another order than the entry (`own`) has added to the leg since: it
    was alone on the leg when it was sent, and another entry of the same bot may share the leg by now.
    """
    try:
        async with asyncio.timeout(tools.look_for):
            fills = await tools.venue.read_fills(case.key.symbol, since)
    except (SourceError, TimeoutError):
        return []
    later = [each for each in fills if each.at > since and each.leg in {None, case.key.leg}]
    if any(each.quantity * held > 0 and each.order_id not in own for each in later):
        return []  # the leg has been added to: whose part of it an order has closed is not known
    return list(dict.fromkeys(each.order_id for each in later if each.quantity * held < 0))


async def _order(tools: Tools, case: Case, order_id: str) -> OrderSeen | None:
    try:
        async with asyncio.timeout(tools.look_for):
            seen = await tools.venue.read_order(case.key, order_id=order_id, client_order_id=None)
    except (SourceError, TimeoutError):
        return None
    return seen if isinstance(seen, OrderSeen) else None


def _proof(tools: Tools, question: CloseQuestion, seen: tuple[Observation, ...]) -> Verification | None:
    verdict = decide(question, seen)
    proved = verdict.kind is VerdictKind.CONFIRMED and verdict.grade is Grade.PROOF
    return Verification(question, verdict, seen, tools.clock.now()) if proved else None
