"""Verifies what a ledger newly claims: each open and close once, and on until it is answered or let go."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from reconciler.ledger_watch import LedgerChange
from reconciler.questions import LedgerQuestion, QuestionKey, Surroundings, questions
from reconciler.storage.errors import StateDatabaseError
from verification.clock import Clock
from verification.observation import OrderSeen
from verification.verdict import VerdictKind
from verification.verification import Verification
from verification.verifier import Verifier

WATCHED_FOR = timedelta(minutes=5)
"""How long a question without an answer is asked again: a late fill shows up within minutes or by a sweep."""

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
    ) -> None:
        """`around` tells what is known now; `on_answer` is given every verification, UNKNOWN ones too."""
        self._verifier = verifier
        self._around = around
        self._clock = clock
        self._on_answer = on_answer
        self._asked: set[QuestionKey] = set()
        self._waiting: asyncio.Queue[LedgerQuestion] = asyncio.Queue()

    def ledger_changed(self, change: LedgerChange) -> None:
        """Put the questions that a change of a ledger gives rise to."""
        for put in questions(change.before, change.reading.rows, self._around(), now=self._clock.now()):
            if put.key not in self._asked:
                self._asked.add(put.key)
                self._waiting.put_nowait(put)

    async def run(self) -> None:
        """Verify until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                put = await self._waiting.get()
                group.create_task(self._answer(put), name=f"verify {put.key.order}")

    async def _answer(self, put: LedgerQuestion) -> None:
        end = self._clock.now().monotonic + WATCHED_FOR.total_seconds()
        while True:
            verification = await self._verifier.verify(put.question)
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
            if self._clock.now().monotonic > end:
                return

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
    """True when the order was seen to rest alive: it has not happened yet, and there is no doubt about it."""
    orders = [seen for seen in verification.observations if isinstance(seen, OrderSeen)]
    return bool(orders) and not any(order.terminal for order in orders)
