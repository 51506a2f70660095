"""Answers for orders that rest: waits until each has filled or ended, and asks about it when that is due."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from reconciler.account.questions.ledger_question import UnderWay
from reconciler.account.resting import Resting, RestingOrders, Why
from reconciler.account.unasked import to_be_asked
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.observation import Observation, OrderSeen
from verification.facts.order_identity import is_of
from verification.facts.question import Question
from verification.facts.verdict import Verdict
from verification.facts.verification import Verification
from verification.race.verifier import Verifier
from verification.rules.judgement import decide
from verification.rules.working_order import rests
from verification.venues.port import Venue

CHECKS_APART_SECONDS = 0.5
"""Least time between two requests about resting orders of one account, however many may have filled."""

ORDER_SECONDS = 10.0
"""How long an answer about one resting order is waited for."""

Publish = Callable[[Verification], Awaitable[None]]


class RestingAnswers:
    """The resting orders of one account that are to be answered for, one request about them at a time.

    Attributes:
        orders: What is known of each; is to be told what the stream and the looks show.
    """

    def __init__(self, verifier: Verifier, venue: Venue, clock: Clock) -> None:
        """None rests."""
        self.orders = RestingOrders()
        self._verifier = verifier
        self._venue = venue
        self._clock = clock
        self._check = asyncio.Lock()

    async def answer(self, open_: UnderWay, so_far: Verification | None, publish: Publish) -> Verification:
        """Wait until an order that rests has filled or ended; return the answer, which is published already.

        Args:
            open_: What was asked.
            so_far: What was answered while it rested; None where nothing was asked yet.
            publish: Is given each answer on the way: that it rests, and with how much.
        """
        order = Resting(open_.put.question, self._clock.now())
        for seen in () if so_far is None else so_far.observations:
            if isinstance(seen, OrderSeen):
                order.add(seen)
        told = None if so_far is None else order.executed
        began: Moment | None = None
        self.orders.enter(order)
        try:
            while True:
                await self._until_due(order)
                began = began or self._clock.now()
                answer, waits = await self._checked(open_, order)
                waits = waits or to_be_asked(answer, began, self._clock.now())
                shown = rests(answer.question, answer.verdict, answer.observations)
                if not waits and not shown:
                    await publish(answer)
                    return answer
                if shown and order.executed != told:
                    told = order.executed
                    await publish(answer)
        finally:
            self.orders.leave(order)

    async def _until_due(self, order: Resting) -> None:
        """Wait until an order is to be asked about: it said something new, or was not shown for too long."""
        while (left := order.due(self._clock.now(), len(self.orders))) > 0:
            order.stirred.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await order.stirred.wait()

    async def _checked(self, open_: UnderWay, order: Resting) -> tuple[Verification, bool]:
        """Return what is known of a resting order now, and whether to wait on whatever that proves.

        It is known by what the order has shown, or else by asking about it.
        """
        why = order.take()
        as_shown = self._as_shown(open_, order.words)
        shown = rests(as_shown.question, as_shown.verdict, as_shown.observations)
        if as_shown.verdict.conclusive or (why is Why.NEWS and shown):
            return as_shown, False
        async with self._check:
            seen, failed = await self._read(open_.question)
            await self._clock.sleep(CHECKS_APART_SECONDS)
        alive = seen is not None and not seen.terminal
        if not order.ended and (alive or (failed and order.words and why is not Why.GONE)):
            # That nothing can be read is told of itself; it says nothing of an order that rested.
            if seen is not None:
                order.add(seen)
            order.asked(self._clock.now())
            return self._as_shown(open_, order.words), True
        watch = self._verifier.watch(open_.question.key)
        watch.seen += [*order.words, *([] if seen is None else [seen])]
        answer = as_it_stands(open_, await self._verifier.verify(open_.question, watch))
        for each in answer.observations:
            if isinstance(each, OrderSeen):
                order.add(each)
        order.asked(self._clock.now())
        return answer, False

    async def _read(self, question: Question) -> tuple[OrderSeen | None, bool]:
        """Ask once what became of an order: what is seen of it, and whether it could not be asked."""
        try:
            async with asyncio.timeout(ORDER_SECONDS):
                seen = await self._venue.read_order(
                    question.key, order_id=question.order_id, client_order_id=question.client_order_id
                )
        except (SourceError, TimeoutError):
            return None, True
        mine = isinstance(seen, OrderSeen) and is_of(question, seen)
        return (seen if mine and isinstance(seen, OrderSeen) else None), False

    def _as_shown(self, open_: UnderWay, seen: tuple[Observation, ...]) -> Verification:
        question = open_.question
        verdict: Verdict = decide(question, seen)
        return Verification(question, verdict, seen, self._clock.now())


def as_it_stands(open_: UnderWay, answered: Verification) -> Verification:
    """Return an answer without what rests on an order having been alone, if it was joined meanwhile."""
    question = open_.question
    if answered.question == question:
        return answered
    verdict = decide(question, answered.observations)
    return Verification(question, verdict, answered.observations, answered.decided)
