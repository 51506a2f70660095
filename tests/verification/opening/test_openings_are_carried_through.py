"""An opening goes on when its caller gives up, waits for its turn, and does not fail in silence."""

import asyncio

import pytest

from tests.verification.faulty_steps import Fault, Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_story import BUY
from tests.verification.true_venue import TrueVenue
from tests.verification.weather import Weather
from tests.virtual_time import VirtualClock, run
from verification.facts.account import RestingOrder
from verification.facts.errors import SourceRejected
from verification.opening.opener import Opener
from verification.opening.outcome import Exposed, Opened, Outcome, Refuted, Unknown


def test_a_caller_that_gives_up_does_not_leave_a_position_without_its_stop() -> None:
    async def whole() -> None:
        clock = VirtualClock()
        steps = Steps()
        venue = TrueVenue(clock, Weather(), steps)
        journal = MemoryJournal(steps)
        opener = Opener(venue, venue, journal, clock)
        task = asyncio.create_task(opener.open(BUY))
        await asyncio.sleep(0.03)
        assert venue.sent_names, "the entry is out by now"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await opener.close()
        assert venue.held == 43
        assert len(venue.stops) == 1
        assert journal.rows[1]["state"] == "open"

    run(whole())


def test_two_openings_of_one_leg_wait_for_each_other() -> None:
    async def whole() -> None:
        clock = VirtualClock()
        steps = Steps()
        venue = TrueVenue(clock, Weather(), steps)
        opener = Opener(venue, venue, MemoryJournal(steps), clock)
        first, second = await asyncio.gather(opener.open(BUY), opener.open(BUY))
        assert isinstance(first, Opened)
        assert isinstance(second, Opened)
        assert venue.held == 86
        assert steps.names.index("journal.stop_placed") < steps.names.index("enter", 2)
        await opener.close()

    run(whole())


def test_a_leg_in_doubt_is_not_entered_until_a_person_has_looked() -> None:
    async def whole() -> None:
        clock = VirtualClock()
        steps = Steps({1: Fault.LOST_BEFORE})
        venue = TrueVenue(clock, Weather(), steps)
        opener = Opener(venue, venue, MemoryJournal(steps), clock)
        unsure = await opener.open(BUY)
        assert isinstance(unsure, Unknown)
        refused = await opener.open(BUY)
        assert isinstance(refused, Refuted)
        assert refused.reason == "entry 1 on this leg is in doubt. Nothing was sent"
        assert len(venue.sent_names) == 1
        opener.person_has_looked(unsure.entry)
        assert isinstance(await opener.open(BUY), Opened)
        await opener.close()

    run(whole())


def test_where_stops_cannot_be_seen_nothing_is_opened() -> None:
    async def whole() -> None:
        clock = VirtualClock()
        venue = TrueVenue(clock, Weather(blind_to_stops=True), Steps())
        opener = Opener(venue, venue, MemoryJournal(venue.steps), clock)
        with pytest.raises(SourceRejected, match="cannot be listed"):
            await opener.open(BUY)
        assert not venue.sent_names
        await opener.close()

    run(whole())


def test_an_error_that_nobody_foresaw_reaches_a_person() -> None:
    async def whole() -> None:
        clock = VirtualClock()
        steps = Steps(named={"enter": Fault.LOST_AFTER})
        venue = TrueVenue(clock, Weather(bends_stop=_broken), steps)
        reports: list[Outcome] = []
        opener = Opener(venue, venue, MemoryJournal(steps), clock, report=reports.append)
        with pytest.raises(ZeroDivisionError):
            await opener.open(BUY)
        (told,) = reports
        assert isinstance(told, Exposed)
        assert "ZeroDivisionError" in told.reason
        again = await opener.open(BUY)
        assert isinstance(again, Refuted), "the leg is in doubt"
        await opener.close()

    run(whole())


def _broken(_: RestingOrder) -> RestingOrder:
    raise ZeroDivisionError
