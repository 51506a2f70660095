"""Asks the venue what became of orders that a comparison wants to know of, and keeps the answers."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

from verification.budget.backoff import Backoff
from verification.facts.clock import Clock, Moment
from verification.facts.errors import SourceError
from verification.facts.order_fact import OrderFact, OrderFacts, OrderRef
from verification.facts.spell import Spell
from verification.venues.port import Venue

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AskingLimits:
    """How much may be asked about orders.

    Attributes:
        most: Orders asked for in one round.
        patience: Longest time that one round may take.
        fresh: An order that still works is not asked for again within this.
        pauses: For how long an order is left alone after it was not found, or could not be asked for.
        kept: Answers kept; those that were wanted longest ago go first.
    """

    most: int = 12
    patience: timedelta = timedelta(seconds=4)
    fresh: timedelta = timedelta(seconds=1)
    pauses: Backoff = field(default_factory=lambda: Backoff(2.0, most=600.0))
    kept: int = 2000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is remembered of one order: the last answer, when it was asked for, how often in vain."""

    fact: OrderFact | None
    at: Moment
    in_vain: int = 0


class AskedOrders:
    """Orders that were asked for, from look to look.

    What has ended is asked for once. What still works is asked for again by each look that wants it. An order
    that was not found, or could not be asked for, stays unknown: neither means that it has not executed.
    """

    def __init__(self, venue: Venue, clock: Clock, limits: AskingLimits | None = None) -> None:
        """Nothing has been asked yet."""
        self._venue = venue
        self._clock = clock
        self._limits = limits or AskingLimits()
        self._asked: dict[OrderRef, _Asked] = {}
        self._untold = Spell()

    @property
    def facts(self) -> OrderFacts:
        """What is known: all that has ended, and what still worked when a look asked for it just now."""
        now, fresh = self._clock.now(), self._limits.fresh + self._limits.patience
        return MappingProxyType(
            {
                ref: asked.fact
                for ref, asked in self._asked.items()
                if asked.fact is not None and (asked.fact.terminal or _age(asked.fact.seen, now) <= fresh)
            }
        )

    async def ask(self, wanted: Iterable[OrderRef]) -> bool:
        """Ask for those of the orders that are due; return True if the venue told something.

        Nothing is raised: what could not be learned stays unknown, and is asked for again later.
        """
        now = self._clock.now()
        due = sorted(
            {ref for ref in wanted if self._is_due(ref, now)},
            key=lambda ref: (self._asked_at(ref), ref),
        )[: self._limits.most]
        if not due:
            return False
        told = False
        tasks = {ref: asyncio.ensure_future(self._venue.read_order_fact(ref)) for ref in due}
        try:
            await asyncio.wait(tasks.values(), timeout=self._limits.patience.total_seconds())
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        for ref, task in tasks.items():
            told |= self._note(ref, task, now)
        self._trim()
        return told

    def _note(self, ref: OrderRef, task: "asyncio.Task[OrderFact | None]", asked_at: Moment) -> bool:
        """Write down what came of one question; return True if it is a fact."""
        fact: OrderFact | None = None
        if task.cancelled():
            self._say(ref, "was not told in time")
        elif (error := task.exception()) is None:
            fact = task.result()
            if self._untold.well(self._clock.now()) is not None:
                _log.info("orders can be asked for again")
        elif isinstance(error, SourceError):
            self._say(ref, f"could not be asked for: {error}")
        else:
            raise error
        before = self._asked.pop(ref, _Asked(None, asked_at))
        # Put last: the order of the table is the order in which answers are forgotten.
        if fact is None:
            self._asked[ref] = replace(before, at=asked_at, in_vain=before.in_vain + 1)
        else:
            self._asked[ref] = _Asked(fact, asked_at)
        return fact is not None

    def _say(self, ref: OrderRef, what: str) -> None:
        """Log what came of one that could not be asked for: while that lasts seldom, whichever it is."""
        if self._untold.met(self._clock.now()):
            _log.info("%s: order %s %s", ref.symbol, ref.order_id, what)

    def _asked_at(self, ref: OrderRef) -> float:
        asked = self._asked.get(ref)
        return float("-inf") if asked is None else asked.at.monotonic

    def _is_due(self, ref: OrderRef, now: Moment) -> bool:
        asked = self._asked.get(ref)
        if asked is None:
            return True
        if asked.in_vain:
            return _age(asked.at, now) >= timedelta(seconds=self._limits.pauses.after(asked.in_vain))
        return (
            asked.fact is not None and not asked.fact.terminal and _age(asked.at, now) >= self._limits.fresh
        )

    def _trim(self) -> None:
        for ref in list(self._asked)[: max(0, len(self._asked) - self._limits.kept)]:
            del self._asked[ref]


def _age(moment: Moment, now: Moment) -> timedelta:
    return timedelta(seconds=now.monotonic - moment.monotonic)
