"""What the sources of one question are asked, once a call, and what each request is for."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from verification.budget.purpose import Purpose, SharedPurpose, asked_for, sharing
from verification.facts.observation import Observation, OrderSeen
from verification.facts.question import Question
from verification.race.bot_cache import read_bot_cache
from verification.race.context import RaceContext
from verification.venues.position_list import leg_in_list


class Requests:
    """The requests of one question."""

    def __init__(self, context: RaceContext, question: Question, answered: Callable[[], bool]) -> None:
        """`answered` says whether the question has its verdict."""
        self._context = context
        self._question = question
        self._answered = answered

    async def order(self) -> Observation:
        """Ask what became of the order."""
        question = self._question
        with self._purpose():
            return await self._context.venue.read_order(
                question.key, order_id=question.order_id, client_order_id=question.client_order_id
            )

    async def trades(self, ended: OrderSeen) -> Observation:
        """Ask for the trades of the order, which the stream shows ended."""
        with self._purpose():
            return await self._context.venue.read_trades_of(ended)

    async def list(self) -> Observation:
        """Ask for the position list, and look for the leg in it."""
        with self._purpose():
            return leg_in_list(await self._context.venue.read_positions(), self._question.key)

    async def cached(self) -> Observation:
        """Ask the bot's own cache."""
        return await read_bot_cache(self._context.bot_cache, self._question.key, self._context.clock)

    def _purpose(self) -> AbstractContextManager[None]:
        """Name what a request is for: after the verdict it only measures, whoever wanted the verdict."""
        if self._answered():
            return sharing(SharedPurpose(Purpose.MEASUREMENT))
        return asked_for(Purpose.VERIFICATION)
