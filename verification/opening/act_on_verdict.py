"""Does what the verdict on an entry allows: protect, undo, drop, or leave it to a person."""

from decimal import Decimal
from functools import partial

from verification.facts.clock import Moment
from verification.facts.order_identity import is_order
from verification.facts.question import OpenQuestion
from verification.facts.verdict import Grade, VerdictKind
from verification.facts.verification import Verification
from verification.opening.case import OpeningCase, OpeningContext, order_ended, order_now, venue_shows
from verification.opening.exit import Exit
from verification.opening.outcome import Exposed, Opened, Outcome, Refuted, RolledBack, Unknown
from verification.opening.protection import Sent, Stop, StopState, protect
from verification.race.stream_listener import StreamListener
from verification.rules.shown_version import shown_at


async def verify_entry(
    context: OpeningContext,
    case: OpeningCase,
    order_id: str | None,
    asked: Moment,
    watch: StreamListener | None,
) -> Verification:
    """Ask whether the entry has executed, and write the answer down.

    Only the order's own facts count: a list that lags may have shown the leg without what it held before, and
    what the leg holds now would then be taken for this entry's.
    """
    question = OpenQuestion(
        key=case.key,
        side=case.side,
        quantity=case.intended,
        order_id=order_id,
        client_order_id=case.names.entry,
        baseline=case.baseline,
        exclusive=False,
        asked=asked,
    )
    verification = await context.verifier.verify(question, watch)
    case.write_verified(context.journal, verification)
    if verification.verdict.quantity is not None:
        case.proved = verification
    return verification


async def act_on_verdict(
    context: OpeningContext, case: OpeningCase, proved: Verification, *, sent: Sent = Sent.NO
) -> Outcome:
    """Do what the verdict on the entry allows. `sent` tells whether its stop may be at the venue already."""
    verdict = proved.verdict
    match verdict.kind:
        case VerdictKind.UNKNOWN:
            return Unknown(
                entry=case.entry,
                reason=f"{verdict.reason}: look for {case.names.entry} at the venue",
                verification=proved,
                concerns=tuple(case.concerns),
            )
        case VerdictKind.REFUTED:
            case.last_word = partial(context.journal.failed, case.entry, verdict.reason)
            return Refuted(
                entry=case.entry,
                reason=verdict.reason,
                verification=proved,
                concerns=tuple(case.concerns),
            )
        case VerdictKind.MISMATCH:
            case.concerns.append(verdict.reason)
            return await _undo_mismatch(context, case, proved)
        case VerdictKind.CONFIRMED | VerdictKind.PARTIAL:
            return await _hold(context, case, proved, sent)


async def _hold(context: OpeningContext, case: OpeningCase, proved: Verification, sent: Sent) -> Outcome:
    """Protect what executed; undo it where that cannot be proved."""
    verdict = proved.verdict
    held = write_held(context, case, proved)
    if verdict.kind is VerdictKind.PARTIAL and verdict.settled and case.all_or_nothing:
        perhaps = sent is Sent.YES or (
            sent is Sent.PERHAPS and await order_now(context, case, case.stop_name)
        )
        before = Stop(StopState.UNPROVED, "a stop may have been sent") if perhaps else None
        why = f"all or nothing: {verdict.reason}"
        return await _undo(context, case, held, proved, over=True, stop=before, why=why)
    cover = to_cover(case, proved)
    stop = await protect(context, case, case.side, cover, sent)
    if stop.state is StopState.RESTS:
        return protected(context, case, proved, stop, f"{verdict.reason}; {stop.reason}")
    return await _undo(context, case, held, proved, over=verdict.settled, stop=stop, why=stop.reason)


def protected(
    context: OpeningContext, case: OpeningCase, proved: Verification, stop: Stop, reason: str
) -> Opened:
    """Return that what the entry executed is held, with its stop, and write that down last."""
    assert stop.order is not None, "a stop that rests was seen in a list"
    case.last_word = partial(context.journal.stop_placed, case.entry, stop.order.order_id, case.stop_price)
    return Opened(
        entry=case.entry,
        reason=reason,
        quantity=executed_by(proved),
        stop=stop.order,
        verification=proved,
        concerns=tuple(case.concerns),
    )


async def _undo_mismatch(context: OpeningContext, case: OpeningCase, proved: Verification) -> Outcome:
    """Close what executed and was not meant, if the venue's position has its sign."""
    verdict = proved.verdict
    if case.baseline is None or case.baseline.quantity != 0:
        doubt = "the leg held something before, so nothing was undone"
        return case.exposed(executed_by(proved), proved, f"{verdict.reason}; {doubt}")
    held, over = await executed_by_now(context, case, proved)
    if not await venue_shows(context, case, held):
        reason = f"{verdict.reason}; the venue does not show them, so no side is sure to undo it"
        return case.exposed(held, proved, reason)
    return await _undo(context, case, held, proved, over=over, stop=None, why=verdict.reason)


async def executed_by_now(
    context: OpeningContext, case: OpeningCase, proved: Verification
) -> tuple[Decimal, bool]:
    """Return what the entry has executed, signed, and whether that is all.

    A verdict on an entry that went wrong is settled by its first execution, and more may follow: so the order
    is asked for its end.
    """
    if proved.verdict.kind is not VerdictKind.MISMATCH:
        return executed_by(proved), proved.verdict.settled
    seen = await order_ended(context, case, case.names.entry, order_id=proved.question.order_id)
    if seen is None:
        return executed_by(proved), False
    over = seen.trades_agree is True or abs(seen.executed) >= case.intended
    return max(executed_by(proved), seen.executed, key=abs), over


async def _undo(
    context: OpeningContext,
    case: OpeningCase,
    held: Decimal,
    proved: Verification,
    *,
    over: bool,
    stop: Stop | None,
    why: str,
) -> Outcome:
    if proved.verdict.grade is not Grade.PROOF:
        return case.exposed(held, proved, f"{why}; the open rests on an assumption about lags")
    version = shown_at(proved, case.leg_with(held))
    closed = await Exit(context, case, held, entry_over=over, shown_at=version, stop=stop).run(why)
    if isinstance(closed, Exposed):
        return closed
    # Nothing came of it: what turns up later is told from what a trade that was held leaves behind.
    case.last_word = partial(context.journal.failed, case.entry, f"rolled back: {why}")
    concerns = tuple(case.concerns)
    return RolledBack(entry=case.entry, reason=why, opened=proved, closed=closed, concerns=concerns)


def write_held(context: OpeningContext, case: OpeningCase, proved: Verification) -> Decimal:
    """Write down that what the entry executed is held, and return it."""
    held, price = executed_by(proved), _average_price(case, proved)
    case.write(partial(context.journal.opened, case.entry, abs(held), average_price=price))
    return held


def to_cover(case: OpeningCase, proved: Verification) -> Decimal:
    """Return how many contracts the stop must cover: all of an entry that works on, and a person knows."""
    verdict = proved.verdict
    if verdict.settled:
        return abs(executed_by(proved))
    case.concerns.append(f"the entry may execute more: {verdict.reason}")
    return case.intended


def executed_by(proved: Verification) -> Decimal:
    """Return the signed contracts that the entry executed, for a verdict that says so."""
    quantity = proved.verdict.quantity
    assert quantity is not None, "a verdict that says what executed says how much"
    return quantity


def _average_price(case: OpeningCase, proved: Verification) -> Decimal | None:
    ours = (each for each in proved.observations if is_order(each, None, case.names.entry))
    return next((each.average_price for each in ours if each.average_price is not None), None)
