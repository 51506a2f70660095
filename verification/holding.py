"""What is done with a position that is held: its stop is moved, or it is left."""

from dataclasses import replace
from decimal import Decimal

from verification.errors import SourceError
from verification.leaving import Leaving
from verification.opening_case import Case, Tools
from verification.opening_journal import OpeningRecord
from verification.outcome import Closed, Exposed, Opened
from verification.protecting import Stop, StopState, protect, withdraw
from verification.settling import executed_by, protected, to_cover, verify_entry, write_held
from verification.shown import is_newer
from verification.verdict import VerdictKind
from verification.verification import Verification


async def move_stop(tools: Tools, case: Case, opened: Opened) -> Opened | Exposed:
    """Place another stop and prove it; then withdraw the one before."""
    opened = await _as_it_is_now(tools, case, opened)
    proved, before = opened.verification, case.stop_name
    case.stop_name = case.names.another_stop(tools.chance)
    stop = await protect(tools, case, case.side, to_cover(case, proved))
    if stop.state is StopState.RESTS:
        await _withdraw_beside(tools, case, before, rested=True)
        return protected(tools, case, proved, stop, stop.reason)
    if stop.may_act:
        await _withdraw_beside(tools, case, case.stop_name, rested=stop.state is StopState.WRONG)
    return case.exposed(opened.quantity, proved, f"no new stop: {stop.reason}")


async def go_on_moving(
    tools: Tools, case: Case, record: OpeningRecord, proved: Verification
) -> Opened | Exposed:
    """Go on after a crash: the new stop rests, or the one before does. Nothing is sent again."""
    assert record.stop_before is not None, "a stop is moved from one to another"
    cover, other = to_cover(case, proved), record.stop_before
    stop = await protect(tools, case, case.side, cover, announced=True)
    rested = True
    if stop.state not in {StopState.RESTS, StopState.FIRED}:
        new, rested = stop, stop.state is StopState.WRONG
        other, case.stop_name = case.stop_name, other
        case.stop_price = record.price_before or case.stop_price
        stop = await protect(tools, case, case.side, cover, announced=True)
        stop = replace(stop, reason=f"{stop.reason}; no new stop: {new.reason}")
    if stop.state is not StopState.RESTS:
        return case.exposed(executed_by(proved), proved, stop.reason)
    await _withdraw_beside(tools, case, other, rested=rested)
    return protected(tools, case, proved, stop, stop.reason)


async def leave(tools: Tools, case: Case, opened: Opened, why: str) -> Closed | Exposed:
    """Close it, prove the close, and withdraw its stop."""
    opened = await _as_it_is_now(tools, case, opened)
    resting = Stop(StopState.RESTS, f"stop {opened.stop.order_id} rested", opened.stop)
    version = await _shown_now(tools, case, opened.quantity)
    over = opened.verification.verdict.settled
    leaving = Leaving(tools, case, opened.quantity, entry_over=over, shown_at=version, stop=resting)
    closed = await leaving.run(why)
    if isinstance(closed, Exposed):
        return closed
    return Closed(entry=case.entry, reason=why, verification=closed, concerns=tuple(case.concerns))


async def _as_it_is_now(tools: Tools, case: Case, opened: Opened) -> Opened:
    """Ask once more what the entry has executed, where it worked on when it was opened."""
    before = opened.verification
    if before.verdict.settled:
        return opened
    proved = await verify_entry(tools, case, before.question.order_id, tools.clock.now(), None)
    told = proved.verdict.kind in {VerdictKind.CONFIRMED, VerdictKind.PARTIAL}
    if not told or abs(executed_by(proved)) < abs(opened.quantity):
        return opened
    return replace(opened, quantity=write_held(tools, case, proved), verification=proved)


async def _withdraw_beside(tools: Tools, case: Case, name: str, *, rested: bool) -> None:
    """Take back the stop that is one too many; a person must know where that is in doubt."""
    doubt = await withdraw(tools, case, name, rested=rested)
    if doubt is not None:
        case.concerns.append(f"see at the venue that no stop {name} rests beside the other: {doubt}")


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
