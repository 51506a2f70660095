"""Takes a stop back, and makes sure that it is gone: one that is left over would act on the next position."""

import asyncio

from verification.facts.errors import AnswerLost, SourceError
from verification.facts.observation import OrderSeen, SourceSilent
from verification.opening.case import OpeningCase, OpeningContext, in_time
from verification.venues.trading import NoSuchOrder, OrderRefused

_ABSENT_ENOUGH = 3  # looks that do not find a stop that was to be cancelled: perhaps it was never sent
_LOOKS_OF_A_REQUEST = 3  # before a cancellation that was taken in is sent again: the refusal is a word too


class _CancelTakenIn(AnswerLost):
    """The venue has the cancellation, and its answer does not say that it is carried out."""


async def withdraw(context: OpeningContext, case: OpeningCase, name: str, *, rested: bool) -> str | None:
    """Cancel a stop; where the answer leaves open what became of it, ask until that is known.

    Other than an order, a cancellation may be sent again: it does nothing that was not asked for. One that a
    venue has only taken in is not done: the stop rests on, and may still be quicker.

    Args:
        context: What to work with.
        case: The opening.
        name: The sender's id of the stop.
        rested: True when it was seen to rest. Then a venue that knows none any more, asked either way, has
            none. Not finding it alone proves nothing.

    Returns:
        None when it rests no more and nothing of it has executed; else why that is not so, or not known.
    """
    end = context.clock.now().monotonic + context.look_for
    doubt = await _cancel(context, case, name)
    looks = absent = 0
    while doubt is not None and context.clock.now().monotonic < end:
        seen = await _what_became_of(context, case, name, end)
        looks += 1
        again = not isinstance(doubt, _CancelTakenIn) or looks % _LOOKS_OF_A_REQUEST == 0
        if isinstance(seen, OrderSeen):
            if seen.executed != 0:
                return f"it has executed {seen.executed}"
            if seen.terminal and seen.trades_agree is True:
                return None
            if not seen.terminal and again:
                doubt = await _cancel(context, case, name)
        elif isinstance(seen, SourceSilent):
            absent += 1
            if rested and isinstance(doubt, NoSuchOrder):
                return None
            if absent >= _ABSENT_ENOUGH and not isinstance(doubt, _CancelTakenIn):
                break
            if isinstance(doubt, (OrderRefused, _CancelTakenIn)) and again:
                doubt = await _cancel(context, case, name)
        await context.clock.sleep(context.pauses.pause(looks, context.rng))
    return None if doubt is None else str(doubt)


async def withdraw_others(context: OpeningContext, case: OpeningCase) -> None:
    """Take back every other stop of the entry that is listed: of those that were moved, one may be left."""
    if case.stops == 1 and not case.resumed:
        return
    try:
        async with asyncio.timeout(context.look_for):
            reading = await context.venue.read(frozenset({case.key.symbol}))
    except (SourceError, TimeoutError):
        listed = None
    else:
        listed = reading.conditional_orders
    if listed is None:
        case.concerns.append(
            f"see at the venue that no stop {case.names.stop}... is left: they cannot be read"
        )
        return
    for order in listed:
        name = order.client_order_id
        if name is None or not case.names.is_stop(name) or name == case.stop_name:
            continue
        doubt = await withdraw(context, case, name, rested=True)
        if doubt is not None:
            case.concerns.append(f"see at the venue that no stop {name} is left: {doubt}")


async def _cancel(context: OpeningContext, case: OpeningCase, name: str) -> AnswerLost | OrderRefused | None:
    try:
        gone = await in_time(context, context.trader.withdraw_stop(case.key, name))
    except (AnswerLost, OrderRefused) as doubt:
        return doubt
    return (
        None
        if gone
        else _CancelTakenIn("the venue took the cancellation in and was not seen to carry it out")
    )


async def _what_became_of(
    context: OpeningContext, case: OpeningCase, name: str, end: float
) -> OrderSeen | SourceSilent | None:
    """Return what the venue says of a stop; None when it could not be asked, which says nothing."""
    try:
        async with asyncio.timeout(end - context.clock.now().monotonic):
            return await context.venue.read_order(case.key, order_id=None, client_order_id=name)
    except (SourceError, TimeoutError):
        return None
