"""Gives a bot that was restarted a position of its former life back, proved at the venue with its stop."""

from dataclasses import dataclass
from decimal import Decimal

from verification.facts.account import Part, RestingOrder
from verification.facts.errors import SourceError
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.opening.act_on_verdict import executed_by, protected, verify_entry
from verification.opening.case import OpeningCase, OpeningContext
from verification.opening.journal_port import OpeningRecord
from verification.opening.outcome import Closed, Exposed, Opened
from verification.opening.protection import Stop, StopState, unfit
from verification.opening.recovery import exit_unwritten, go_on_leaving, position_gone
from verification.opening.withdrawal import withdraw_others


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look at a position saw: whether it is there, its best stop, and else what is wrong."""

    there: bool
    empty: bool
    stop: RestingOrder | None
    wrong: str


async def hand_back(
    context: OpeningContext, case: OpeningCase, record: OpeningRecord
) -> Opened | Closed | Exposed:
    """Look for a position that was held with its stop, until something is proved or the time is over."""
    proved = record.proof
    if proved is None or not proved.verdict.settled:
        proved = await verify_entry(context, case, record.order_id, context.clock.now(), None)
    if proved.verdict.kind not in {VerdictKind.CONFIRMED, VerdictKind.PARTIAL}:
        return case.exposed(None, proved, f"the books say held, but {proved.verdict.reason}")
    case.proved, held = proved, executed_by(proved)
    unwritten = await exit_unwritten(context, case, record, held)
    if unwritten is not None:
        return await go_on_leaving(context, case, unwritten, proved)
    return await _found(context, case, record, proved)


async def _found(
    context: OpeningContext, case: OpeningCase, record: OpeningRecord, proved: Verification
) -> Opened | Closed | Exposed:
    held, looks = executed_by(proved), 0
    end = context.clock.now().monotonic + context.look_for
    while True:
        seen = await _look(context, case, held)
        if seen.there and seen.stop is not None:
            return await _with_its_stop(context, case, record, proved, seen.stop)
        if seen.empty and (looks == 0 or context.clock.now().monotonic >= end):
            closed = await position_gone(context, case, proved)
            if isinstance(closed, Closed):
                return closed
        if context.clock.now().monotonic >= end:
            return case.exposed(held, proved, f"the books say held with a stop, but {seen.wrong}")
        looks += 1
        await context.clock.sleep(context.pauses.pause(looks, context.rng))


async def _with_its_stop(
    context: OpeningContext,
    case: OpeningCase,
    record: OpeningRecord,
    proved: Verification,
    order: RestingOrder,
) -> Opened:
    name = order.client_order_id
    assert name is not None, "it was found by its name"
    case.stop_name = name
    case.stops = max(case.stops, case.names.number_of_stop(name))
    case.stop_price = order.trigger_price or case.stop_price
    await withdraw_others(context, case)
    if not proved.verdict.settled:
        case.concerns.append(f"the entry may execute more: {proved.verdict.reason}")
    reason = f"{proved.verdict.reason}; stop {order.order_id} rests at {order.trigger_price}"
    opened = protected(context, case, proved, Stop(StopState.RESTS, reason, order), reason)
    if name == record.stop_client_id:
        case.last_word = None  # the books hold it
    return opened


async def _look(context: OpeningContext, case: OpeningCase, held: Decimal) -> _Look:
    """Look at the leg and at the stops of the entry, whatever their price: the last one counts."""
    try:
        shown = (await context.verifier.baseline(case.key)).quantity
        reading = await context.venue.read(frozenset({case.key.symbol}))
    except SourceError as error:
        return _Look(there=False, empty=False, stop=None, wrong=f"the venue could not be read: {error}")
    there = shown / held >= 1
    listed = reading.conditional_orders
    if listed is None:
        why = reading.failures.get(Part.CONDITIONAL_ORDERS)
        return _Look(there, shown == 0, None, f"its stops could not be read: {why}")
    mine = [each for each in listed if case.names.is_stop(each.client_order_id)]
    mine.sort(key=lambda each: case.names.number_of_stop(each.client_order_id or ""))
    fit = [each for each in mine if each.trigger_price and _unfit(case, each, abs(held)) is None]
    wrong = f"the venue shows {shown} of {held}" if not there else "the venue lists no stop of it"
    if there and mine and not fit:
        wrong = f"stop {mine[-1].order_id} rests, but {_unfit(case, mine[-1], abs(held))}"
    return _Look(there, shown == 0, fit[-1] if fit else None, wrong)


def _unfit(case: OpeningCase, order: RestingOrder, quantity: Decimal) -> str | None:
    return unfit(order, case, case.side, quantity, price=order.trigger_price)
