"""Proves that a position was closed by something else: by hand, by its stop, by a liquidation.

That the venue refuses to reduce it, or shows it no more, is reason to look and no proof. Proof is a zero that
is newer than the position; or, on a leg that nobody else trades, orders that have sold what was bought since,
and no more than that.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from verification.facts.errors import SourceError
from verification.facts.observation import Observation, OrderSeen, SourceSilent
from verification.facts.question import Baseline, CloseQuestion
from verification.facts.verdict import Grade, VerdictKind
from verification.facts.verification import Verification
from verification.opening.case import OpeningCase, OpeningContext
from verification.rules.judgement import decide
from verification.rules.shown_version import executed_at
from verification.venues.position_list import leg_in_list, list_within


async def closed_elsewhere(
    context: OpeningContext,
    case: OpeningCase,
    left: Decimal,
    shown_at: int | None,
    known: Collection[OrderSeen] = (),
) -> Verification | None:
    """Return the proof that nothing is left of an entry, written down; None where there is none.

    Args:
        context: What to work with.
        case: The opening; its entry is proved.
        left: Signed contracts that would be left.
        shown_at: The newest version at which the venue showed the leg with them; None if it never did.
        known: Orders of the opening that were seen to have executed, whatever is told of them later.
    """
    found = await _by_zero(context, case, left, shown_at)
    if found is None and case.exclusive:
        found = await _by_orders(context, case, known)
    if found is not None:
        case.write_verified(context.journal, found)
    return found


async def _by_zero(
    context: OpeningContext, case: OpeningCase, left: Decimal, shown_at: int | None
) -> Verification | None:
    """Ask list and stream for a zero. Of one that cannot be ordered nothing follows."""
    question = CloseQuestion(
        case.key,
        Baseline(case.leg_with(left), shown_at),
        None,
        None,
        exclusive=False,
        asked=context.clock.now(),
    )
    seen: list[Observation] = []
    pushed = context.venue.latest(case.key)
    if pushed is not None:
        seen.append(pushed)
    try:
        seen.append(leg_in_list(await list_within(context.venue, context.look_for), case.key))
    except SourceError:
        if pushed is None:
            return None
    return _proof(context, question, tuple(seen))


async def _by_orders(
    context: OpeningContext, case: OpeningCase, known: Collection[OrderSeen]
) -> Verification | None:
    """Look for the orders that have closed it, whoever sent them: those of trades since the entry executed.

    Counted are all of them, its own exits and stops too, against all that the entry executed. Where they come
    to more than that, they closed what others hold too: only the venue's positions tell what is left.
    """
    entry = case.proved
    held = None if entry is None else entry.verdict.quantity
    since = None if entry is None else executed_at(entry)
    if entry is None or held is None or since is None:
        return None
    left, found = held, None
    own = {each.order_id for each in entry.observations if isinstance(each, OrderSeen)}
    traded = await _traded(context, case, held, since, {*own, entry.question.order_id})
    if traded is None:
        return None
    for seen in await _closing_orders(context, case, traded, known):
        if seen.executed * held >= 0:
            continue
        if found is not None or (left + seen.executed) * held < 0:
            case.exclusive = False  # it had not been alone on the leg: a person looks
            return None
        at = Baseline(case.leg_with(left), None)
        question = CloseQuestion(case.key, at, seen.order_id, None, exclusive=True, asked=context.clock.now())
        found = _proof(context, question, (seen,))
        left += seen.executed
    return found


async def _traded(
    context: OpeningContext, case: OpeningCase, held: Decimal, since: datetime, own: Collection[str | None]
) -> dict[str, Decimal] | None:
    """Return what orders have traded the other way since, oldest first: signed contracts by the order's id.

    None where that was not read, or where another order than the entry (`own`) has added to the leg since: it
    was alone on the leg when it was sent, and another entry of the same bot may share the leg by now.
    """
    try:
        async with asyncio.timeout(context.look_for):
            fills = await context.venue.read_fills(case.key.symbol, since)
    except (SourceError, TimeoutError):
        return None
    later = [each for each in fills if each.at > since and each.leg in {None, case.key.leg}]
    if any(each.quantity * held > 0 and each.order_id not in own for each in later):
        return None  # the leg has been added to: whose part of it an order has closed is not known
    traded: dict[str, Decimal] = {}
    for each in later:
        if each.quantity * held < 0:
            traded[each.order_id] = traded.get(each.order_id, Decimal(0)) + each.quantity
    return traded


async def _closing_orders(
    context: OpeningContext, case: OpeningCase, traded: dict[str, Decimal], known: Collection[OrderSeen]
) -> list[OrderSeen]:
    """Return the orders that may have closed it, those of trades first; none where one is not known."""
    found: dict[str, OrderSeen] = {}
    for order_id, by in traded.items():
        seen = await _order(context, case, order_id, None)
        if not isinstance(seen, OrderSeen):
            return []
        if seen.key != case.key:
            continue
        if abs(seen.executed) < abs(by):
            return []  # what is told of it is behind its own trades
        found[order_id] = seen
    own = await _own_orders(context, case, {each.client_order_id for each in found.values()})
    if own is None:
        return []
    for each in (*own, *known):
        told = found.get(each.order_id)
        if told is None or abs(told.executed) < abs(each.executed):
            found[each.order_id] = each
    return list(found.values())


async def _own_orders(
    context: OpeningContext, case: OpeningCase, seen: Collection[str | None]
) -> list[OrderSeen] | None:
    """Ask for the opening's own orders by name, for the list of trades may be behind what they have executed.

    None where one could not be asked: it may have executed anything. One that the venue does not know has not
    been seen to execute, as one that was refused.
    """
    found = []
    for name in _own_names(case):
        if name in seen:
            continue
        order = await _order(context, case, None, name)
        if order is None:
            return None
        if isinstance(order, OrderSeen) and order.key == case.key:
            found.append(order)
    return found


def _own_names(case: OpeningCase) -> list[str]:
    """Return the ids of the opening's exits and last stops: what was moved before that was seen to be gone.

    After a crash one more stop may have been sent than the journal holds.
    """
    stops = [case.stop_before, case.stop_name]
    if case.resumed:
        stops.append(case.names.stop_numbered(case.stops + 1))
    exits = [case.names.exit(number) for number in range(1, case.exits + 1)]
    return [*exits, *dict.fromkeys(each for each in stops if each is not None)]


async def _order(
    context: OpeningContext, case: OpeningCase, order_id: str | None, name: str | None
) -> OrderSeen | SourceSilent | None:
    """Ask for an order; None where it could not be asked, which is less than that the venue knows none."""
    try:
        async with asyncio.timeout(context.look_for):
            return await context.venue.read_order(case.key, order_id=order_id, client_order_id=name)
    except (SourceError, TimeoutError):
        return None


def _proof(
    context: OpeningContext, question: CloseQuestion, seen: tuple[Observation, ...]
) -> Verification | None:
    verdict = decide(question, seen)
    proved = verdict.kind is VerdictKind.CONFIRMED and verdict.grade is Grade.PROOF
    return Verification(question, verdict, seen, context.clock.now()) if proved else None
