"""The invariants of openings catch what bots do wrong: each mistake is planted, and must be found."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from msgspec import structs
from typing_extensions import override

from tests.verification.faulty_steps import Fault, of_step
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_invariants import check
from tests.verification.opening_story import Cast, Story, play
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from verification.facts.errors import AnswerLost
from verification.facts.leg import LegKey, Side
from verification.facts.question import OpenQuestion, Question
from verification.facts.verdict import Grade, Verdict, VerdictKind
from verification.facts.verification import Verification
from verification.race.stream_listener import StreamListener
from verification.race.verifier import Verifier
from verification.venues.trading import OrderRefused

FAIR, LAGGING = Weather(), Weather(list_lag=3.2)
WEATHERS = (FAIR, LAGGING, replace(FAIR, refuses_stops=True), replace(LAGGING, refuses_stops=True))


class SendsAgain(TrueVenue):
    """When no answer comes, the entry is sent again: 43 becomes 86."""

    @override
    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        try:
            return await TrueVenue.enter(self, key, side, quantity, client_order_id)
        except AnswerLost:
            return await TrueVenue.enter(self, key, side, quantity, client_order_id + "b")


class TakesLostForRefused(TrueVenue):
    """When no answer comes, the entry is forgotten."""

    @override
    async def enter(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        try:
            return await TrueVenue.enter(self, key, side, quantity, client_order_id)
        except AnswerLost as error:
            raise OrderRefused(str(error)) from error


class GuessesTheSide(TrueVenue):
    """The incident: the side of the rollback is guessed, and nothing makes it reduce-only."""

    @override
    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        return await TrueVenue.enter(self, key, side.opposite, quantity, client_order_id)


class SendsExitsAgain(TrueVenue):
    """When no answer comes, the exit is sent again under the same id."""

    @override
    async def leave(self, key: LegKey, side: Side, quantity: Decimal, client_order_id: str) -> str:
        try:
            return await TrueVenue.leave(self, key, side, quantity, client_order_id)
        except AnswerLost:
            return await TrueVenue.leave(self, key, side, quantity, client_order_id)


class LeavesStopsBehind(TrueVenue):
    """A stop that may rest is not taken back."""

    @override
    async def withdraw_stop(self, key: LegKey, client_order_id: str) -> bool:
        return True


class _Judging(Verifier):
    def judged(self, question: Question, verdict: Verdict) -> Verdict:
        raise NotImplementedError

    @override
    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        answer = await Verifier.verify(self, question, watch)
        return structs.replace(answer, verdict=self.judged(question, answer.verdict))


def certain(verdict: Verdict, kind: VerdictKind) -> Verdict:
    return structs.replace(
        verdict, kind=kind, grade=Grade.PROOF, quantity=Decimal(0), reason="nothing was seen"
    )


class TakesSilenceForRefusal(_Judging):
    """What was not seen to open did not open."""

    @override
    def judged(self, question: Question, verdict: Verdict) -> Verdict:
        return certain(verdict, VerdictKind.REFUTED) if verdict.kind is VerdictKind.UNKNOWN else verdict


class TakesSilenceForClosed(_Judging):
    """What was not seen open any more is closed."""

    @override
    def judged(self, question: Question, verdict: Verdict) -> Verdict:
        if isinstance(question, OpenQuestion) or verdict.kind is not VerdictKind.UNKNOWN:
            return verdict
        return certain(verdict, VerdictKind.CONFIRMED)


class BelievesTheList(Verifier):
    """Sleeps three seconds, looks once into the position list, and believes it."""

    @override
    async def verify(self, question: Question, watch: StreamListener | None = None) -> Verification:
        answer = await Verifier.verify(self, question, watch)
        await self._context.clock.sleep(3)
        if answer.asks == "open" and not (await self._context.venue.read_positions()).positions:
            return structs.replace(answer, verdict=certain(answer.verdict, VerdictKind.REFUTED))
        return answer


class ForgetsStops(MemoryJournal):
    """Writes down no stop before it is sent."""

    @override
    def protecting(self, entry: int, client_order_id: str, price: Decimal) -> None:
        return


class ForgetsExits(MemoryJournal):
    """Writes down no exit before it is sent."""

    @override
    def closing(self, entry: int, client_order_id: str, quantity: Decimal) -> None:
        return


MISTAKES = {
    each.venue.__name__ + each.journal.__name__ + each.verifier.__name__: each
    for each in (
        *(
            Cast(venue=venue)
            for venue in (SendsAgain, TakesLostForRefused, GuessesTheSide, SendsExitsAgain, LeavesStopsBehind)
        ),
        *(
            Cast(verifier=verifier)
            for verifier in (TakesSilenceForRefusal, TakesSilenceForClosed, BelievesTheList)
        ),
        *(Cast(journal=journal) for journal in (ForgetsStops, ForgetsExits)),
    )
}


def stories(cast: Cast) -> Iterator[Story]:
    """Play the fault matrix."""
    for weather in WEATHERS:
        fair = play(weather, cast=cast)
        yield fair
        for number, step in enumerate(fair.venue.steps.history[0]):
            for fault in of_step(step):
                if fault is not Fault.UNWRITTEN:
                    yield play(weather, {number: fault}, cast=cast)


def broken(story: Story) -> bool:
    try:
        check(story)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("cast", MISTAKES.values(), ids=MISTAKES)
def test_a_planted_mistake_is_caught(cast: Cast) -> None:
    assert any(broken(story) for story in stories(cast))


def test_without_a_mistake_nothing_is_caught() -> None:
    assert not any(broken(story) for story in itertools.islice(stories(Cast()), 40))
