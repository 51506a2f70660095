"""Verifies what a ledger newly claims: each open and close once, and on until it is answered or let go."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from reconciler.account.ledger_question import LedgerQuestion, QuestionKey, Surroundings
from reconciler.account.ledger_watch import LedgerChange
from reconciler.account.questions import asked_and_not, joined
from reconciler.storage.errors import StateDatabaseError
from verification.clock import Clock, Moment
from verification.judgement import decide
from verification.leg import LegKey
from verification.observation import OrderSeen, Source
from verification.question import Question
from verification.verdict import VerdictKind
from verification.verification import Verification
from verification.verifier import Verifier

WATCHED_FOR = timedelta(minutes=5)
"""How long a question without an answer is asked again: a late fill shows up within minutes or by a sweep."""

PAUSE_SECONDS = (2.0, 30.0)
"""Between asking again, from and to: the race before goes on listening meanwhile, and so do the looks."""

log = structlog.get_logger()

Answered = Callable[[Verification], Awaitable[None]]


class Opens:
    """Runs the verifications of one account."""

    def __init__(
        self,
        verifier: Verifier,
        around: Callable[[], Surroundings],
        clock: Clock,
        on_answer: Answered,
        settled: Callable[[LegKey, Moment], bool],
    ) -> None:
        """Nothing is asked yet.

        Args:
            verifier: Answers.
            around: Tells what is known now.
            clock: Where time comes from.
            on_answer: Is given every verification, UNKNOWN ones too.
            settled: Says whether both sides of a leg were seen to hold the same since a moment.
        """
        self._verifier = verifier
        self._around = around
        self._clock = clock
        self._on_answer = on_answer
        self._settled = settled
        self._asked: set[QuestionKey] = set()
        self._waiting: asyncio.Queue[LedgerQuestion] = asyncio.Queue()
        self._exclusive: dict[QuestionKey, LedgerQuestion] = {}

    def ledger_changed(self, change: LedgerChange) -> None:
        """Put the questions that a change of a ledger gives rise to."""
        around, rows = self._around(), change.reading.rows
        found, left_out = asked_and_not(change.before, rows, around, now=self._clock.now())
        for each in left_out:
            where = {"ledger": each.ledger, "row": each.row_id, "symbol": each.symbol}
            log.info("verification.not_asked", **where, reason=each.reason)
        for put in found:
            if put.key not in self._asked:
                self._asked.add(put.key)
                self._exclusive[put.key] = put
                self._waiting.put_nowait(put)
        for key, put in tuple(self._exclusive.items()):
            if key.ledger == change.reading.ledger and joined(put, rows, around):
                del self._exclusive[key]

    async def run(self) -> None:
        """Verify until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                put = await self._waiting.get()
                group.create_task(self._answer(put), name=f"verify {put.key.order}")

    async def _answer(self, put: LedgerQuestion) -> None:
        try:
            await self._until_answered(put)
        finally:
            self._exclusive.pop(put.key, None)

    async def _until_answered(self, put: LedgerQuestion) -> None:
        asked = put.question.asked
        pause, longest = PAUSE_SECONDS
        while True:
            verification = self._as_it_stands(put, await self._verifier.verify(self._question(put)))
            verdict = verification.verdict
            log.info(
                "verification.answered",
                symbol=put.question.key.symbol,
                asks=verification.asks,
                verdict=str(verdict.kind),
                decided_by=str(verdict.decided_by),
                milliseconds=round(verification.milliseconds, 1),
            )
            await self._tell(verification)
            if verdict.kind is not VerdictKind.UNKNOWN or is_working(verification):
                return
            await self._clock.sleep(pause)
            pause = min(2 * pause, longest)
            late = self._clock.now().monotonic - asked.monotonic > WATCHED_FOR.total_seconds()
            if late or self._settled(put.question.key, asked):
                return

    def _question(self, put: LedgerQuestion) -> Question:
        """Return the question as it may be asked now: what was alone on its leg may not be any more."""
        return put.question if put.key in self._exclusive else replace(put.question, exclusive=False)

    def _as_it_stands(self, put: LedgerQuestion, answered: Verification) -> Verification:
        """Return an answer without what rests on an order having been alone, if it was joined meanwhile."""
        question = self._question(put)
        if answered.question == question:
            return answered
        verdict = decide(question, answered.observations)
        return Verification(question, verdict, answered.observations, answered.decided)

    async def _tell(self, verification: Verification) -> None:
        """Pass an answer on, again and again while the state database is busy: an answer is never lost."""
        while True:
            try:
                await self._on_answer(verification)
            except StateDatabaseError as error:
                if not error.again:
                    raise
                log.warning("state.busy", error=str(error))
                await self._clock.sleep(1.0)
            else:
                return


def is_working(verification: Verification) -> bool:
    """True when the order rests alive by the venue's last word: there is no doubt about it, it only waits.

    A word that was followed by a failure to ask again is not the last: what became of it since is not known.
    """
    words = [seen for seen in verification.observations if seen.provenance.source is Source.ORDER]
    orders = [seen for seen in verification.observations if isinstance(seen, OrderSeen)]
    if not words or not isinstance(words[-1], OrderSeen):
        return False
    return not any(order.terminal for order in orders)
