"""Carries through what a crash interrupted, from what the journal and the venue say."""

from functools import partial

from verification.leaving import Leaving, shown_at
from verification.opening_case import Case, Tools, venue_shows
from verification.opening_journal import OpeningRecord, Stage
from verification.outcome import Closed, Exposed, Outcome
from verification.protecting import Stop, StopState
from verification.settling import executed_by, settle, verify_entry
from verification.verdict import VerdictKind


async def resume(tools: Tools, case: Case, record: OpeningRecord) -> Outcome:
    """Ask what became of the last order that was announced, and go on from there."""
    proved = await verify_entry(tools, case, record.order_id, tools.clock.now(), None)
    verdict = proved.verdict
    executed = verdict.kind not in {VerdictKind.UNKNOWN, VerdictKind.REFUTED}
    if record.stage is Stage.LEAVING:
        if not executed or record.exit_client_id is None or record.closing_quantity is None:
            why = f"an exit was under way, and of the entry nothing is proved: {verdict.reason}"
            return case.exposed(None, proved, why)
        if verdict.kind is VerdictKind.MISMATCH:
            case.concerns.append(verdict.reason)
        way = 1 if executed_by(proved) > 0 else -1
        sent = (
            Stop(StopState.UNPROVED, "a stop may have been sent")
            if record.stop_client_id is not None
            else None
        )
        why, left = "an exit was under way", way * record.closing_quantity
        version = shown_at(proved, case.leg_with(left))
        leaving = Leaving(tools, case, left, shown_at=version, stop=sent)
        closed = await leaving.resume(record.exit_client_id, why)
        if isinstance(closed, Exposed):
            return closed
        if not record.protected:
            case.last_word = partial(tools.journal.failed, case.entry, f"rolled back: {why}")
        return Closed(entry=case.entry, reason=why, verification=closed, concerns=tuple(case.concerns))
    if record.stage is Stage.HELD and verdict.kind is VerdictKind.REFUTED:
        return case.exposed(None, proved, f"the books say held, but {verdict.reason}")
    if executed and verdict.kind is not VerdictKind.MISMATCH:
        held = executed_by(proved)
        if not await venue_shows(tools, case, held):
            why = f"{held} executed, and the venue does not show them any more; nothing was sent"
            return case.exposed(held, proved, why)
    return await settle(tools, case, proved, stop_announced=record.stop_client_id is not None)
