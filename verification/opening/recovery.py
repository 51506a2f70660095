"""Carries through what a crash interrupted, from what the journal and the venue say."""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from verification.facts.leg import LegKey
from verification.facts.question import Baseline
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.opening.act_on_verdict import act_on_verdict, executed_by, executed_by_now, verify_entry
from verification.opening.case import (
    OpeningCase,
    OpeningContext,
    case_of,
    order_ended,
    order_now,
    venue_shows,
)
from verification.opening.closed_elsewhere import closed_elsewhere
from verification.opening.exit import Exit
from verification.opening.intent import Intent
from verification.opening.journal_port import OpeningRecord, Stage
from verification.opening.manage_position import Held, go_on_moving
from verification.opening.order_names import OrderNames
from verification.opening.outcome import Closed, Exposed, Outcome
from verification.opening.protection import Sent, Stop, StopState
from verification.opening.withdrawal import withdraw, withdraw_others
from verification.rules.shown_version import shown_at


def case_of_record(context: OpeningContext, record: OpeningRecord, key: LegKey) -> OpeningCase:
    """Return the case of an opening of an earlier life, as far as the journal holds it."""
    known = None if record.baseline is None else Baseline(record.baseline, None)
    names = OrderNames(record.client_order_id)
    intent = Intent(record.symbol, record.side, record.intended, record.stop_price, record.all_or_nothing)
    case = case_of(context, intent, key, entry=record.entry, baseline=known, names=names)
    case.stop_name = record.stop_client_id or case.stop_name
    case.stop_before = record.stop_before
    case.stops = max(1, *map(names.number_of_stop, (case.stop_name, record.stop_before or "")))
    case.resumed = True
    return case


async def resume(context: OpeningContext, case: OpeningCase, record: OpeningRecord) -> Outcome:
    """Ask what became of the last order that was announced, and go on from there."""
    proved = await verify_entry(context, case, record.order_id, context.clock.now(), None)
    verdict = proved.verdict
    executed = verdict.kind not in {VerdictKind.UNKNOWN, VerdictKind.REFUTED}
    if record.stage is Stage.LEAVING:
        return await go_on_leaving(context, case, record, proved)
    if record.stage is Stage.HELD and verdict.kind is VerdictKind.REFUTED:
        return case.exposed(None, proved, f"the books say held, but {verdict.reason}")
    if executed and verdict.kind is not VerdictKind.MISMATCH:
        held = executed_by(proved)
        unwritten = await exit_unwritten(context, case, record, held)
        if unwritten is not None:
            return await go_on_leaving(context, case, unwritten, proved)
        if not await venue_shows(context, case, held):
            return await position_gone(context, case, proved)
        if record.stop_before is not None:
            return await go_on_moving(context, case, record, proved)
    sent = Sent.PERHAPS if record.stop_client_id is None else Sent.YES
    return await act_on_verdict(context, case, proved, sent=sent)


async def exit_unwritten(
    context: OpeningContext, case: OpeningCase, record: OpeningRecord, held: Decimal
) -> OpeningRecord | None:
    """Return the record as it would be had the journal kept up with an exit; None when none is seen."""
    first = case.names.exit(1)
    if await order_now(context, case, first) is None:
        return None
    return replace(record, stage=Stage.LEAVING, exit_client_id=first, closing_quantity=abs(held))


async def position_gone(context: OpeningContext, case: OpeningCase, proved: Verification) -> Closed | Exposed:
    """Tell what became of a position that the venue does not show: closed only where that is proved."""
    held = executed_by(proved)
    proof = await closed_elsewhere(context, case, held, shown_at(proved, case.leg_with(held)))
    if proof is None:
        why = f"{held} executed, and the venue does not show them any more; nothing was sent"
        return case.exposed(held, proved, why)
    stop = await order_now(context, case, case.stop_name)
    if stop is None or stop.executed == 0:
        await _withdraw_other_stop(context, case, case.stop_name)
    await withdraw_others(context, case)
    case.last_word = partial(context.journal.closed, case.entry)
    why = "it was closed while nobody watched"
    return Closed(entry=case.entry, reason=why, verification=proof, concerns=tuple(case.concerns))


async def leave_again(context: OpeningContext, case: OpeningCase, held: Held, why: str) -> Closed | Exposed:
    """Go on leaving what an earlier attempt did not prove closed: ask what became of its last exit first."""
    assert case.exit is not None, "an exit was sent before"
    proved, (name, quantity) = held.proved, case.exit
    if not proved.verdict.settled:
        proved = await verify_entry(context, case, proved.question.order_id, context.clock.now(), None)
    record = OpeningRecord(
        entry=case.entry,
        symbol=case.key.symbol,
        side=case.side,
        stage=Stage.LEAVING,
        intended=case.intended,
        baseline=None,
        stop_price=case.stop_price,
        client_order_id=case.names.entry,
        order_id=None,
        stop_client_id=case.stop_name,
        exit_client_id=name,
        closing_quantity=quantity,
        protected=True,
    )
    return await go_on_leaving(context, case, record, proved, why)


async def go_on_leaving(
    context: OpeningContext,
    case: OpeningCase,
    record: OpeningRecord,
    proved: Verification,
    why: str = "an exit was under way",
) -> Closed | Exposed:
    """Ask what became of the exit that was announced last, and close what it left."""
    verdict = proved.verdict
    known = verdict.kind not in {VerdictKind.UNKNOWN, VerdictKind.REFUTED}
    if not known or record.exit_client_id is None or record.closing_quantity is None:
        return case.exposed(None, proved, f"{why}, and of the entry nothing is proved: {verdict.reason}")
    if verdict.kind is VerdictKind.MISMATCH:
        case.concerns.append(verdict.reason)
    executed, over = await executed_by_now(context, case, proved)
    beyond, stop_counted = await _beyond(context, case, record, abs(executed))
    if beyond > 0:
        reason = f"{why}, and meanwhile the entry has executed {beyond} more; nothing was sent for them"
        return case.exposed(None, proved, reason)
    left = (1 if executed > 0 else -1) * record.closing_quantity
    announced = record.stop_client_id is not None
    stop = Stop(StopState.UNPROVED, "a stop may have been sent") if announced else None
    if stop_counted:
        stop = Stop(StopState.FIRED, "the stop had executed before the exit was announced")
    case.exclusive = case.exclusive and record.stop_before is None  # another stop may act
    other = case.stop_name if not announced else record.stop_before
    if other is not None and not over:
        case.concerns.append(f"see at the venue whether stop {other} rests")
    version = shown_at(proved, case.leg_with(left))
    leaving = Exit(
        context,
        case,
        left,
        entry_over=over,
        shown_at=version,
        stop=stop,
        stop_counted=stop_counted,
        perhaps_sent=True,
    )
    closed = await leaving.resume(record.exit_client_id, why)
    if isinstance(closed, Exposed):
        return closed
    await _withdraw_other_stop(context, case, other)
    if not record.protected:
        case.last_word = partial(context.journal.failed, case.entry, f"rolled back: {why}")
    return Closed(entry=case.entry, reason=why, verification=closed, concerns=tuple(case.concerns))


async def _withdraw_other_stop(context: OpeningContext, case: OpeningCase, name: str | None) -> None:
    """Take back a stop that is not the one announced last: it would act on the next position.

    It is the one that was to be replaced; or one that could not be announced, for the journal failed.
    """
    doubt = None if name is None else await withdraw(context, case, name, rested=True)
    if doubt is not None:
        case.concerns.append(f"see at the venue that no stop {name} is left: {doubt}")


async def _beyond(
    context: OpeningContext, case: OpeningCase, record: OpeningRecord, executed: Decimal
) -> tuple[Decimal, bool]:
    """Return what the entry has executed beyond all that its exits and its stop were for: unsigned contracts.

    It may have worked on while what it had executed was being closed. An earlier exit or a stop that cannot
    be asked counts as if it had closed nothing: then a person looks. Also tell whether it takes the stop's
    part to come to what the last exit was for: then that part is not to be taken off once more.
    """
    number = case.names.number_of(record.exit_client_id or "")
    if number == 0 or record.closing_quantity is None:
        return Decimal(0), False
    rest = executed - record.closing_quantity
    for earlier in range(1, number):
        rest -= await _closed_by(context, case, case.names.exit(earlier)) if rest > 0 else 0
    if rest <= 0 or record.stop_client_id is None:
        return max(Decimal(0), rest), False
    by_stop = await _closed_by(context, case, record.stop_client_id)
    return max(Decimal(0), rest - by_stop), by_stop > 0


async def _closed_by(context: OpeningContext, case: OpeningCase, name: str) -> Decimal:
    seen = await order_ended(context, case, name)
    return Decimal(0) if seen is None else abs(seen.executed)
