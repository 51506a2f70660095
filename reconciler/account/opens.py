"""Verifies what a ledger newly claims: each open and close once, and on until it is answered or let go."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from functools import partial

import structlog

from reconciler.account.ledger_watch import LedgerChange
from reconciler.account.memory.pushed_orders import PushedOrders
from reconciler.account.questions.asked import AskedQuestions
from reconciler.account.questions.change import asked_and_not, joined
from reconciler.account.questions.ledger_question import LedgerQuestion, QuestionKey, Surroundings, UnderWay
from reconciler.account.resting_answers import RestingAnswers, as_it_stands
from reconciler.account.unasked import to_be_asked
from reconciler.account.unexpected import until_done
from reconciler.storage.waiting import waited_out
from verification.budget.backoff import Backoff
from verification.facts.account import AccountReading
from verification.facts.clock import Clock, Moment
from verification.facts.leg import LegKey
from verification.facts.order_identity import is_same
from verification.facts.question import OpenQuestion, Question
from verification.facts.verdict import VerdictKind
from verification.facts.verification import Verification
from verification.race.verifier import Verifier
from verification.rules.working_order import rests
from verification.venues.port import Venue

OPEN_WATCHED_FOR = timedelta(minutes=5)
"""How long a question without an answer is asked again: a late fill shows up within minutes or by a sweep."""

PAUSES = Backoff(2.0, most=30.0)
"""Between asking again: the race before goes on listening meanwhile, and so do the looks."""

CROWD = 10
"""How many questions may be raced at once; a further one waits until the stream or a look shows its order.

A race asks every second or two, which many orders that rest would each be asked for nothing.
"""

log = structlog.get_logger()

Answered = Callable[[Verification], Awaitable[int]]


class Opens:
    """Runs the verifications of one account."""

    def __init__(
        self,
        verifier: Verifier,
        venue: Venue,
        around: Callable[[], Surroundings],
        clock: Clock,
        *,
        on_answer: Answered,
        settled: Callable[[LegKey, Moment], bool],
        on_error: Callable[[Exception], None],
    ) -> None:
        """Nothing is asked yet.

        Args:
            verifier: Answers.
            venue: The account, whose stream tells of orders that rest.
            around: Tells what is known now.
            clock: Where time comes from.
            on_answer: Is given every verification, UNKNOWN ones too, and what a resting order has shown;
                returns the number under which it is stored.
            settled: Says whether both sides of a leg were seen to hold the same since a moment.
            on_error: Is told of an unexpected error in one verification, which is then begun again.
        """
        self._verifier = verifier
        self._venue = venue
        self._around = around
        self._clock = clock
        self._on_answer = on_answer
        self._settled = settled
        self._on_error = on_error
        self._asked = AskedQuestions()
        self._waiting: asyncio.Queue[tuple[UnderWay, Verification | None]] = asyncio.Queue()
        self._open: list[UnderWay] = []
        self._resting = RestingAnswers(verifier, venue, clock)
        self._pushed = PushedOrders()

    def take_up(self, stored: Iterable[Verification]) -> None:
        """Go on with what the process before left waiting for resting orders; before any ledger changes.

        Until their rows are read nothing says that their orders are alone on their legs.
        """
        for each in stored:
            key = QuestionKey(
                "", "", f"{each.asks} {each.question.order_id or each.question.client_order_id}"
            )
            self._begin(UnderWay(LedgerQuestion(key, each.question), alone=False), each)

    def ledger_changed(self, change: LedgerChange) -> None:
        """Put the questions that a change of a ledger gives rise to."""
        around, ledger, rows = self._around(), change.reading.ledger, change.reading.rows
        found, left_out = asked_and_not(change.before, rows, around, now=self._clock.now())
        for each in left_out:
            where = {"ledger": each.ledger, "row": each.row_id, "symbol": each.symbol}
            log.info("verification.not_asked", **where, reason=each.reason)
        for put in found:
            if self._asked.add(put.key) and not self._goes_on(put):
                # At the first reading the orders may be old, and many: the first look shows what rests.
                raced = change.before is not None and sum(each.raced for each in self._open) < CROWD
                self._begin(UnderWay(put, alone=True, raced=raced), None)
        for open_ in self._open:
            if open_.put.key.ledger == ledger and open_.alone and joined(open_.put, rows, around):
                open_.alone = False
        self._asked.keep(ledger, {row.row_id for row in rows})

    def looked(self, reading: AccountReading) -> None:
        """Take note of which orders a look has shown to rest."""
        self._resting.orders.looked(reading)

    def unverified(self) -> tuple[OpenQuestion, ...]:
        """Return the opens that nobody has answered for yet, but for those whose orders are shown to rest."""
        asked = (each.put.question for each in self._open)
        opens = (each for each in asked if isinstance(each, OpenQuestion))
        return tuple(each for each in opens if not self._resting.orders.shown(each))

    async def run(self) -> None:
        """Verify until cancelled."""
        listeners = (self._pushed.on_observation, self._resting.orders.on_observation)
        stops = [self._venue.listen(each) for each in listeners]
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    open_, so_far = await self._waiting.get()
                    group.create_task(self._answer(open_, so_far), name=f"verify {open_.put.key.order}")
        finally:
            for stop in stops:
                stop()

    def _begin(self, open_: UnderWay, so_far: Verification | None) -> None:
        self._open.append(open_)
        self._waiting.put_nowait((open_, so_far))

    def _goes_on(self, put: LedgerQuestion) -> bool:
        """Return True where the process before has asked this question: that one is to be answered."""
        for open_ in self._open:
            asked, put_now = open_.put.question, put.question
            if open_.put.key.ledger or type(asked) is not type(put_now) or asked.key != put_now.key:
                continue
            if is_same(asked, put_now.order_id, put_now.client_order_id):
                open_.put = LedgerQuestion(put.key, asked)
                open_.alone = asked.exclusive and put_now.exclusive
                return True
        return False

    async def _answer(self, open_: UnderWay, so_far: Verification | None) -> None:
        began = self._clock.now()
        try:
            await until_done(
                partial(self._until_answered, open_, so_far),
                self._clock,
                on_error=self._on_error,
                needless=lambda: self._settled(open_.put.question.key, began),
            )
        finally:
            self._open.remove(open_)

    async def _until_answered(self, open_: UnderWay, so_far: Verification | None) -> None:
        since, began = open_.put.question.asked, self._clock.now()
        asked = 0
        if so_far is None and not open_.raced:
            so_far = await self._rest(open_, None)
            since = self._clock.now()
        while True:
            if so_far is None:
                so_far = as_it_stands(open_, await self._raced(open_.question))
                if to_be_asked(so_far, began, self._clock.now()):
                    so_far = None
                    continue
                await self._log_and_publish(so_far)
            if rests(open_.question, so_far.verdict, so_far.observations):
                open_.raced = False
                so_far = await self._rest(open_, so_far)
                since, asked = self._clock.now(), 0
            if so_far.verdict.kind is not VerdictKind.UNKNOWN:
                return
            asked += 1
            await self._clock.sleep(PAUSES.after(asked))
            late = self._clock.now().monotonic - since.monotonic > OPEN_WATCHED_FOR.total_seconds()
            if late or self._settled(open_.put.question.key, since):
                return
            so_far = None

    async def _raced(self, question: Question) -> Verification:
        """Verify, beginning with what the stream has pushed of the order before its row was read."""
        watch = self._verifier.watch(question.key)
        watch.seen += self._pushed.about(question)
        return await self._verifier.verify(question, watch)

    async def _log_and_publish(self, verification: Verification) -> None:
        """Pass an answer on, again and again while the state database is busy: an answer is never lost."""
        number = await waited_out(lambda: self._on_answer(verification), self._clock)
        verdict, question = verification.verdict, verification.question
        log.info(
            "verification.answered",
            verification_id=number,
            account=question.key.account,
            symbol=question.key.symbol,
            leg=str(question.key.leg),
            asks=verification.asks,
            verdict=str(verdict.kind),
            resting=rests(question, verdict, verification.observations),
            decided_by=str(verdict.decided_by),
            milliseconds=round(verification.milliseconds, 1),
        )

    async def _rest(self, open_: UnderWay, so_far: Verification | None) -> Verification:
        """Wait until an order that rests has filled or ended, and return the answer; it is told already."""
        return await self._resting.answer(open_, so_far, self._log_and_publish)
