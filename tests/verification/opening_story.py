"""Plays one opening on the truthful venue in virtual time, in as many lives of the process as it takes."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from tests.verification.faulty_steps import Crash, Fault, Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.true_venue import AVL, TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.facts.account import RestingOrder
from verification.facts.leg import Side
from verification.opening.intent import Intent
from verification.opening.journal_port import JournalFailed
from verification.opening.opener import Opener, _at_work
from verification.opening.outcome import Outcome
from verification.race.verifier import Verifier

STOP_PRICE = Decimal("0.18")
SETTLING = 40.0


@dataclass(slots=True)
class Story:
    """What happened: for the invariants."""

    venue: TrueVenue
    journal: MemoryJournal
    intent: Intent
    outcomes: list[Outcome] = field(default_factory=list)
    reports: list[Outcome] = field(default_factory=list)
    reported_at: list[float] = field(default_factory=list)
    unsent: Exception | None = None
    verifier: type[Verifier] = Verifier

    @property
    def outcome(self) -> Outcome:
        return self.outcomes[-1]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the real ones, or one with a planted mistake."""

    venue: type[TrueVenue] = TrueVenue
    journal: type[MemoryJournal] = MemoryJournal
    verifier: type[Verifier] = Verifier


Work = Callable[[Opener], list[Coroutine[Any, Any, Outcome]]]

BUY = Intent(AVL, Side.BUY, Decimal(43), STOP_PRICE)


def play(
    weather: Weather | None = None,
    *lives: Mapping[int, Fault],
    named: Mapping[str, Fault] | None = None,
    intent: Intent = BUY,
    between: Callable[[TrueVenue], None] = lambda _: None,
    cast: Cast | None = None,
) -> Story:
    """Play an opening. Each of `lives` plans the steps of one life of the process; the next one recovers.

    `between` is what somebody does at the venue before each life after the first; `cast` plants a mistake.
    """

    async def whole() -> Story:
        clock = VirtualClock()
        steps = Steps(named=named or {})
        steps.live(lives[0] if lives else {})
        played = cast or Cast()
        venue = played.venue(clock, weather or Weather(), steps)
        story = Story(venue, played.journal(steps), intent, verifier=played.verifier)
        await _life(story, clock, lambda opener: [opener.open(intent)])
        for plan in (*lives[1:], {}):
            steps.live(plan)
            between(venue)
            await _life(story, clock, _recovering(story))
        await clock.sleep(SETTLING)
        return story

    return run(whole())


def _recovering(story: Story) -> Work:
    records = [] if story.outcomes else story.journal.unfinished()
    return lambda opener: [
        opener.recover(each, all_or_nothing=story.intent.all_or_nothing) for each in records
    ]


async def _life(story: Story, clock: VirtualClock, work: Work) -> None:
    rng = random.Random(len(story.venue.sent_names))
    verifier = story.verifier(story.venue, clock, rng=rng)

    def told(outcome: Outcome) -> None:
        story.reports.append(outcome)
        story.reported_at.append(clock.now().monotonic)

    opener = Opener(story.venue, story.venue, story.journal, clock, report=told, verifier=verifier, rng=rng)
    try:
        for each in work(opener):
            story.outcomes.append(await each)
    except Crash:
        dies(opener)
    except JournalFailed as error:
        story.unsent = error
    finally:
        await opener.close()
        await verifier.close()
        await asyncio.sleep(0)


def dies(opener: Opener) -> None:
    """End the process that an opener lives in: it writes nothing more, and its journal is free."""
    opener._context.writer.abandon()
    _at_work.pop(id(opener._context.journal), None)


def fit(stop: RestingOrder, covering: Decimal) -> bool:
    """True for a stop that protects a long position."""
    return (
        stop.side is Side.SELL
        and stop.reduce_only
        and stop.trigger_price == STOP_PRICE
        and stop.quantity is not None
        and stop.quantity >= covering
    )


def with_(**change: Any) -> Callable[[RestingOrder], RestingOrder]:
    return lambda stop: replace(stop, **change)
