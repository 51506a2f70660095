"""Where the part of the account that shows a leg was not read, nothing is opened or called gone."""

from dataclasses import replace
from decimal import Decimal

import pytest
from typing_extensions import override

from tests.verification.faulty_steps import Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_story import BUY
from tests.verification.restarted import restarted
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.facts.account import PositionsReading
from verification.facts.errors import SourceUnreachable
from verification.opening.opener import Opener
from verification.opening.outcome import Exposed

UNREAD = {"USDT": "positions settled in USDT could not be read: no answer"}


class PartUnread(TrueVenue):
    """Its list lacks the part of the leg."""

    @override
    async def read_positions(self) -> PositionsReading:
        reading = await super().read_positions()
        return replace(reading, positions=(), unread=UNREAD)


def test_nothing_is_opened_on_a_leg_that_may_hold_anything() -> None:
    """A short of 13 is held: what was bought would reduce it."""

    async def whole() -> None:
        clock = VirtualClock()
        venue = PartUnread(clock, Weather(held_before=-13), Steps())
        opener = Opener(venue, venue, MemoryJournal(venue.steps), clock)
        with pytest.raises(SourceUnreachable, match="is not known: positions settled in USDT"):
            await opener.open(BUY)
        assert not venue.sent_names
        await opener.close()

    run(whole())


def test_what_is_in_an_unread_part_is_not_given_back_as_closed() -> None:
    def unread(venue: TrueVenue) -> None:
        venue.pushed = None  # the stream has just begun
        venue.by_hand(-43)
        venue.weather = replace(venue.weather, silent_stream=True)
        venue.__class__ = PartUnread

    story = restarted(weather=Weather(silent_stream=True), between=unread)
    (exposed,) = story.outcomes
    assert isinstance(exposed, Exposed), exposed
    assert "could not be read" in exposed.reason
    assert story.venue.held == Decimal(0)
