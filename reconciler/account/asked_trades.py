"""Asks the venue what the account has traded where a comparison wants to know who else did, and keeps it."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from reconciler.comparison.traded import Traded, Trades, TradesWanted
from verification.budget.backoff import Backoff
from verification.budget.purpose import waiting_at_most
from verification.facts.account import Fill
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.spell import Spell
from verification.venues.port import Venue

_log = logging.getLogger(__name__)

_MOST = 3  # symbols asked for in one round
_PATIENCE = 4.0  # seconds that one round may take
_ROOM = 0.3  # seconds that a list is waited for which there is an older one of: for room in the budget
_KEPT = 200  # symbols
_PAUSES = Backoff(5.0, most=600.0)  # between two questions about one symbol while as much is held


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is remembered of one symbol.

    Attributes:
        traded: What was told last; None while nothing could be learned.
        at: When it was asked for last.
        held: What was held then.
        times: How often it was asked for in a row while as much was held.
    """

    traded: Traded | None
    at: Moment
    held: Decimal
    times: int


class AskedTrades:
    """Lists of trades that were asked for, from look to look.

    A list costs more than an order, so a symbol is asked for again at once only where what is held has
    changed, and else after pauses that grow. One that could not be read stays unknown.
    """

    def __init__(self, venue: Venue, clock: Clock) -> None:
        """Nothing has been asked yet."""
        self._venue = venue
        self._clock = clock
        self._asked: dict[str, _Asked] = {}
        self._untold = Spell()

    @property
    def trades(self) -> Trades:
        """What is known."""
        return MappingProxyType(
            {symbol: asked.traded for symbol, asked in self._asked.items() if asked.traded is not None}
        )

    async def ask(self, wanted: Iterable[TradesWanted]) -> bool:
        """Ask for those that are due; return True if a list was read. Nothing is raised."""
        now = self._clock.now()
        due = [wish for wish in wanted if self._is_due(wish, now)][:_MOST]
        if not due:
            return False
        tasks = [asyncio.ensure_future(self._read(wish)) for wish in due]
        try:
            await asyncio.wait(tasks, timeout=_PATIENCE)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        read = [self._note(wish, task, now) for wish, task in zip(due, tasks, strict=True)]
        for symbol in list(self._asked)[: max(0, len(self._asked) - _KEPT)]:
            del self._asked[symbol]
        return any(read)

    async def _read(self, wish: TradesWanted) -> tuple[Fill, ...]:
        """Read one list. Where an older one is known it holds no alert up for long.

        What is told late is the same as before, as long as as much is held: why, and never whether.
        """
        asked = self._asked.get(wish.symbol)
        if asked is None or asked.traded is None or asked.held != wish.held:
            return await self._venue.read_fills(wish.symbol, wish.since)
        with waiting_at_most(_ROOM):
            return await self._venue.read_fills(wish.symbol, wish.since)

    def _note(self, wish: TradesWanted, task: "asyncio.Task[tuple[Fill, ...]]", asked_at: Moment) -> bool:
        traded: Traded | None = None
        if task.cancelled():
            self._say(wish, "were not told in time")
        elif (error := task.exception()) is None:
            traded = Traded(wish.since, task.result(), self._clock.now())
            if self._untold.well(self._clock.now()) is not None:
                _log.info("trades can be read again")
        elif isinstance(error, SourceError):
            self._say(wish, f"could not be read: {error}")
        else:
            raise error
        before = self._asked.pop(wish.symbol, None)
        times = before.times + 1 if before is not None and before.held == wish.held else 1
        known = traded if traded is not None else None if before is None else before.traded
        # Put last: the order of the table is the order in which answers are forgotten.
        self._asked[wish.symbol] = _Asked(known, asked_at, wish.held, times)
        return traded is not None

    def _say(self, wish: TradesWanted, what: str) -> None:
        """Log what came of a list that could not be read: while that lasts seldom, whichever it is."""
        if self._untold.met(self._clock.now()):
            _log.info("%s: the trades %s", wish.symbol, what)

    def _is_due(self, wish: TradesWanted, now: Moment) -> bool:
        asked = self._asked.get(wish.symbol)
        if asked is None or asked.held != wish.held:
            return True
        if asked.traded is not None and asked.traded.since > wish.since:
            return True
        return now.monotonic - asked.at.monotonic >= _PAUSES.after(asked.times)
