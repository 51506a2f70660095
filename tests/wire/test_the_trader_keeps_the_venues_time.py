"""The trader measures the venue's clock, and a request that is refused for its time is sent once more."""

import logging
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.faults.faults import RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.faces import BINANCE, Face, Step
from tests.wire.opening_scene import BUY, entry_fills, scene
from tests.wire.simulated import AVL, access_to
from verification.facts.leg import Leg, LegKey, Side
from verification.opening.outcome import Closed, Opened
from verification.venues.gateway.trader import CcxtTrader
from verification.venues.trading import OrderRefused

pytestmark = pytest.mark.wire

NET = LegKey("main", AVL, Leg.NET)


def skewed(venue: SimulatedVenue, seconds: int) -> None:
    venue.clock.skew_ms = seconds * 1000


@pytest.mark.parametrize("seconds", [20, -20, 86_400])
async def test_where_the_clocks_differ_from_the_beginning_nothing_is_refused(
    tmp_path: Path, face: Face, seconds: int
) -> None:
    async with scene(tmp_path, face, prepare=lambda venue: skewed(venue, seconds)) as on:
        opened = await on.opened()
        assert isinstance(await on.opener.leave(opened), Closed)
        assert [on.count(step) for step in (Step.ENTRY, Step.STOP, Step.EXIT)] == [1, 1, 1]
        assert not on.reports


@pytest.mark.parametrize("seconds", [20, -20])
async def test_a_clock_that_moves_after_the_entry_costs_neither_stop_nor_exit(
    tmp_path: Path, face: Face, seconds: int
) -> None:
    async with scene(tmp_path, face) as on:
        on.when(entry_fills, lambda: skewed(on.venue, seconds))
        opened = await on.opener.open(BUY)
        assert isinstance(opened, Opened), opened
        assert on.count(Step.STOP) == 2, "refused for its time, which is certain, and sent again"
        assert len(on.stops) == 1
        skewed(on.venue, 0)
        assert isinstance(await on.opener.leave(opened), Closed)
        assert on.held == 0
        assert not on.stops
        assert not on.reports


async def test_what_is_refused_for_its_time_again_is_a_refusal(face: Face) -> None:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        trader = CcxtTrader(access_to(venue))
        try:
            await trader.connect()
            code = -1021 if face is BINANCE else 10002
            paths = ("/fapi/v1/order", "/v5/order/create")
            for path in paths:
                venue.faults.add(
                    RequestFault(
                        path=path,
                        method="POST",
                        action=RequestAction.ERROR,
                        status=400,
                        code=code,
                        message="Timestamp.",
                        times=None,
                    )
                )
            with pytest.raises(OrderRefused, match=str(code)):
                await trader.enter(NET, Side.BUY, Decimal(43), "one")
            assert len([each for each in venue.journal.entries if each.path in paths]) == 2
            assert venue.exchange.position(AVL).amount == 0
        finally:
            await trader.close()


async def test_a_clock_that_cannot_be_measured_leaves_a_refusal_and_is_said(
    face: Face, caplog: pytest.LogCaptureFixture
) -> None:
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        trader = CcxtTrader(access_to(venue))
        try:
            await trader.connect()
            for path in ("/fapi/v1/time", "/v5/market/time"):
                venue.faults.add(RequestFault(path=path, action=RequestAction.LOSE, times=None))
            skewed(venue, 60)
            with caplog.at_level(logging.WARNING), pytest.raises(OrderRefused, match=r"-1021|10002"):
                await trader.enter(NET, Side.BUY, Decimal(43), "one")
            assert "could not be measured" in caplog.text
        finally:
            await trader.close()
