"""Verifies a close of what may be a part of the leg only, beside what others hold and a stop that may act."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal

from verification.facts.question import CloseQuestion
from verification.facts.verification import Verification
from verification.opening.case import OpeningCase, OpeningContext, order_ended
from verification.race.stream_listener import StreamListener
from verification.rules.judgement import decide

_A_LITTLE = 0.5  # seconds


async def verify_beside_others(
    context: OpeningContext,
    case: OpeningCase,
    question: CloseQuestion,
    watch: StreamListener | None,
    *,
    left: Decimal,
    stop_fired: Callable[[], Awaitable[bool]],
) -> Verification:
    """Verify a close that need not make the leg flat.

    Once the exit is over, whatever it executed, the leg is looked at only a little longer: what others hold
    would be waited for in vain, and what is left needs another exit soon.

    Args:
        context: What to work with.
        case: The opening.
        question: Of an exit that is known by the sender's id.
        watch: Started before the exit was sent; None: a new one.
        left: Signed contracts that the exit was sent for.
        stop_fired: Asks whether the stop has taken a part.
    """
    name = question.client_order_id
    assert name is not None, "every exit has an id of ours"
    watch = watch or context.verifier.watch(question.key)
    asking = asyncio.create_task(context.verifier.verify(question, watch))
    try:
        exit_ = await order_ended(context, case, name, order_id=question.order_id)
        whole = exit_ is not None and exit_.executed == -left
        if exit_ is None or not (whole or await stop_fired() or exit_.trades_agree is True):
            return await asking
        await asyncio.wait({asking}, timeout=_A_LITTLE)
        if asking.done():
            return await asking
    finally:
        if not asking.done():
            asking.cancel()
            await asyncio.wait({asking})
    seen = (*watch.seen, exit_)
    return Verification(question, decide(question, seen), seen, context.clock.now())
