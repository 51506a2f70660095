"""What is done with a position that is held: its stop is moved, or it is left."""

from dataclasses import dataclass, replace
from decimal import Decimal

from verification.facts.account import RestingOrder
from verification.facts.errors import SourceError
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.opening.act_on_verdict import executed_by, protected, to_cover, verify_entry, write_held
from verification.opening.case import OpeningCase, OpeningContext
from verification.opening.closed_elsewhere import closed_elsewhere
from verification.opening.exit import Exit
from verification.opening.journal_port import OpeningRecord
from verification.opening.outcome import Closed, Exposed, Opened
from verification.opening.protection import Sent, Stop, StopState, protect
from verification.opening.withdrawal import withdraw, withdraw_others
from verification.rules.shown_version import is_newer, shown_at


@dataclass(frozen=True, slots=True)
class Held:
    """A position as its opener knows it.

    Attributes:
        case: Its opening.
        quantity: Signed contracts that the entry executed.
        proved: What proved the entry.
        stop: Its stop as the venue listed it last; None where none was proved.
    """

    case: OpeningCase
    quantity: Decimal
    proved: Verification
    stop: RestingOrder | None


async def move_stop(context: OpeningContext, case: OpeningCase, held: Held) -> Opened | Closed | Exposed:
    """Place another stop and prove it; then withdraw the one before."""
    held = await _as_it_is_now(context, case, held)
    proved, before = held.proved, case.stop_name if held.stop is not None else None
    case.stops += 1
    case.stop_before = before
    case.stop_name = case.names.stop_numbered(case.stops)
    stop = await protect(context, case, case.side, to_cover(case, proved))
    closed = await _closed_meanwhile(context, case, held, stop)
    if closed is not None:
        return closed
    if stop.state is StopState.RESTS:
        if before is not None:
            await _withdraw_beside(context, case, before, rested=True)
        return protected(context, case, proved, stop, stop.reason)
    if stop.may_act:
        await _withdraw_beside(context, case, case.stop_name, rested=stop.state is StopState.WRONG)
    case.stop_name = before or case.names.stop
    return case.exposed(held.quantity, proved, f"no new stop: {stop.reason}")


async def go_on_moving(
    context: OpeningContext, case: OpeningCase, record: OpeningRecord, proved: Verification
) -> Opened | Exposed:
    """Go on after a crash: the new stop rests, or the one before does. Nothing is sent again."""
    assert record.stop_before is not None, "a stop is moved from one to another"
    cover, other = to_cover(case, proved), record.stop_before
    stop = await protect(context, case, case.side, cover, Sent.YES)
    rested = True
    if stop.state not in {StopState.RESTS, StopState.FIRED}:
        new, rested = stop, stop.state is StopState.WRONG
        other, case.stop_name = case.stop_name, other
        case.stop_price = record.price_before or case.stop_price
        stop = await protect(context, case, case.side, cover, Sent.YES)
        stop = replace(stop, reason=f"{stop.reason}; no new stop: {new.reason}")
    if stop.state is not StopState.RESTS:
        return case.exposed(executed_by(proved), proved, stop.reason)
    await _withdraw_beside(context, case, other, rested=rested)
    return protected(context, case, proved, stop, stop.reason)


async def leave(context: OpeningContext, case: OpeningCase, held: Held, why: str) -> Closed | Exposed:
    """Close it, prove the close, and withdraw its stop."""
    held = await _as_it_is_now(context, case, held)
    resting = None
    if held.stop is not None:
        resting = Stop(StopState.RESTS, f"stop {held.stop.order_id} rested", held.stop)
    version = await _shown_now(context, case, held)
    over = held.proved.verdict.settled
    leaving = Exit(context, case, held.quantity, entry_over=over, shown_at=version, stop=resting)
    closed = await leaving.run(why, case.exits + 1)
    if isinstance(closed, Exposed):
        return closed
    return Closed(entry=case.entry, reason=why, verification=closed, concerns=tuple(case.concerns))


async def _as_it_is_now(context: OpeningContext, case: OpeningCase, held: Held) -> Held:
    """Ask once more what the entry has executed, where it worked on when it was opened."""
    before = held.proved
    if before.verdict.settled:
        return held
    proved = await verify_entry(context, case, before.question.order_id, context.clock.now(), None)
    told = proved.verdict.kind in {VerdictKind.CONFIRMED, VerdictKind.PARTIAL}
    if not told or abs(executed_by(proved)) < abs(held.quantity):
        return held
    return replace(held, quantity=write_held(context, case, proved), proved=proved)


async def _closed_meanwhile(
    context: OpeningContext, case: OpeningCase, held: Held, stop: Stop
) -> Closed | None:
    """Return that the position was closed before its stop could be moved, where that is proved.

    A stop that is new, or was not in time, would then rest for nothing.
    """
    try:
        now = await context.verifier.baseline(case.key)
    except SourceError:
        return None
    if now.quantity / held.quantity > 0:
        return None  # something is held: the stop is needed
    version = shown_at(held.proved, case.leg_with(held.quantity))
    known = () if stop.executed is None else (stop.executed,)
    proof = await closed_elsewhere(context, case, held.quantity, version, known)
    if proof is None:
        return None
    if stop.may_act and stop.state is not StopState.FIRED:
        await _withdraw_beside(context, case, case.stop_name, rested=stop.state is not StopState.UNPROVED)
    await withdraw_others(context, case)
    case.last_word = lambda: context.journal.closed(case.entry)
    reason = "it was closed before its stop could be moved"
    return Closed(entry=case.entry, reason=reason, verification=proof, concerns=tuple(case.concerns))


async def _withdraw_beside(context: OpeningContext, case: OpeningCase, name: str, *, rested: bool) -> None:
    """Take back the stop that is one too many; a person must know where that is in doubt."""
    doubt = await withdraw(context, case, name, rested=rested)
    if doubt is not None:
        case.concerns.append(f"see at the venue that no stop {name} rests beside the other: {doubt}")


async def _shown_now(context: OpeningContext, case: OpeningCase, held: Held) -> int | None:
    """Return the version of the leg where the venue shows it as it should be, now or when it was opened.

    A version that is not newer than the leg before the entry is of an earlier position.
    """
    wanted = case.leg_with(held.quantity)
    then = shown_at(held.proved, wanted)
    try:
        now = await context.verifier.baseline(case.key)
    except SourceError:
        return then  # the exit is reduce-only and proves itself; rows cannot be told old from new
    known = now.quantity == wanted and is_newer(now.version, case.baseline)
    return now.version if known else then
