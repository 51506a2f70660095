"""One opening on its way: what it is about, what it works with, and what a person will have to know."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from verification.budget.backoff import Backoff
from verification.facts.clock import Clock
from verification.facts.errors import AnswerLost, SourceError
from verification.facts.leg import LegKey, Side
from verification.facts.observation import OrderSeen
from verification.facts.question import Baseline
from verification.facts.verification import Verification
from verification.opening.intent import Intent
from verification.opening.journal_port import OpeningJournal
from verification.opening.journal_writer import JournalWriter
from verification.opening.order_names import OrderNames
from verification.opening.outcome import Exposed, Report
from verification.race.verifier import Verifier
from verification.rules.contradiction import contradictions
from verification.venues.port import Venue
from verification.venues.trading import Trader

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpeningContext:
    """What an opening works with.

    Attributes:
        venue: Where it looks.
        trader: Where it places its orders.
        journal: Where it writes down what it is about to do; written through `writer` only.
        writer: What writes the journal.
        verifier: What proves opens and closes.
        clock: Where time comes from.
        rng: Ids and jitter.
        report: Gets every outcome that a person must look at.
        look_for: Seconds for which a stop, or a position after a crash, is looked for.
        answer_within: Seconds after which an order that was sent counts as one whose answer was lost.
        pauses: Between two looks.
    """

    venue: Venue
    trader: Trader
    journal: OpeningJournal
    writer: JournalWriter
    verifier: Verifier
    clock: Clock
    rng: random.Random
    report: Report
    look_for: float = 10.0
    answer_within: float = 15.0
    pauses: Backoff = field(default_factory=lambda: Backoff(0.1))


@dataclass(slots=True)
class OpeningCase:
    """One opening.

    Attributes:
        entry: Its number in the journal.
        key: The leg.
        side: The side of the intent.
        intended: Contracts, positive.
        stop_price: Quote per base.
        baseline: The leg before the entry; None if not known.
        exclusive: True when nothing but this opening changes the leg.
        names: The ids of its orders.
        stop_name: The id of its stop.
        writer: What writes the journal.
        all_or_nothing: True when a partial fill is to be rolled back.
        stop_before: The id of the stop that it takes, or took, the place of; None where that is the first.
        stops: The highest number of a stop that was announced; the next one gets the next.
        exits: The highest number of an exit that was announced.
        exit: The id of the last exit that may have had an effect, and how many contracts it was for; None
            before any.
        proved: What proved the entry; None before that.
        resumed: True when an earlier process began it: it may have sent more than the journal holds.
        concerns: What a person must know.
        last_word: The last thing to write down; it is written after a person has been told what there is to
            tell, for a crash in between must not lose it.
    """

    entry: int
    key: LegKey
    side: Side
    intended: Decimal
    stop_price: Decimal
    baseline: Baseline | None
    exclusive: bool
    names: OrderNames
    stop_name: str
    writer: JournalWriter
    all_or_nothing: bool = False
    stop_before: str | None = None
    stops: int = 1
    exits: int = 0
    exit: tuple[str, Decimal] | None = None
    proved: Verification | None = None
    resumed: bool = False
    concerns: list[str] = field(default_factory=list)
    last_word: Callable[[], None] | None = None

    def leg_with(self, executed: Decimal) -> Decimal:
        """Return what the leg holds with so many signed contracts of this opening."""
        return executed + (Decimal(0) if self.baseline is None else self.baseline.quantity)

    def write(self, step: Callable[[], None]) -> None:
        """Have something written down once the entry is out: money is protected first, books come after.

        This waits for nothing. A journal that fails then must not leave a position without its stop; a person
        is told at the end of what it does not hold.
        """
        self.writer.write(self.entry, step)

    def write_verified(self, journal: OpeningJournal, verification: Verification) -> None:
        """Write a verification down. A person must know where the venue's sources contradicted each other."""
        self.write(partial(journal.verified, self.entry, verification))
        found = contradictions(verification.question, verification.observations)
        self.concerns += [f"the venue's sources contradict each other: {each.reason}" for each in found]

    def exposed(self, quantity: Decimal | None, asked: Verification | None, reason: str) -> Exposed:
        """Return that it ends without proof that it is protected or closed."""
        concerns = tuple(self.concerns)
        return Exposed(
            entry=self.entry, reason=reason, quantity=quantity, verification=asked, concerns=concerns
        )


async def in_time(context: OpeningContext, sending: Coroutine[Any, Any, T]) -> T:
    """Send something through the trader, and do not wait for its answer for ever.

    Raises:
        OrderRefused: It had no effect.
        AnswerLost: What became of it is not known.
    """
    try:
        async with asyncio.timeout(context.answer_within):
            return await sending
    except TimeoutError:
        raise AnswerLost(f"no answer within {context.answer_within:g} s") from None


async def venue_shows(context: OpeningContext, case: OpeningCase, held: Decimal) -> bool:
    """Look until the leg shows what executed, beside what it held before; False when it does not in time."""
    wanted = case.leg_with(held)
    end = context.clock.now().monotonic + context.look_for
    looks = 0
    while (left := end - context.clock.now().monotonic) > 0:
        try:
            async with asyncio.timeout(left):
                seen = (await context.verifier.baseline(case.key)).quantity
        except (SourceError, TimeoutError):
            seen = Decimal(0)  # not seen: it is asked again
        if seen / wanted >= 1:
            return True
        looks += 1
        await context.clock.sleep(context.pauses.pause(looks, context.rng))
    return False


async def order_now(
    context: OpeningContext,
    case: OpeningCase,
    name: str,
    *,
    order_id: str | None = None,
    seconds: float = 1.0,
) -> OrderSeen | None:
    """Ask for an order of the opening once; None when it is not seen, which says nothing."""
    try:
        async with asyncio.timeout(seconds):
            seen = await context.venue.read_order(case.key, order_id=order_id, client_order_id=name)
    except (SourceError, TimeoutError):
        return None
    return seen if isinstance(seen, OrderSeen) else None


async def order_ended(
    context: OpeningContext,
    case: OpeningCase,
    name: str,
    *,
    order_id: str | None = None,
    seconds: float = 1.0,
) -> OrderSeen | None:
    """Ask for an order of the opening until it has ended; None when that is not seen in time."""
    end = context.clock.now().monotonic + seconds
    looks = 0
    while (left := end - context.clock.now().monotonic) > 0:
        seen = await order_now(context, case, name, order_id=order_id, seconds=left)
        if seen is not None and seen.terminal:
            return seen
        looks += 1
        await context.clock.sleep(context.pauses.pause(looks, context.rng))
    return None


def case_of(
    context: OpeningContext,
    intent: Intent,
    key: LegKey,
    *,
    entry: int,
    baseline: Baseline | None,
    names: OrderNames,
) -> OpeningCase:
    """Return the case of an intent that was written down."""
    # What the leg held before has orders of its own, a stop above all, that may act meanwhile.
    alone = context.venue.access.exclusive and baseline is not None and baseline.quantity == 0
    return OpeningCase(
        entry=entry,
        key=key,
        side=intent.side,
        intended=intent.quantity,
        stop_price=intent.stop_price,
        baseline=baseline,
        exclusive=alone,
        names=names,
        stop_name=names.stop,
        writer=context.writer,
        all_or_nothing=intent.all_or_nothing,
    )
