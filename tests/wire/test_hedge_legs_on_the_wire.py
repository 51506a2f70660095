"""Hedge mode: a long and a short leg of one contract are both held; what is done to one leaves the other."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt.pro
import pytest

from simulator.engine.order import PositionSide
from simulator.faults.faults import Phase, RequestAction
from simulator.server import SimulatedVenue
from tests.wire.faces import BINANCE, Face, Step
from tests.wire.opening_scene import BUY, SELL, scene
from tests.wire.simulated import AVL, long_leg, order, short_leg, stop
from verification.facts.leg import Leg, Side
from verification.opening.intent import Intent
from verification.opening.outcome import Closed, Opened, Refuted, RolledBack, Unknown

pytestmark = pytest.mark.wire

BEFORE = {PositionSide.LONG: 50, PositionSide.SHORT: -70}
SOON = 5000.0  # ms, on a machine that is busy with other things too; a deadline is ten seconds
INTENTS = pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])


def both_legs(venue: SimulatedVenue) -> None:
    """Let both legs be held, each with a stop of its own, before the bot comes."""
    venue.exchange.set_hedge(hedge=True)
    order(venue, "50", **long_leg())
    order(venue, "-70", **short_leg())
    stop(venue, "-50", "0.1", **long_leg(client_id="theirs-long"))
    stop(venue, "70", "0.3", **short_leg(client_id="theirs-short"))


def side_of(intent: Intent) -> PositionSide:
    return PositionSide.LONG if intent.side is Side.BUY else PositionSide.SHORT


def with_43(intent: Intent) -> dict[PositionSide, int]:
    leg = side_of(intent)
    return BEFORE | {leg: BEFORE[leg] + 43 * intent.side.sign}


@INTENTS
async def test_a_leg_grows_and_gets_a_stop_for_what_came(tmp_path: Path, face: Face, intent: Intent) -> None:
    async with scene(tmp_path, face, prepare=both_legs) as on:
        outcome = await on.opened(intent)
        assert on.legs == with_43(intent)
        assert outcome.quantity == 43 * intent.side.sign
        assert outcome.stop.quantity == 43
        assert outcome.stop.leg is (Leg.LONG if intent.side is Side.BUY else Leg.SHORT)
        assert len(on.stops) == 3


@INTENTS
async def test_only_what_came_is_rolled_back(tmp_path: Path, face: Face, intent: Intent) -> None:
    async with scene(tmp_path, face, prepare=both_legs) as on:
        face.refuse(on.venue, Step.STOP)
        outcome = await on.opener.open(intent)
        assert isinstance(outcome, RolledBack), outcome
        assert on.legs == BEFORE
        assert {each.client_id for each in on.stops} == {"theirs-long", "theirs-short"}
        (exit_,) = face.sent(on.venue, Step.EXIT)
        named = exit_["positionSide"] if face is BINANCE else exit_["positionIdx"]
        assert named in {side_of(intent).value, "1" if intent.side is Side.BUY else "2"}
        assert exit_.get("reduceOnly") == (None if face is BINANCE else "true")
        assert not on.reports


@INTENTS
async def test_only_what_came_is_left_though_every_answer_is_lost(
    tmp_path: Path, face: Face, intent: Intent
) -> None:
    async with scene(tmp_path, face, prepare=both_legs) as on:
        for step in Step:
            face.befall(on.venue, step, RequestAction.LOSE, Phase.AFTER)
        opened = await on.opened(intent)
        outcome = await on.opener.leave(opened)
        assert isinstance(outcome, Closed), outcome
        assert on.legs == BEFORE
        assert {each.client_id for each in on.stops} == {"theirs-long", "theirs-short"}
        assert [on.count(step) for step in (Step.ENTRY, Step.STOP, Step.EXIT)] == [1, 1, 1]
        assert outcome.verification.milliseconds < SOON, "what others hold is not waited for"


async def test_both_legs_are_opened_at_once_and_left_one_by_one(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face, hedge=True) as on:
        long, short = await on.opened(BUY), await on.opened(SELL)
        assert on.legs == {PositionSide.LONG: 43, PositionSide.SHORT: -43}
        assert isinstance(await on.opener.leave(long), Closed)
        assert on.legs == {PositionSide.SHORT: -43}
        (kept,) = on.stops
        assert face.wire_id(kept) == short.stop.order_id
        assert isinstance(await on.opener.leave(short), Closed)
        assert not on.legs
        assert not on.stops
        assert not on.reports


async def test_a_leg_in_doubt_does_not_hold_up_the_other(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face, hedge=True, deadline=0.5) as on:
        face.befall(on.venue, Step.ENTRY, RequestAction.LOSE, Phase.BEFORE)
        assert isinstance(await on.opener.open(BUY), Unknown)
        assert isinstance(await on.opener.open(BUY), Refuted)
        assert isinstance(await on.opener.open(SELL), Opened)
        assert on.legs == {PositionSide.SHORT: -43}


async def test_a_mode_that_was_switched_since_is_refused_in_the_venues_words(
    tmp_path: Path, face: Face
) -> None:
    async with scene(tmp_path, face) as on:
        on.venue.exchange.set_hedge(hedge=True)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Refuted), outcome
        words = "-4061 Order's position side" if face is BINANCE else "10001 position idx not match"
        assert words in outcome.reason
        assert not on.legs


@pytest.mark.parametrize("kind", ["market", "stop"])
async def test_the_simulated_binance_refuses_the_flag_beside_a_position_side(kind: str) -> None:
    """So a trader that sent it would fail here as it does there."""
    async with SimulatedVenue(api_key="the-key", secret="the-secret") as venue:
        venue.exchange.set_hedge(hedge=True)
        order(venue, "43", **long_leg())
        bot = ccxt.pro.binanceusdm({"apiKey": "the-key", "secret": "the-secret", **venue.ccxt_config()})
        try:
            said: dict[str, Any] = {"positionSide": "LONG", "reduceOnly": True}
            if kind == "stop":
                said["stopLossPrice"] = 0.1
            with pytest.raises(ccxt.BaseError, match="-1106"):
                await bot.create_order(AVL, "market", "sell", 43, None, said)
        finally:
            await bot.close()
        assert venue.exchange.position(AVL, PositionSide.LONG).amount == Decimal(43)
