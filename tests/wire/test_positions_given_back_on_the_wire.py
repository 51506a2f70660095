"""At each venue: a position is given back after a restart, and one that a hand has closed ends closed."""

import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import trueup
from simulator.engine.order import PositionSide
from simulator.server import SimulatedVenue
from tests.wire.faces import BYBIT, Face, Step
from tests.wire.opening_scene import BUY, MATCHED_AFTER, SELL, scene
from tests.wire.simulated import AVL, access_to, order
from verification.facts.leg import Side
from verification.opening.intent import Intent
from verification.opening.outcome import Closed, Opened, Outcome

pytestmark = pytest.mark.wire

SOON = 6.0
"""Seconds to prove what a hand has closed, on a machine that is busy with other things too."""


def by_hand(venue: SimulatedVenue, intent: Intent, *, hedge: bool, size: int = 43) -> None:
    legs: dict[str, Any] = {"reduce_only": True}
    if hedge:
        legs = {"position_side": PositionSide.LONG if intent.side is Side.BUY else PositionSide.SHORT}
    order(venue, str(-intent.side.sign * size), **legs)


@pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])
@pytest.mark.parametrize("hedge", [False, True])
async def test_leaving_what_a_hand_has_closed_ends_closed(
    tmp_path: Path, face: Face, intent: Intent, *, hedge: bool
) -> None:
    async with scene(tmp_path, face, hedge=hedge) as on:
        opened = await on.opened(intent)
        by_hand(on.venue, intent, hedge=hedge)
        began = time.perf_counter()
        closed = await on.opener.leave(opened)
        assert isinstance(closed, Closed), closed
        assert time.perf_counter() - began < SOON
        assert not on.legs
        assert not on.stops
        assert not on.reports
        assert on.count(Step.EXIT) == 1


@pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])
@pytest.mark.parametrize("by", ["the bot", "a hand"])
async def test_a_cancellation_that_was_only_taken_in_is_seen_to_be_carried_out(
    tmp_path: Path, face: Face, intent: Intent, by: str
) -> None:
    """Bybit answers a cancellation before it is carried out: until then the stop rests on."""
    async with scene(tmp_path, face) as on:
        opened = await on.opened(intent)
        if by == "a hand":
            by_hand(on.venue, intent, hedge=False)
        if face is BYBIT:
            on.venue.acceptance.seconds = 0.7
        closed = await on.opener.leave(opened)
        assert isinstance(closed, Closed), closed
        assert not on.stops
        assert not on.reports


async def test_the_other_leg_is_not_touched_where_a_hand_has_closed_this_one(
    tmp_path: Path, face: Face
) -> None:
    async with scene(tmp_path, face, hedge=True) as on:
        long, short = await on.opened(BUY), await on.opened(SELL)
        by_hand(on.venue, BUY, hedge=True)
        assert isinstance(await on.opener.leave(long), Closed)
        assert on.legs == {PositionSide.SHORT: -43}
        assert len(on.stops) == 1
        assert isinstance(await on.opener.leave(short), Closed)
        assert not on.reports


@pytest.mark.parametrize("hedge", [False, True])
@pytest.mark.parametrize("befell", ["nothing", "a hand", "its stop"])
async def test_a_restart_tells_what_became_of_a_position(
    tmp_path: Path, face: Face, befell: str, *, hedge: bool
) -> None:
    url, reports = f"sqlite:///{tmp_path}/bot.db", list[Outcome]()
    async with SimulatedVenue(face=face.name, api_key="the-key", secret="the-secret") as venue:
        if face is BYBIT:
            venue.acceptance.seconds = MATCHED_AFTER
        if hedge:
            venue.exchange.set_hedge(hedge=True)
        with trueup.Journal(url, bot="mine") as journal:
            async with trueup.connect(access_to(venue), journal, report=reports.append) as opener:
                assert isinstance(await opener.open(BUY), Opened)
        if befell == "a hand":
            by_hand(venue, BUY, hedge=hedge)
        elif befell == "its stop":
            venue.exchange.set_price(AVL, Decimal("0.14"))
        with trueup.Journal(url, bot="mine") as journal:
            async with trueup.connect(access_to(venue), journal, report=reports.append) as opener:
                (outcome,) = await opener.resume()
                if befell == "nothing":
                    assert isinstance(outcome, Opened), outcome
                    moved = await opener.protect(outcome, Decimal("0.16"))
                    assert isinstance(moved, Opened), moved
                    outcome = await opener.leave(moved)
                assert isinstance(outcome, Closed), outcome
                assert await opener.resume() == ()
        assert not reports
        assert not [row for row in venue.exchange.positions() if row.amount]
        assert not venue.exchange.open_algos(AVL)
