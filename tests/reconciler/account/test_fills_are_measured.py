"""Fills are measured when the stream tells of them: a bot that writes late makes no source look late."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from reconciler.account.measuring import STORED_SECONDS
from reconciler.views.latency import LatencyView
from tests.reconciler.accounts import SYMBOL
from tests.reconciler.house import House, play
from verification.facts.clock import microseconds
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import Side
from verification.facts.observation import Source
from verification.latency.sample import Measure
from verification.venues.port import ClockOffset
from verification.venues.stream_state import StreamState

WS, ORDER, REST = Source.WEBSOCKET, Source.ORDER, Source.REST
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def measured(house: House, measure: Measure = Measure.VISIBILITY_LAG) -> dict[Source, LatencyView]:
    found = house.console.queries.latency(HOUR, MINUTE)
    return {view.source: view for view in found if view.measure == measure}


def fill(house: House, name: str = "e1", quantity: str = "43") -> None:
    """Have an order execute at the venue, whose stream tells of it if it is live."""
    house.venue.executed(name, quantity)
    live = house.venue.state is StreamState.LIVE
    house.venue.hold(quantity, told=live)
    if live:
        house.venue.push(house.venue.seen[name])


def write_down(house: House, name: str = "e1", quantity: str = "43") -> None:
    entry = house.journal.opening(SYMBOL, Side.BUY, Decimal(quantity), client_order_id=name)
    house.journal.ordered(entry, name)
    house.journal.opened(entry, Decimal(quantity))


def test_a_fill_of_which_no_bot_knows_is_measured_once_by_each_source(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        fill(house)
        await house.quiet(STORED_SECONDS + 1)
        totals = {source: view.total for source, view in measured(house).items() if view.total is not None}
        assert {source: total.count for source, total in totals.items()} == {WS: 1, ORDER: 1, REST: 1}
        assert totals[ORDER].p50_ms == pytest.approx(10, rel=0.1)
        assert totals[REST].p50_ms == pytest.approx(20, rel=0.1)

    play(tmp_path, story)


def test_a_bot_that_writes_late_adds_nothing_and_makes_nothing_late(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        fill(house)
        await house.quiet(0.4)
        write_down(house)
        await house.until(house.console.queries.verifications, within=5)
        await house.quiet(70)
        for source, view in measured(house).items():
            assert view.total is not None
            assert view.total.count == 1, source
            assert view.total.max_ms < 25, source

    play(tmp_path, story)


def test_what_was_visible_before_anybody_asked_is_no_lag_of_anyone(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        await house.quiet(40)
        house.venue.stream(StreamState.DOWN)
        fill(house)
        await house.quiet(0.4)
        write_down(house)
        await house.until(house.console.queries.verifications, within=5)
        await house.quiet(70)
        assert measured(house) == {}
        assert set(measured(house, Measure.REQUEST_TIME)) == {ORDER, REST}

    play(tmp_path, story)


@pytest.mark.parametrize("skew", [-0.7, 0.7])
def test_the_venues_clock_is_measured_by_the_schedule_and_told_apart_from_a_lag(
    tmp_path: Path, skew: float
) -> None:
    async def story(house: House) -> None:
        house.venue.offset.answers = {0: ClockOffset(timedelta(seconds=skew), timedelta(milliseconds=5))}
        await house.unit.measure_clock()
        asked = len(house.venue.offset.asked_at)
        await house.quiet(30)
        house.venue.executed("e1", "43")
        told = house.venue.seen["e1"]
        theirs = house.clock.now().utc + timedelta(seconds=skew)
        house.venue.push(replace(told, provenance=replace(told.provenance, exchange_us=microseconds(theirs))))
        await house.quiet(STORED_SECONDS + 1)
        assert len(house.venue.offset.asked_at) == asked, "what is known is not asked for again"
        order = measured(house)[ORDER].total
        assert order is not None
        assert order.p50_ms == pytest.approx(10, rel=0.1)

    play(tmp_path, story)


def test_a_clock_that_cannot_be_measured_ends_nothing(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        house.venue.offset.answers = {0: SourceUnreachable("down")}
        await house.unit.measure_clock()
        fill(house)
        await house.quiet(15)
        assert measured(house) == {}
        assert set(measured(house, Measure.REQUEST_TIME)) == {ORDER, REST}

    play(tmp_path, story)
