"""What is done with a position that is held: its stop is moved, or it is left."""

from decimal import Decimal
from functools import partial

from verification.errors import SourceError
from verification.leaving import Leaving
from verification.opening_case import Case, Tools, order_ended
from verification.outcome import Closed, Exposed, Opened
from verification.protecting import Stop, StopState, protect, withdraw
from verification.shown import is_newer


async def move_stop(tools: Tools, case: Case, opened: Opened) -> Opened | Exposed:
    """Place another stop and prove it; then withdraw the one before."""
    before = case.stop_name
    case.stop_name = case.names.another_stop(tools.chance)
    cover = abs(opened.quantity) if opened.verification.verdict.settled else case.intended
    stop = await protect(tools, case, case.side, cover)
    if stop.state is not StopState.RESTS or stop.order is None:
        return case.exposed(opened.quantity, opened.verification, f"no new stop: {stop.reason}")
    doubt = await withdraw(tools, case, before, rested=True)
    if doubt is not None:
        case.concerns.append(f"the stop before, {before}, may rest still beside the new one: {doubt}")
    case.last_word = partial(tools.journal.stop_placed, case.entry, stop.order.order_id, case.stop_price)
    return Opened(
        entry=case.entry,
        reason=stop.reason,
        quantity=opened.quantity,
        stop=stop.order,
        verification=opened.verification,
        concerns=tuple(case.concerns),
    )


async def leave(tools: Tools, case: Case, opened: Opened, why: str) -> Closed | Exposed:
    """Close it, prove the close, and withdraw its stop."""
    resting = Stop(StopState.RESTS, f"stop {opened.stop.order_id} rested", opened.stop)
    held, over = await _executed_by_now(tools, case, opened)
    version = await _shown_now(tools, case, held)
    closed = await Leaving(tools, case, held, entry_over=over, shown_at=version, stop=resting).run(why)
    if isinstance(closed, Exposed):
        return closed
    return Closed(entry=case.entry, reason=why, verification=closed, concerns=tuple(case.concerns))


async def _executed_by_now(tools: Tools, case: Case, opened: Opened) -> tuple[Decimal, bool]:
    """Return what the entry has executed, signed, and whether that is all: it may have worked on."""
    entry = opened.verification
    if entry.verdict.settled:
        return opened.quantity, True
    seen = await order_ended(tools, case, case.names.entry, order_id=entry.question.order_id)
    if seen is None:
        return opened.quantity, False
    over = seen.trades_agree is True or abs(seen.executed) == case.intended
    return max(opened.quantity, seen.executed, key=abs), over


async def _shown_now(tools: Tools, case: Case, held: Decimal) -> int | None:
    """Return the version of the leg where the venue shows it as it should be; None if it does not.

    A version that is not newer than the leg before the entry is of an earlier position.
    """
    try:
        now = await tools.verifier.baseline(case.key)
    except SourceError:
        return None  # the exit is reduce-only and proves itself; rows cannot be told old from new
    shown = now.quantity == case.leg_with(held) and is_newer(now.version, case.baseline)
    return now.version if shown else None
