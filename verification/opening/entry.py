"""Sends an entry once it is written down for good, and does what its verdict allows."""

import asyncio
from functools import partial

from verification.facts.account import Part
from verification.facts.errors import AnswerLost, SourceUnreachable
from verification.opening.act_on_verdict import act_on_verdict, verify_entry
from verification.opening.case import OpeningCase, OpeningContext, in_time
from verification.opening.outcome import Outcome, Refuted
from verification.venues.trading import OrderRefused


async def require_visible_stops(context: OpeningContext, symbol: str) -> None:
    """See once that stops can be seen here, or raise: else every opening would be rolled back.

    Raises:
        SourceError: They cannot be seen, or could not be read in time.
    """
    try:
        async with asyncio.timeout(context.look_for):
            reading = await context.venue.read(frozenset({symbol}))
    except TimeoutError:
        raise SourceUnreachable(f"the resting orders of {symbol} did not come in time") from None
    if reading.conditional_orders is None:
        raise reading.failures[Part.CONDITIONAL_ORDERS]


async def enter(context: OpeningContext, case: OpeningCase) -> Outcome:
    """Send the entry, which is written down, and go on by what is proved of it."""
    watch = context.verifier.watch(case.key)  # before the order, so that no push is missed
    asked = context.clock.now()
    try:
        sending = context.trader.enter(case.key, case.side, case.intended, case.names.entry)
        order_id: str | None = await in_time(context, sending)
    except AnswerLost:
        order_id = None  # it may have executed: it is asked for by the id we gave it
    except OrderRefused as refusal:
        watch.close()
        reason = f"the entry was refused: {refusal}"
        case.last_word = partial(context.journal.failed, case.entry, reason)
        return Refuted(entry=case.entry, reason=reason, concerns=tuple(case.concerns))
    except BaseException:
        watch.close()
        raise
    if order_id is not None:
        case.write(partial(context.journal.ordered, case.entry, order_id))
    return await act_on_verdict(context, case, await verify_entry(context, case, order_id, asked, watch))
