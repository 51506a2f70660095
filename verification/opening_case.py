"""One opening on its way: what it is about, what it works with, and what a person will have to know."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from verification.backoff import Backoff
from verification.clock import Clock
from verification.contradiction import contradictions
from verification.errors import SourceError
from verification.leg import LegKey, Side
from verification.observation import OrderSeen
from verification.opening_journal import JournalFailed, OpeningJournal
from verification.order_names import OrderNames
from verification.outcome import Exposed, Report
from verification.question import Baseline
from verification.trader import Trader
from verification.venue import Venue
from verification.verification import Verification
from verification.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Tools:
    """What an opening works with.

    Attributes:
        venue: Where it looks.
        trader: Where it places its orders.
        journal: Where it writes down what it is about to do.
        verifier: What proves opens and closes.
        clock: Where time comes from.
        chance: Ids and jitter.
        report: Gets every outcome that a person must look at.
        look_for: Seconds for which a stop, or a position after a crash, is looked for.
        pauses: Between two looks.
    """

    venue: Venue
    trader: Trader
    journal: OpeningJournal
    verifier: Verifier
    clock: Clock
    chance: random.Random
    report: Report
    look_for: float = 10.0
    pauses: Backoff = field(default_factory=lambda: Backoff(0.1))


@dataclass(slots=True)
class Case:
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
        all_or_nothing: True when a partial fill is to be rolled back.
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
    all_or_nothing: bool = False
    concerns: list[str] = field(default_factory=list)
    last_word: Callable[[], None] | None = None

    def leg_with(self, executed: Decimal) -> Decimal:
        """Return what the leg holds with so many signed contracts of this opening."""
        return executed + (Decimal(0) if self.baseline is None else self.baseline.quantity)

    def write(self, step: Callable[[], None]) -> bool:
        """Write to the journal once the entry is out: money is protected first, and books are told of after.

        A journal that fails then must not leave a position without its stop; it becomes a concern.

        Returns:
            True when it is written.
        """
        try:
            step()
        except JournalFailed as error:
            self.concerns.append(f"the journal does not hold what was done: {error}")
            return False
        return True

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


async def venue_shows(tools: Tools, case: Case, held: Decimal) -> bool:
    """Look until the leg shows what executed, beside what it held before; False when it does not in time."""
    wanted = case.leg_with(held)
    end = tools.clock.now().monotonic + tools.look_for
    looks = 0
    while (left := end - tools.clock.now().monotonic) > 0:
        try:
            async with asyncio.timeout(left):
                seen = (await tools.verifier.baseline(case.key)).quantity
        except (SourceError, TimeoutError):
            seen = Decimal(0)  # not seen: it is asked again
        if seen / wanted >= 1:
            return True
        looks += 1
        await tools.clock.sleep(tools.pauses.pause(looks, tools.chance))
    return False


async def order_now(
    tools: Tools, case: Case, name: str, *, order_id: str | None = None, seconds: float = 1.0
) -> OrderSeen | None:
    """Ask for an order of the opening once; None when it is not seen, which says nothing."""
    try:
        async with asyncio.timeout(seconds):
            seen = await tools.venue.read_order(case.key, order_id=order_id, client_order_id=name)
    except (SourceError, TimeoutError):
        return None
    return seen if isinstance(seen, OrderSeen) else None


async def order_ended(
    tools: Tools, case: Case, name: str, *, order_id: str | None = None, seconds: float = 1.0
) -> OrderSeen | None:
    """Ask for an order of the opening until it has ended; None when that is not seen in time."""
    end = tools.clock.now().monotonic + seconds
    looks = 0
    while (left := end - tools.clock.now().monotonic) > 0:
        seen = await order_now(tools, case, name, order_id=order_id, seconds=left)
        if seen is not None and seen.terminal:
            return seen
        looks += 1
        await tools.clock.sleep(tools.pauses.pause(looks, tools.chance))
    return None
