"""Opens a position atomically: it ends held with a stop that rests, or closed, or a person knows.

    opener = Opener(venue, trader, journal, clock, report=page_somebody)
    outcome = await opener.open(Intent("AVL/USDT:USDT", Side.BUY, Decimal(43), stop_price=Decimal("0.18")))

This is the only code of Trueup that places orders; it runs inside the bot, with the bot's own keys. The entry
is verified, the stop is placed and seen to rest; else what executed is closed reduce-only and the close is
proved. The rules it keeps:

* Every id is chosen and written down before its order is sent, and nothing is sent twice.
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

from verification.account import Part, PositionMode
from verification.clock import Clock
from verification.errors import AnswerLost, SourceUnreachable
from verification.holding import leave, move_stop
from verification.intent import Intent
from verification.leg import Leg, LegKey, Side
from verification.opening_case import Case, Tools
from verification.opening_journal import OpeningJournal, OpeningRecord
from verification.order_names import OrderNames
from verification.outcome import Closed, Exposed, Opened, Outcome, Refuted, Report, Unknown
from verification.question import Baseline, OpenQuestion
from verification.recovering import resume
from verification.settling import settle, verify_entry
from verification.trader import OrderRefused, Trader
from verification.venue import Venue
from verification.verifier import Verifier

__all__ = ["Intent", "Opener", "log_critical"]

Result = TypeVar("Result", bound=Outcome)

_log = logging.getLogger(__name__)


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
        chance: random.Random | None = None,
    ) -> None:
        """`report` is called with every outcome that a person must look at, even if nobody awaits it.

        A close that is not proved after fifteen seconds is reported while more exits may follow, and how it
        ends after that.
        """
        chance = chance if chance is not None else random.SystemRandom()
        self._own = None if verifier is not None else Verifier(venue, clock, chance=chance)
        proving = verifier or self._own
        assert proving is not None, "one of the two is there"
        self._tools = Tools(venue, trader, journal, proving, clock, chance, report)
        self._lines: dict[LegKey, asyncio.Lock] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._left: set[int] = set()
        self._doubts: dict[LegKey, set[int]] = {}
        self._seeing: set[str] = set()

    async def open(self, intent: Intent) -> Outcome:
        """Open a position, and carry it through even if the caller is cancelled meanwhile.

        A leg on which an earlier opening ended `Unknown` or `Exposed` is not entered: what is in doubt there
        may still execute. See `person_has_looked`.

        Raises:
            ValueError: The intent cannot be meant (no such market, not a whole number of lots). Nothing was
                sent.
            SourceError: What the leg holds before could not be read, or the venue's stops cannot be seen.
                Nothing was sent.
            JournalFailed: The entry could not be written down. Nothing was sent.
        """
        fitted = intent.fitted(self._tools.venue.markets)
        key = self._key(intent.symbol, intent.side)
        return await self._carry_through(key, self._open(fitted, key))

    async def recover(self, record: OpeningRecord, *, all_or_nothing: bool = False) -> Outcome:
        """Carry through what a crash interrupted, from what the journal and the venue say.

        Call it for each of the journal's unfinished openings before anything new is opened. Nothing that may
        have been sent is sent again.

        Raises:
            ValueError: The record cannot be of an opening.
        """
        key = self._key(record.symbol, record.side)
        known = None if record.baseline is None else Baseline(record.baseline, None)
        case = self._case(
            Intent(record.symbol, record.side, record.intended, record.stop_price, all_or_nothing),
            key,
            entry=record.entry,
            baseline=known,
            names=OrderNames(record.client_order_id),
        )
        case.stop_name = record.stop_client_id or case.stop_name
        return await self._carry_through(key, self._told(case, partial(resume, self._tools, case, record)))

    async def protect(self, opened: Opened, stop_price: Decimal) -> Opened | Exposed:
        """Put a new stop on a position in place of its last one, which is withdrawn once the new one rests.

        Returns:
            The position with its new stop; `Exposed` if that could not be proved: nothing is closed then.

        Raises:
            ValueError: The price cannot be meant.
        """
        intent = self._intent(opened, stop_price).fitted(self._tools.venue.markets)
        case = self._case_of(opened, intent)
        return await self._carry_through(
            case.key, self._told(case, partial(move_stop, self._tools, case, opened))
        )

    async def leave(self, opened: Opened, why: str = "the bot closes it") -> Closed | Exposed:
        """Close a position reduce-only, prove it, and withdraw its stop.

        Raises:
            ValueError: It is being left already. What became of that is asked with `recover`.
        """
        if opened.entry in self._left:
            raise ValueError(f"entry {opened.entry} is being closed already: recover it from the journal")
        self._left.add(opened.entry)
        case = self._case_of(opened, self._intent(opened, opened.stop.trigger_price or Decimal(0)))
        return await self._carry_through(
            case.key, self._told(case, partial(leave, self._tools, case, opened, why))
        )

    def person_has_looked(self, entry: int) -> None:
        """Enter the leg of an `Unknown` or `Exposed` opening again: a person has put it right."""
        for entries in self._doubts.values():
            entries.discard(entry)

    async def close(self) -> None:
        """Wait for the openings under way, and end the measurements."""
        while self._running:
            await asyncio.wait(self._running)
        if self._own is not None:
            await self._own.close()

    async def _carry_through(self, key: LegKey, steps: Coroutine[Any, Any, Result]) -> Result:
        """Run the steps on a task of their own: what has been sent is not left halfway."""
        task = asyncio.create_task(self._in_line(key, steps), name=f"open {key.symbol}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: steps.close())  # one that was cancelled in line has not begun
        return await asyncio.shield(task)

    async def _in_line(self, key: LegKey, steps: Coroutine[Any, Any, Result]) -> Result:
        async with self._lines.setdefault(key, asyncio.Lock()):
            return await steps

    async def _open(self, intent: Intent, key: LegKey) -> Outcome:
        tools = self._tools
        doubts = sorted(self._doubts.get(key, ()))
        if doubts:
            return Refuted(entry=None, reason=f"entry {doubts[0]} on this leg is in doubt. Nothing was sent")
        await self._see_stops(key.symbol)
        before = await tools.verifier.baseline(key)
        if before.quantity * intent.side.sign < 0:
            held = f"the leg holds {before.quantity}: a {intent.side} would reduce it"
            return Refuted(entry=None, reason=f"{held}. Nothing was sent")
        names = OrderNames.drawn(tools.chance)
        entry = tools.journal.opening(
            intent.symbol,
            intent.side,
            intent.quantity,
            client_order_id=names.entry,
            baseline=before,
            stop_price=intent.stop_price,
        )
        case = self._case(intent, key, entry=entry, baseline=before, names=names)
        return await self._told(case, partial(self._enter, case))

    async def _see_stops(self, symbol: str) -> None:
        """See once that stops can be seen here, or raise: else every opening would be rolled back."""
        if symbol in self._seeing:
            return
        try:
            async with asyncio.timeout(self._tools.look_for):
                reading = await self._tools.venue.read(frozenset({symbol}))
        except TimeoutError:
            raise SourceUnreachable(f"the resting orders of {symbol} did not come in time") from None
        if reading.conditional_orders is None:
            raise reading.failures[Part.CONDITIONAL_ORDERS]
        self._seeing.add(symbol)

    async def _told(self, case: Case, steps: Callable[[], Awaitable[Result]]) -> Result:
        """Tell a person, then write the last word. An error that nobody foresaw is told as what it may be."""
        try:
            outcome = await steps()
            doubts = self._doubts.setdefault(case.key, set())
            (doubts.add if isinstance(outcome, (Unknown, Exposed)) else doubts.discard)(case.entry)
            if outcome.critical:
                self._tools.report(outcome)
            told = len(case.concerns)
            if case.last_word is not None:
                case.write(case.last_word)
            if len(case.concerns) > told:
                outcome = replace(outcome, concerns=tuple(case.concerns))
                self._tools.report(outcome)
        except Exception as error:
            why = f"the opening itself failed: {type(error).__name__}: {error}"
            concerns = tuple(case.concerns)
            self._doubts.setdefault(case.key, set()).add(case.entry)
            self._tools.report(
                Exposed(entry=case.entry, reason=why, quantity=None, verification=None, concerns=concerns)
            )
            raise
        return outcome

    async def _enter(self, case: Case) -> Outcome:
        tools = self._tools
        watch = tools.verifier.watch(case.key)  # before the order, so that no push is missed
        asked = tools.clock.now()
        try:
            order_id: str | None = await tools.trader.enter(
                case.key, case.side, case.intended, case.names.entry
            )
        except AnswerLost:
            order_id = None  # it may have executed: it is asked for by the id we gave it
        except OrderRefused as refusal:
            watch.close()
            reason = f"the entry was refused: {refusal}"
            case.last_word = partial(tools.journal.failed, case.entry, reason)
            return Refuted(entry=case.entry, reason=reason, concerns=tuple(case.concerns))
        except BaseException:
            watch.close()
            raise
        if order_id is not None:
            case.write(partial(tools.journal.ordered, case.entry, order_id))
        return await settle(tools, case, await verify_entry(tools, case, order_id, asked, watch))

    def _case(
        self, intent: Intent, key: LegKey, *, entry: int, baseline: Baseline | None, names: OrderNames
    ) -> Case:
        # What the leg held before has orders of its own, a stop above all, that may act meanwhile.
        alone = self._tools.venue.access.exclusive and baseline is not None and baseline.quantity == 0
        return Case(
            entry=entry,
            key=key,
            side=intent.side,
            intended=intent.quantity,
            stop_price=intent.stop_price,
            baseline=baseline,
            exclusive=alone,
            names=names,
            stop_name=names.stop,
            all_or_nothing=intent.all_or_nothing,
        )

    def _intent(self, opened: Opened, stop_price: Decimal) -> Intent:
        asked = _asked_of(opened)
        return Intent(asked.key.symbol, asked.side, asked.quantity, stop_price)

    def _case_of(self, opened: Opened, intent: Intent) -> Case:
        question = _asked_of(opened)
        assert question.client_order_id is not None, "every entry has an id of ours"
        names = OrderNames(question.client_order_id)
        case = self._case(intent, question.key, entry=opened.entry, baseline=question.baseline, names=names)
        case.stop_name = opened.stop.client_order_id or case.stop_name
        return case

    def _key(self, symbol: str, side: Side) -> LegKey:
        venue = self._tools.venue
        leg = Leg.NET
        if venue.mode is PositionMode.HEDGE:
            leg = Leg.LONG if side is Side.BUY else Leg.SHORT
        return LegKey(venue.access.account, symbol, leg)


def _asked_of(opened: Opened) -> OpenQuestion:
    question = opened.verification.question
    assert isinstance(question, OpenQuestion), "an entry was proved by asking for it"
    return question
