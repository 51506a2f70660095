"""Tells a person of a close that takes long, while it is still tried."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal

from verification.opening.case import OpeningCase, OpeningContext

TOLD_AFTER = 15.0
"""Seconds after which a person is told of a close that is not proved yet: ten for the looks at one exit, five
for sending it and for what was refused. More may follow, but nobody should learn only after it."""


@asynccontextmanager
async def alert_if_slow(
    context: OpeningContext, case: OpeningCase, why: str, left: Callable[[], Decimal]
) -> AsyncIterator[None]:
    """Tell a person, while a close goes on, that it is not proved yet; then how it ends is told too.

    Args:
        context: What the opening works with.
        case: The opening.
        why: Why it is closed.
        left: Says how many signed contracts are left to close.
    """
    late = asyncio.create_task(_report(context, case, why, left))
    try:
        yield
    finally:
        late.cancel()
        await asyncio.wait({late})
        error = None if late.cancelled() else late.exception()
        if error is not None:
            case.concerns.append(f"that the close took long could not be reported: {error}")


async def _report(context: OpeningContext, case: OpeningCase, why: str, left: Callable[[], Decimal]) -> None:
    await context.clock.sleep(TOLD_AFTER)
    reason = f"{why}; not proved closed within {TOLD_AFTER:g} s, and still tried"
    context.report(case.exposed(left(), None, reason))
    case.concerns.append(f"its close was reported as not proved within {TOLD_AFTER:g} s")
