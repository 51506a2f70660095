"""Bybit lists positions by settle coin: one that cannot be read leaves only its own legs unknown."""

from decimal import Decimal

import pytest

from simulator.engine.market import Market
from simulator.faults.faults import Phase, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT
from tests.wire.simulated import AVL, order, running
from verification.facts.account import Part
from verification.facts.leg import Leg, LegKey
from verification.venues.position_list import leg_in_list

pytestmark = pytest.mark.wire

PERP = "SOL/USDC:USDC"


def both(venue: SimulatedVenue) -> None:
    venue.exchange.markets.put(Market("SOL", "USDC", Decimal("0.1"), Decimal("0.01"), Decimal(150)))
    order(venue, "43")
    order(venue, "2", PERP)


def fail(venue: SimulatedVenue, *, times: int | None = None) -> None:
    """Let the next requests for a position list fail, the first coin's first."""
    venue.faults.add(
        RequestFault(
            method="GET",
            path=BYBIT.positions,
            action=RequestAction.ERROR,
            phase=Phase.BEFORE,
            status=503,
            times=times,
        )
    )


async def test_both_coins_are_read() -> None:
    async with running(both, face=BYBIT) as (_, gateway):
        reading = await gateway.venue.read()
    assert reading.positions is not None
    assert {row.key.symbol for row in reading.positions.positions} == {AVL, PERP}
    assert reading.positions.unread == {}
    assert {symbol: gateway.venue.markets[symbol].part for symbol in (AVL, PERP)} == {
        AVL: "USDT",
        PERP: "USDC",
    }


async def test_one_coin_that_fails_leaves_its_own_legs_unknown() -> None:
    async with running(both, face=BYBIT) as (venue, gateway):
        fail(venue, times=1)
        reading = await gateway.venue.read()
    assert {*reading.failures} == {Part.POSITIONS}
    positions = reading.positions
    assert positions is not None
    assert [row.key.symbol for row in positions.positions] == [PERP]
    assert positions.why_unread(PERP) is None
    assert "USDT" in (positions.why_unread(AVL) or "")
    silent = leg_in_list(positions, LegKey("main", AVL, Leg.NET))
    assert silent.complete is False  # type: ignore[union-attr]


async def test_all_coins_that_fail_are_no_list() -> None:
    async with running(both, face=BYBIT) as (venue, gateway):
        fail(venue)
        reading = await gateway.venue.read()
    assert reading.positions is None
    assert Part.POSITIONS in reading.failures


async def test_a_stream_whose_snapshot_lacks_a_coin_calls_none_of_its_legs_gone() -> None:
    async with running(both, face=BYBIT) as (venue, gateway):
        epoch = gateway.venue.stream_health().epoch
        told = len(gateway.told)
        fail(venue, times=1)
        await venue.stop()
        await venue.start()
        await gateway.live(epoch + 1)
        after = [seen for seen in gateway.told[told:] if seen.key.symbol == AVL]
    assert all(getattr(seen, "complete", False) is False for seen in after)
