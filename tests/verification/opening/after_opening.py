"""A position that is opened first, and what a test then does with it."""

import random
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.verification.faulty_steps import Crash, Fault, Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_story import BUY, SETTLING, Story, dies
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.opening.opener import Opener
from verification.opening.outcome import Opened, Outcome

Work = Callable[[Opener, Opened], Coroutine[Any, Any, Outcome]]

WORKS_ON = Weather(fills=20, entry_ends=False)
HIGHER = Decimal("0.19")


async def left(opener: Opener, opened: Opened) -> Outcome:
    return await opener.leave(opened)


async def stopped_higher(opener: Opener, opened: Opened) -> Outcome:
    return await opener.protect(opened, HIGHER)


def after_opening(
    work: Work,
    plan: Mapping[int, Fault] | None = None,
    weather: Weather | None = None,
    before: Callable[[TrueVenue], None] = lambda _: None,
    *,
    restarted: bool = False,
) -> Story:
    """Open, do `work` with the plan's faults, recover if the process died or is `restarted`."""

    async def whole() -> Story:
        clock, steps = VirtualClock(), Steps()
        venue = TrueVenue(clock, weather or Weather(), steps)
        story = Story(venue, MemoryJournal(steps), BUY)

        def opener() -> Opener:
            rng = random.Random(len(steps.history))
            return Opener(venue, venue, story.journal, clock, report=story.reports.append, rng=rng)

        first = opener()
        opened = await first.open(BUY)
        assert isinstance(opened, Opened)
        before(venue)
        steps.live(plan or {})
        alive = not restarted
        try:
            story.outcomes.append(await work(first, opened))
        except Crash:
            alive = False
        if not alive:
            dies(first)
            second = opener()
            steps.live({})
            for record in story.journal.unfinished():
                story.outcomes.append(await second.recover(record))
            await second.close()
        await first.close()
        await clock.sleep(SETTLING)
        return story

    return run(whole())


def entry_fills(venue: TrueVenue) -> None:
    """Let the entry execute all that it was sent for."""
    entry = next(iter(venue.orders.values()))
    venue.orders[entry.name] = replace(entry, executed=entry.quantity, ended=True)
    venue.move(entry.quantity - entry.executed)
