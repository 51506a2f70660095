"""Opens a position atomically: it ends held with a stop that rests, or closed, or a person knows.

    opener = Opener(venue, trader, journal, clock, report=page_somebody)
    outcome = await opener.open(Intent("AVL/USDT:USDT", Side.BUY, Decimal(43), stop_price=Decimal("0.18")))

This is the only code of Trueup that places orders; it runs inside the bot, with the bot's own keys. The entry
is verified, the stop is placed and seen to rest; else what executed is closed reduce-only and the close is
proved. The rules it keeps:

* The entry is written down for good before it is sent, and the ids of all that follows come from its id. What
  follows waits for no journal: `writer` writes it down beside. Nothing is sent twice.
* Only a proved REFUTED drops an entry. UNKNOWN is reported and left alone: rolling back what was never there
  opens a position the other way.
* The side of an exit is that of what executed, which the venue has shown; it is never guessed.
* Whatever is not proved in the end is reported as critical.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from verification.facts.account import PositionMode
from verification.facts.clock import Clock
from verification.facts.leg import Leg, LegKey, Side
from verification.opening.case import OpeningCase, OpeningContext, case_of
from verification.opening.entry import enter, require_visible_stops
from verification.opening.handback import hand_back
from verification.opening.intent import Intent
from verification.opening.journal_port import OpeningJournal, OpeningRecord
from verification.opening.journal_writer import JournalWriter
from verification.opening.leg_queue import LegQueue
from verification.opening.manage_position import leave, move_stop
from verification.opening.order_names import OrderNames
from verification.opening.outcome import Closed, Exposed, Opened, Outcome, Refuted, Report
from verification.opening.positions import Positions
from verification.opening.recovery import case_of_record, leave_again, resume
from verification.race.verifier import Verifier
from verification.venues.port import Venue
from verification.venues.trading import Trader

__all__ = ["Intent", "Opener", "log_critical"]

Result = TypeVar("Result", bound=Outcome)

_log = logging.getLogger(__name__)
_at_work: "WeakValueDictionary[int, Opener]" = WeakValueDictionary()


def log_critical(outcome: Outcome) -> None:
    """Report to the log; better than nothing, and less than a page to a person."""
    _log.critical("%s: %s %s", type(outcome).__name__, outcome.reason, "; ".join(outcome.concerns))


class Opener:
    """Opens positions on one account. Many may be under way at once; those of one leg wait in line."""

    def __init__(
        self,
        venue: Venue,
        trader: Trader,
        journal: OpeningJournal,
        clock: Clock,
        *,
        report: Report = log_critical,
        verifier: Verifier | None = None,
        rng: random.Random | None = None,
    ) -> None:
        """`report` is called with every outcome that a person must look at, even if nobody awaits it.

        A close that is not proved after fifteen seconds is reported while more exits may follow, and how it
        ends after that.

        Raises:
            ValueError: Another opener works with this journal, and is not closed.
        """
        if id(journal) in _at_work:
            raise ValueError("another opener works with this journal: close it, or name one for each account")
        rng = rng if rng is not None else random.SystemRandom()
        self._own = None if verifier is not None else Verifier(venue, clock, rng=rng)
        proving = verifier or self._own
        assert proving is not None, "one of the two is there"
        self._context = OpeningContext(venue, trader, journal, JournalWriter(), proving, clock, rng, report)
        self._queue = LegQueue(self._context.writer.concerns)
        self._positions = Positions()
        self._leaving: set[int] = set()
        self._seeing: set[str] = set()
        self._former: tuple[OpeningRecord, ...] | None = None
        _at_work[id(journal)] = self

    async def open(self, intent: Intent) -> Outcome:
        """Open a position, and carry it through even if the caller is cancelled meanwhile.

        A leg on which an earlier opening ended `Unknown` or `Exposed`, or was interrupted in an earlier life,
        is not entered: what is in doubt there may still execute. See `person_has_looked` and `resume`.

        Raises:
            ValueError: The intent cannot be meant (no such market, not a whole number of lots). Nothing was
                sent.
            SourceError: What the leg holds before could not be read, or the venue's stops cannot be seen.
                Nothing was sent.
            JournalFailed: The entry could not be written down. Nothing was sent.
        """
        fitted = intent.fitted(self._context.venue.markets)
        key = self._key(intent.symbol, intent.side)
        return await self._carry_through(key, self._open(fitted, key))

    async def resume(self) -> tuple[Outcome, ...]:
        """Take over from the life before. Call it once, before anything new is opened.

        What was left unfinished is carried through, as by `recover`. What was held with its stop is given
        back: an `Opened` to go on with, where the venue shows it and its stop; `Closed` where it is proved
        that it has been closed; else `Exposed`.

        Raises:
            JournalFailed: The journal could not be read.
        """
        context = self._context
        unfinished = await context.writer.read(context.journal.unfinished)
        held = await context.writer.read(context.journal.held)
        works = [self._resumed(each, resume, raises=False) for each in unfinished if self._lost(each)]
        works += [self._resumed(each, hand_back, raises=False) for each in held if self._lost(each)]
        return tuple(await asyncio.gather(*works))

    async def recover(self, record: OpeningRecord, *, all_or_nothing: bool = False) -> Outcome:
        """Carry through what a crash interrupted, from what the journal and the venue say.

        Call it for each of the journal's unfinished openings before anything new is opened. Nothing that may
        have been sent is sent again.

        Raises:
            ValueError: The record cannot be of an opening, or its entry is under way, over, or held with its
                stop in this life.
        """
        if not self._lost(record):
            raise ValueError(f"entry {record.entry} is in hand, or over: there is nothing to recover")
        record = replace(record, all_or_nothing=record.all_or_nothing or all_or_nothing)
        return await self._resumed(record, resume)

    async def protect(self, position: Opened | Exposed, stop_price: Decimal) -> Opened | Closed | Exposed:
        """Put a new stop on a position in place of its last one, which is withdrawn once the new one rests.

        Returns:
            The position with its new stop; `Closed` where it is proved that something has closed it before;
            `Exposed` if the new stop could not be proved: nothing is closed then.

        Raises:
            ValueError: The price cannot be meant, or no such position is held.
        """
        case = self._positions.held(position.entry).case
        wanted = Intent(case.key.symbol, case.side, case.intended, stop_price)
        price = wanted.fitted(self._context.venue.markets).stop_price
        return await self._carry_through(case.key, self._protect(position.entry, price))

    async def leave(self, position: Opened | Exposed, why: str = "the bot closes it") -> Closed | Exposed:
        """Close a position reduce-only, prove it, and withdraw its stop.

        After an `Exposed` it may be called again: it asks what became of the exits, and goes on.

        Raises:
            ValueError: No such position is held: it is closed, or being closed by an earlier call.
        """
        entry = position.entry
        if entry in self._leaving:
            raise ValueError(f"entry {entry} is being closed already")
        case = self._positions.held(entry).case
        self._leaving.add(entry)
        return await self._carry_through(case.key, self._leave(entry, why))

    def person_has_looked(self, entry: int) -> None:
        """Enter the leg of an `Unknown` or `Exposed` opening again: a person has put it right."""
        self._positions.person_has_looked(entry)

    async def close(self) -> None:
        """Wait for the openings under way and for the journal, and end the measurements."""
        await self._queue.close()
        if self._own is not None:
            await self._own.close()
        await self._context.writer.close()
        if _at_work.get(id(self._context.journal)) is self:
            del _at_work[id(self._context.journal)]

    async def _carry_through(self, key: LegKey, steps: Coroutine[Any, Any, Result]) -> Result:
        return await self._queue.carry_through(key, steps, self._with_concerns)

    def _with_concerns(self, outcome: Result, concerns: tuple[str, ...]) -> Result:
        outcome = replace(outcome, concerns=(*outcome.concerns, *concerns))
        self._context.report(outcome)
        return outcome

    async def _open(self, intent: Intent, key: LegKey) -> Outcome:
        context = self._context
        doubts = self._positions.in_doubt(key)
        if doubts:
            return Refuted(entry=None, reason=f"entry {doubts[0]} on this leg is in doubt. Nothing was sent")
        former = await self._left_behind(key)
        if former is not None:
            why = f"entry {former} on this leg was interrupted in an earlier life: call `resume` first"
            return Refuted(entry=None, reason=f"{why}. Nothing was sent")
        if key.symbol not in self._seeing:
            await require_visible_stops(context, key.symbol)
            self._seeing.add(key.symbol)
        before = await context.verifier.baseline(key)
        if before.quantity * intent.side.sign < 0:
            held = f"the leg holds {before.quantity}: a {intent.side} would reduce it"
            return Refuted(entry=None, reason=f"{held}. Nothing was sent")
        names = OrderNames.drawn(context.rng)
        entry = await context.writer.write_durably(
            partial(
                context.journal.opening,
                intent.symbol,
                intent.side,
                intent.quantity,
                client_order_id=names.entry,
                baseline=before,
                stop_price=intent.stop_price,
                all_or_nothing=intent.all_or_nothing,
            ),
            lambda late: context.journal.failed(late, "it was written down too late. Nothing was sent"),
        )
        case = case_of(self._context, intent, key, entry=entry, baseline=before, names=names)
        return await self._reported(case, partial(enter, context, case))

    async def _resumed(
        self,
        record: OpeningRecord,
        work: Callable[[OpeningContext, OpeningCase, OpeningRecord], Awaitable[Outcome]],
        *,
        raises: bool = True,
    ) -> Outcome:
        key = self._key(record.symbol, record.side)
        case = case_of_record(self._context, record, key)
        steps = partial(work, self._context, case, record)
        return await self._carry_through(key, self._reported(case, steps, raises=raises))

    async def _protect(self, entry: int, price: Decimal) -> Opened | Closed | Exposed:
        held = self._positions.held(entry)  # as it is now that its turn has come
        case = replace(held.case, stop_price=price, concerns=[], last_word=None)
        return await self._reported(case, partial(move_stop, self._context, case, held))

    async def _leave(self, entry: int, why: str) -> Closed | Exposed:
        held = self._positions.held(entry)
        case = replace(held.case, concerns=[], last_word=None)
        work = leave if case.exit is None else leave_again
        try:
            return await self._reported(case, partial(work, self._context, case, held, why))
        finally:
            self._leaving.discard(entry)

    async def _reported(
        self, case: OpeningCase, steps: Callable[[], Awaitable[Result]], *, raises: bool = True
    ) -> Result | Exposed:
        """Tell a person, then write the last word. An error that nobody foresaw is told as what it may be."""
        self._positions.begin(case.entry)
        try:
            outcome = await steps()
            self._positions.remember(case, outcome)
            if outcome.critical:
                self._context.report(outcome)
        except Exception as error:
            why = f"the opening itself failed: {type(error).__name__}: {error}"
            exposed = case.exposed(None, None, why)
            self._positions.remember(case, exposed)
            self._context.report(exposed)
            if raises:
                raise
            return exposed
        if case.last_word is not None:
            case.write(case.last_word)
        return outcome

    async def _left_behind(self, key: LegKey) -> int | None:
        """Return an entry of the leg that an earlier life left unfinished and this one has not taken over."""
        if self._former is None:
            self._former = tuple(await self._context.writer.read(self._context.journal.unfinished))
        mine = (each for each in self._former if self._key(each.symbol, each.side) == key)
        return next((each.entry for each in mine if not self._positions.met(each.entry)), None)

    def _lost(self, record: OpeningRecord) -> bool:
        return self._positions.to_recover(record.entry)

    def _key(self, symbol: str, side: Side) -> LegKey:
        venue = self._context.venue
        leg = Leg.NET
        if venue.mode is PositionMode.HEDGE:
            leg = Leg.LONG if side is Side.BUY else Leg.SHORT
        return LegKey(venue.access.account, symbol, leg)
