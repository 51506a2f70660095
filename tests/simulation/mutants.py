"""The verifier with one fault planted in each variant, by name: the simulation must catch every one.

A fault is planted by a subclass or by an explicit parameter, never by patching the product. The first three
are the bugs of the incident that this project comes from (the third one's rollback is in `opening_mutants`).
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from msgspec import structs
from typing_extensions import override

from tests.simulation.episode import Variant
from tests.simulation.mutant_venues import VENUES
from tests.verification import planted_faults as planted
from tests.verification.promises import Rule
from verification.budget.backoff import Backoff
from verification.facts.clock import Moment
from verification.facts.errors import SourceError
from verification.facts.leg import LegKey
from verification.facts.observation import (
    Observation,
    OrderSeen,
    PositionSeen,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.facts.question import CloseQuestion, OpenQuestion, Question
from verification.facts.verdict import Mismatch, Verdict, VerdictKind, proved, unknown
from verification.facts.verification import Verification
from verification.race.pace import Pace
from verification.race.race import Race
from verification.race.stream_listener import StreamListener
from verification.race.verifier import Verifier
from verification.rules.judgement import decide
from verification.venues.position_list import leg_in_list


class SleepsThreeSeconds(Verifier):
    """Waits three seconds and believes one position list: the first bug of the incident."""

    @override
    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        watch = watch or self.watch(question.key)
        clock = self._context.clock
        await clock.sleep(3)
        watch.close()
        try:
            watch.add(leg_in_list(await self._context.venue.read_positions(), question.key))
        except Exception as error:  # noqa: BLE001 - as carelessly as it was written
            came = Provenance(Source.REST, clock.now())
            watch.add(SourceSilent(question.key, Silence.ERROR, str(error), complete=False, provenance=came))
        return Verification(
            question, _as_listed(question, watch.seen[-1]), tuple(watch.seen), decided=clock.now()
        )


def _as_listed(question: Question, seen: Observation) -> Verdict:
    there = isinstance(seen, PositionSeen) and seen.quantity != 0
    if isinstance(question, OpenQuestion):
        size = question.quantity * question.side.sign
        if there:
            return proved(VerdictKind.CONFIRMED, (seen,), size, "it is in the list")
        return proved(VerdictKind.REFUTED, (seen,), Decimal(0), "it is not in the list")
    if there:
        held = question.position.quantity
        return proved(VerdictKind.MISMATCH, (seen,), held, "in the list", mismatch=Mismatch.STILL_OPEN)
    return proved(VerdictKind.CONFIRMED, (seen,), Decimal(0), "it is not in the list")


class DropsAtTheDeadline(Race):
    """Takes not knowing for not there."""

    @override
    def _decide(self, verdict: Verdict) -> None:
        if verdict.kind is VerdictKind.UNKNOWN and isinstance(self._question, OpenQuestion):
            verdict = structs.replace(verdict, kind=VerdictKind.REFUTED, quantity=Decimal(0))
        super()._decide(verdict)


class LooksEverySecond(Race):
    """Polls what has come instead of judging what comes."""

    @override
    def _on_observation(self, news: Observation) -> None:
        if self.decided.done():
            super()._on_observation(news)

    @override
    def _look_after(self) -> None:
        if not self.decided.done():
            self._judge()
        super()._look_after()


class HearsOfListsLate(Race):
    """Does not judge what a list without the leg says, until something else comes."""

    @override
    def _on_observation(self, news: Observation) -> None:
        if self.decided.done() or not isinstance(news, SourceSilent):
            super()._on_observation(news)


class GoesByTheWallClock(Race):
    """Counts its ten seconds on a clock that people set."""

    @override
    def _run_until(self, end: float, then: Callable[[], None], now: Moment) -> None:
        if not hasattr(self, "over_at"):
            self.over_at = self._context.clock.now().utc.timestamp() + self._context.pace.deadline
        super()._run_until(end, then, now)

    @override
    def _look_after(self) -> None:
        left = self.over_at - self._context.clock.now().utc.timestamp()
        if not self.decided.done():
            self._end = self._context.clock.now().monotonic + max(0.0, left)
        super()._look_after()


class LateEar(Verifier):
    """Forgets what the stream said between the order and the question."""

    @override
    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        if watch is not None:
            watch.close()
        return await super().verify(question)


class EndlessWatch(StreamListener):
    """Never stops listening."""

    @override
    def close(self) -> None:
        return


class KeepsListening(Verifier):
    """Leaves its listener with the stream."""

    @override
    def watch(self, key: LegKey) -> StreamListener:
        return EndlessWatch(self._context.venue, key, self._context.clock.now())


class CommonWatch(StreamListener):
    """Takes every leg's facts for its own."""

    @override
    def add(self, observation: Observation) -> None:
        super().add(structs.replace(observation, key=self.key))

    @override
    def _hear(self, observation: Observation) -> None:
        self.add(observation)


class HearsEveryLeg(Verifier):
    """Mixes legs, symbols and accounts."""

    @override
    def watch(self, key: LegKey) -> StreamListener:
        return CommonWatch(self._context.venue, key, self._context.clock.now())


class LeavesATask(Verifier):
    """Starts a measurement that nobody ends."""

    @override
    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        self.left = asyncio.create_task(self._context.clock.sleep(1_000), name="measurement")
        return await super().verify(question, watch)


class WaitsForTheSlowest(Verifier):
    """Asks the sources one after the other, however long each takes."""

    @override
    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        watch = watch or self.watch(question.key)
        with suppress(SourceError):
            await self._context.venue.read_positions()
        return await super().verify(question, watch)


class HasADifferentPace(Verifier):
    """A pace of its own in place of the product's."""

    own = Pace()

    @override
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{**named, "pace": self.own})


class Overtime(HasADifferentPace):
    """Twelve seconds instead of ten."""

    own = Pace(deadline=12.0)


class GivesUpEarly(HasADifferentPace):
    """Three seconds instead of ten."""

    own = Pace(deadline=3.0)


class NeverPauses(HasADifferentPace):
    """Asks again at once, and again."""

    own = Pace(order=Backoff(0.1, factor=1.0), rest=Backoff(0.1, factor=1.0))


class StaysAfterAnError(Verifier):
    """Takes a venue that refuses or fails for one that says no."""

    @override
    def watch(self, key: LegKey) -> StreamListener:
        return BelievesErrors(self._context.venue, key, self._context.clock.now())


class BelievesErrors(StreamListener):
    """Hears of a failed request as of a complete answer without the leg."""

    @override
    def add(self, observation: Observation) -> None:
        if isinstance(observation, SourceSilent) and observation.provenance.sent is not None:
            observation = structs.replace(observation, silence=Silence.ABSENT, complete=True)
        super().add(observation)


def one_list_without_it_is_closed(question: Question, seen: Sequence[Observation]) -> Verdict:
    verdict = decide(question, seen)
    for each in seen:
        gone = isinstance(each, SourceSilent) and each.complete
        if isinstance(question, CloseQuestion) and gone and verdict.kind is VerdictKind.UNKNOWN:
            return proved(VerdictKind.CONFIRMED, (each,), Decimal(0), "a complete list does not show it")
    return verdict


def a_client_id_is_enough(question: Question, seen: Sequence[Observation]) -> Verdict:
    return decide(replace(question, order_id=None) if question.client_order_id else question, seen)


def a_part_is_the_whole(question: Question, seen: Sequence[Observation]) -> Verdict:
    verdict = decide(question, seen)
    partial = verdict.kind is VerdictKind.PARTIAL
    return structs.replace(verdict, kind=VerdictKind.CONFIRMED, settled=True) if partial else verdict


def the_cache_is_the_truth(question: Question, seen: Sequence[Observation]) -> Verdict:
    cached = [s for s in seen if s.provenance.source is Source.BOT_CACHE and isinstance(s, PositionSeen)]
    return _as_listed(question, cached[-1]) if cached else decide(question, seen)


def growth_is_no_news(question: Question, seen: Sequence[Observation]) -> Verdict:
    verdict = decide(question, seen)
    if isinstance(question, CloseQuestion) and verdict.mismatch in (Mismatch.EXCESS, Mismatch.SIDE):
        return unknown("wait and see")
    return verdict


def only_the_newest_row_counts(question: Question, seen: Sequence[Observation]) -> Verdict:
    rows = [each for each in seen if isinstance(each, PositionSeen) and each.key == question.key]
    newest = max((row.version or 0 for row in rows), default=0)
    return decide(question, [s for s in seen if not isinstance(s, PositionSeen) or s.version == newest])


def a_zero_is_the_last_word(question: Question, seen: Sequence[Observation]) -> Verdict:
    rows = [each for each in seen if isinstance(each, PositionSeen) and each.key == question.key]
    zero = max((row.version or 0 for row in rows if row.quantity == 0), default=None)
    if zero is None or isinstance(question, OpenQuestion):
        return decide(question, seen)
    later = {id(row) for row in rows if (row.version or 0) > zero}
    return decide(question, [each for each in seen if id(each) not in later])


def an_end_is_an_execution(question: Question, seen: Sequence[Observation]) -> Verdict:
    whole = (
        question.quantity * question.side.sign
        if isinstance(question, OpenQuestion)
        else -question.position.quantity
    )
    return decide(
        question,
        [structs.replace(s, executed=whole) if isinstance(s, OrderSeen) and s.terminal else s for s in seen],
    )


def it_rests_on_nothing(question: Question, seen: Sequence[Observation]) -> Verdict:
    return structs.replace(decide(question, seen), rests_on=())


RULES: tuple[Rule, ...] = (
    planted.missing_cache_is_closed,
    planted.not_found_is_absent,
    planted.a_tie_is_newer,
    planted.every_row_is_newer,
    planted.statuses_never_lie,
    planted.nobody_else_trades,
    planted.any_order_is_ours,
    planted.every_order_is_over,
    planted.the_last_word_counts,
    planted.the_first_half_counts,
    planted.executed_without_its_sign,
    planted.a_baseline_does_not_matter,
    one_list_without_it_is_closed,
    a_client_id_is_enough,
    a_part_is_the_whole,
    the_cache_is_the_truth,
    growth_is_no_news,
    only_the_newest_row_counts,
    a_zero_is_the_last_word,
    an_end_is_an_execution,
    it_rests_on_nothing,
)

VERIFIERS: dict[str, type[Verifier]] = {
    "sleep_three_and_one_list": SleepsThreeSeconds,
    "deaf_before_the_question": LateEar,
    "keeps_listening": KeepsListening,
    "hears_every_leg": HearsEveryLeg,
    "leaves_a_task": LeavesATask,
    "waits_for_the_slowest": WaitsForTheSlowest,
    "overtime": Overtime,
    "gives_up_early": GivesUpEarly,
    "never_pauses": NeverPauses,
    "an_error_is_an_absence": StaysAfterAnError,
}


RACES: dict[str, type[Race]] = {
    "unknown_is_dropped": DropsAtTheDeadline,
    "polls_every_second": LooksEverySecond,
    "deadline_by_wall_clock": GoesByTheWallClock,
    "hears_of_lists_late": HearsOfListsLate,
}


def run_by(name: str, race: type[Race]) -> type[Verifier]:
    """Return a verifier with other races."""
    return type(name, (Verifier,), {"race": race})


def _ruled_by(rule: Rule) -> type[Verifier]:
    """Return a verifier with another rule."""
    decides: Callable[..., Any] = staticmethod(rule)
    return type(rule.__name__, (Verifier,), {"rule": decides})


def mutants() -> list[Variant]:
    """Return every planted fault, those of the incident first."""
    named = {rule.__name__: Variant(rule.__name__, verifier=_ruled_by(rule)) for rule in RULES}
    named |= {name: Variant(name, verifier=verifier) for name, verifier in VERIFIERS.items()}
    named |= {name: Variant(name, verifier=run_by(name, race)) for name, race in RACES.items()}
    named |= {name: Variant(name, venue=venue) for name, venue in VENUES.items()}
    first = ["sleep_three_and_one_list", "missing_cache_is_closed"]
    return [*(named.pop(name) for name in first), *named.values()]
