"""A bot opens a position, does something with it, dies, and lives on with a new opener and its journal."""

import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from tests.verification.faulty_steps import Crash, Fault, Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_story import BUY, SETTLING, Story, dies
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.opening.intent import Intent
from verification.opening.opener import Opener
from verification.opening.outcome import Exposed, Opened, Outcome

LOCKED = {
    f"journal.{step}": Fault.UNWRITTEN
    for step in ("ordered", "verified", "opened", "protecting", "stop_placed", "closing", "closed", "failed")
}
"""The journal takes the entry, and nothing after it."""

Work = Callable[[Opener, Opened], Coroutine[Any, Any, Outcome]]
Then = Callable[[Opener, tuple[Outcome, ...]], Coroutine[Any, Any, None]]


async def nothing(opener: Opener, outcomes: tuple[Outcome, ...]) -> None:
    """Do nothing after the restart."""


async def held_on(opener: Opener, opened: Opened) -> Outcome:
    """Do nothing with the position."""
    return opened


def restarted(
    work: Work = held_on,
    *,
    weather: Weather | None = None,
    plan: Mapping[int, Fault] | None = None,
    locked: bool = False,
    behind_from_the_entry: bool = False,
    between: Callable[[TrueVenue], None] = lambda _: None,
    then: Then = nothing,
    intent: Intent = BUY,
) -> Story:
    """Open, do `work` with the plan's faults, die; restart, resume, and do what comes `then`.

    Args:
        work: What is done with what was opened.
        weather: How the venue behaves.
        plan: The faults of the work; of the whole first life where the journal is behind from the entry.
        locked: True when the journal takes nothing during the work.
        behind_from_the_entry: True when it takes nothing from the entry on, until the restart.
        between: What happens at the venue while nobody watches.
        then: What is done after the restart with what `resume` returned.
        intent: What is opened.
    """

    async def whole() -> Story:
        clock, steps = VirtualClock(), Steps()
        venue = TrueVenue(clock, weather or Weather(), steps)
        story = Story(venue, MemoryJournal(steps), intent)

        def opener() -> Opener:
            rng = random.Random(len(steps.history))
            return Opener(venue, venue, story.journal, clock, report=story.reports.append, rng=rng)

        first = opener()
        steps.live(plan or {} if behind_from_the_entry else {})
        steps.named = LOCKED if behind_from_the_entry else {}
        try:
            outcome = await first.open(intent)
            story.outcomes.append(outcome)
            if not behind_from_the_entry:
                steps.live(plan or {})
                steps.named = LOCKED if locked else {}
            if isinstance(outcome, Opened):
                story.outcomes.append(await work(first, outcome))
        except Crash:
            pass
        dies(first)
        steps.live({})
        steps.named = {}
        await clock.sleep(1)
        between(venue)
        await clock.sleep(1)
        await _lives_on(story, opener(), then)
        await first.close()
        await clock.sleep(SETTLING)
        return story

    return run(whole())


async def _lives_on(story: Story, opener: Opener, then: Then) -> None:
    story.outcomes.clear()
    story.reports.clear()
    resumed = await opener.resume()
    story.outcomes += resumed
    await then(opener, resumed)
    await opener.close()


def true(story: Story) -> None:
    """Fail where the last word on a position is not true, or where nobody knows of what is wrong."""
    venue, last = story.venue, story.outcomes[-1] if story.outcomes else None
    for outcome in story.outcomes:
        assert not outcome.critical or outcome in story.reports, outcome
    if story.reports:
        return
    if isinstance(last, Opened):
        assert venue.held == last.quantity
        covers = [
            stop for stop in venue.stops.values() if stop.quantity and stop.quantity >= abs(last.quantity)
        ]
        assert covers, "held without its stop"
        assert len(venue.stops) == 1, "one stop is too many"
    else:
        assert not isinstance(last, Exposed)
        assert venue.held == 0, f"{venue.held} are held after {last}"
        assert not venue.stops, "a stop is left over"
