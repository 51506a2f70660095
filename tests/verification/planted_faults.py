"""Verdict rules with one fault planted in each: what tests use to show that they would notice."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from msgspec.structs import asdict
from msgspec.structs import replace as seen_as
from typing_extensions import override

from verification.facts.leg import Side
from verification.facts.observation import Observation, OrderSeen, PositionSeen, Silence, Source, SourceSilent
from verification.facts.question import CloseQuestion, OpenQuestion, Question
from verification.facts.verdict import Verdict, VerdictKind, proved
from verification.rules.closed import decide_close
from verification.rules.evidence import Evidence, gather
from verification.rules.judgement import decide
from verification.rules.opened import decide_open


def missing_cache_is_closed(question: Question, seen: Sequence[Observation]) -> Verdict:
    verdict = decide(question, seen)
    for each in seen:
        quiet = isinstance(each, SourceSilent) and each.silence is Silence.ABSENT
        if isinstance(question, CloseQuestion) and quiet and verdict.kind is VerdictKind.UNKNOWN:
            return proved(VerdictKind.CONFIRMED, (each,), Decimal(0), "no entry in the cache")
    return verdict


def not_found_is_absent(question: Question, seen: Sequence[Observation]) -> Verdict:
    verdict = decide(question, seen)
    for each in seen:
        lost = isinstance(each, SourceSilent) and each.provenance.source is Source.ORDER
        if isinstance(question, OpenQuestion) and lost and verdict.kind is VerdictKind.UNKNOWN:
            return proved(VerdictKind.REFUTED, (each,), Decimal(0), "order not found")
    return verdict


def a_zero_lasts(question: Question, seen: Sequence[Observation]) -> Verdict:
    """Forgets that a leg which was flat once may hold something since."""
    verdict, since = decide(question, seen), question_version(question)
    if isinstance(question, CloseQuestion) and since is not None:
        for each in seen:
            if not isinstance(each, PositionSeen) or each.key != question.key or each.quantity != 0:
                continue
            if (each.version or 0) > since:
                return proved(VerdictKind.CONFIRMED, (each,), Decimal(0), "it was flat once")
    return verdict


def question_version(question: Question) -> int | None:
    """Return the version of what the leg held before; None where it is not known."""
    held = question.baseline if isinstance(question, OpenQuestion) else question.position
    return None if held is None else held.version


class LaxEvidence(Evidence, frozen=True):
    """Takes a row of the same version for a newer one."""

    @override
    def rows_after(self, version: int | None) -> tuple[PositionSeen, ...]:
        return Evidence.rows_after(self, None if version is None else version - 1)


def a_tie_is_newer(question: Question, seen: Sequence[Observation]) -> Verdict:
    strict = gather(question, seen)
    lax = LaxEvidence(**asdict(strict))
    if isinstance(question, OpenQuestion):
        return decide_open(question, lax)
    return decide_close(question, lax)


def every_row_is_newer(question: Question, seen: Sequence[Observation]) -> Verdict:
    rows = [seen_as(each, version=99) if isinstance(each, PositionSeen) else each for each in seen]
    return decide(question, rows)


def statuses_never_lie(question: Question, seen: Sequence[Observation]) -> Verdict:
    trusted = [seen_as(each, trades_agree=True) if isinstance(each, OrderSeen) else each for each in seen]
    return decide(question, trusted)


def nobody_else_trades(question: Question, seen: Sequence[Observation]) -> Verdict:
    return decide(replace(question, exclusive=True), seen)


def legs_are_one(question: Question, seen: Sequence[Observation]) -> Verdict:
    return decide(question, [seen_as(each, key=question.key) for each in seen])


def any_order_is_ours(question: Question, seen: Sequence[Observation]) -> Verdict:
    ours, name = question.order_id or "7", question.client_order_id or "c"
    orders = [
        seen_as(s, order_id=ours, client_order_id=name) if isinstance(s, OrderSeen) else s for s in seen
    ]
    return decide(question, orders)


def every_order_is_over(question: Question, seen: Sequence[Observation]) -> Verdict:
    return decide(question, [seen_as(s, terminal=True) if isinstance(s, OrderSeen) else s for s in seen])


def the_last_word_counts(question: Question, seen: Sequence[Observation]) -> Verdict:
    return decide(question, seen[-1:])


def the_first_half_counts(question: Question, seen: Sequence[Observation]) -> Verdict:
    return decide(question, seen[: len(seen) // 2])


def executed_without_its_sign(question: Question, seen: Sequence[Observation]) -> Verdict:
    side = question.side if isinstance(question, OpenQuestion) else Side.closing(question.position.quantity)
    return decide(
        question,
        [seen_as(s, executed=abs(s.executed) * side.sign) if isinstance(s, OrderSeen) else s for s in seen],
    )


def a_baseline_does_not_matter(question: Question, seen: Sequence[Observation]) -> Verdict:
    if isinstance(question, OpenQuestion) and question.baseline is not None:
        flat = replace(question.baseline, quantity=Decimal(0))
        return decide(replace(question, baseline=flat), seen)
    return decide(question, seen)


def only_what_came_first_is_kept(question: Question, seen: Sequence[Observation]) -> Verdict:
    verdict = decide(question, seen)
    return seen_as(verdict, rests_on=verdict.rests_on[:1])
