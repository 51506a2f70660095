"""An opening goes on when its caller gives up, waits for its turn, and does not fail in silence."""

import asyncio

import pytest

from tests.verification.faulty_steps import Fault, Steps
from tests.verification.memory_journal import MemoryJournal
from tests.verification.opening_story import BUY
from tests.verification.true_venue import TrueVenue, Weather
from tests.virtual_time import VirtualClock, run
from verification.account import RestingOrder
from verification.opening import Opener
from verification.outcome import Exposed, Opened, Outcome


def test_a_caller_that_gives_up_does_not_leave_a_position_without_its_stop() -> None:
    async def whole() -> None:
        clock = VirtualClock()
        steps = Steps()
        venue = TrueVenue(clock, Weather(), steps)
        journal = MemoryJournal(steps)
        opener = Opener(venue, venue, journal, clock)
        task = asyncio.create_task(opener.open(BUY))
        await asyncio.sleep(0.02)
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
        await opener.close()

    run(whole())


def _broken(_: RestingOrder) -> RestingOrder:
    raise ZeroDivisionError
