"""An opening at each venue through unmodified ccxt, with its answers lost, refused, and its lists late."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from simulator.engine.order import PositionSide
from simulator.faults.faults import Garbage, Lag, Phase, RequestAction, Source
from tests.wire.faces import BINANCE, Face, Step
from tests.wire.opening_scene import BUY, SELL, Scene, entry_fills, scene
from tests.wire.simulated import AVL, order
from verification.facts.leg import Side
from verification.facts.verdict import Grade
from verification.opening.intent import Intent
from verification.opening.outcome import Closed, Exposed, Opened, Refuted, RolledBack, Unknown

pytestmark = pytest.mark.wire

SOON = 1000.0  # ms, on a machine that is busy with other things too
DOUBTS: dict[str, dict[str, Any]] = {
    "lost": {"action": RequestAction.LOSE},
    "timeout": {"action": RequestAction.ERROR},
    "garbage": {"action": RequestAction.GARBAGE, "garbage": Garbage.HTML},
}


def doubt(on: Scene, step: Step, name: str, phase: Phase = Phase.AFTER) -> None:
    status, code = on.face.in_doubt[0]
    said: dict[str, Any] = {"status": status, "code": code} if name == "timeout" else {}
    on.face.befall(on.venue, step, phase=phase, **DOUBTS[name], **said)


@pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])
async def test_a_position_is_opened_with_a_stop_that_rests(
    tmp_path: Path, face: Face, intent: Intent
) -> None:
    async with scene(tmp_path, face) as on:
        outcome = await on.opened(intent)
        (stop,) = on.stops
        assert face.wire_id(stop) == outcome.stop.order_id
        seen = outcome.stop
        assert (seen.side, seen.quantity) == (intent.side.opposite, Decimal(43))
        assert (seen.trigger_price, seen.stop_loss, seen.reduce_only) == (intent.stop_price, True, True)
        assert on.held == 43 * intent.side.sign
        assert on.journal.unfinished() == ()
        assert not on.reports


@pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])
async def test_in_hedge_mode_the_leg_of_the_side_is_opened(
    tmp_path: Path, face: Face, intent: Intent
) -> None:
    async with scene(tmp_path, face, hedge=True) as on:
        await on.opened(intent)
        side = PositionSide.LONG if intent.side is Side.BUY else PositionSide.SHORT
        assert on.legs == {side: 43 * intent.side.sign}


@pytest.mark.parametrize("name", DOUBTS)
@pytest.mark.parametrize("step", [Step.ENTRY, Step.STOP])
async def test_an_answer_that_is_lost_after_its_effect_costs_nothing(
    tmp_path: Path, face: Face, step: Step, name: str
) -> None:
    async with scene(tmp_path, face) as on:
        on.venue.faults.add(Lag(source=Source.POSITIONS, seconds=3.2))
        doubt(on, step, name)
        await on.opened()
        assert on.held == 43, "never 86"
        assert (on.count(Step.ENTRY), on.count(Step.STOP)) == (1, 1), "nothing is sent twice"


async def test_an_entry_that_never_arrived_is_unknown_and_left_to_a_person(
    tmp_path: Path, face: Face
) -> None:
    async with scene(tmp_path, face, deadline=1.0) as on:
        doubt(on, Step.ENTRY, "lost", Phase.BEFORE)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Unknown), outcome
        assert on.reports == [outcome]
        assert isinstance(await on.opener.open(BUY), Refuted), "what is in doubt may still execute"
        assert on.count(Step.ENTRY) == 1
        (record,) = on.journal.unfinished()
        assert isinstance(await on.opener.recover(record), Unknown)


@pytest.mark.parametrize("hedge", [False, True])
@pytest.mark.parametrize("intent", [BUY, SELL], ids=["long", "short"])
async def test_a_rejected_stop_is_rolled_back_and_the_close_is_proved(
    tmp_path: Path, face: Face, intent: Intent, *, hedge: bool
) -> None:
    async with scene(tmp_path, face, hedge=hedge) as on:
        on.venue.faults.add(Lag(source=Source.POSITIONS, seconds=3.2))
        face.refuse(on.venue, Step.STOP)
        outcome = await on.opener.open(intent)
        assert isinstance(outcome, RolledBack), outcome
        assert str(face.refused[0][1]) in outcome.reason
        assert not on.legs
        (exit_,) = face.sent(on.venue, Step.EXIT)
        assert exit_["side"].lower() == str(intent.side.opposite)
        unflagged = hedge and face is BINANCE
        assert exit_.get("reduceOnly") == (None if unflagged else "true")
        assert on.journal.unfinished() == ()


@pytest.mark.parametrize("name", ["lost", "timeout"])
async def test_an_exit_whose_answer_is_lost_is_proved_by_its_id(
    tmp_path: Path, face: Face, name: str
) -> None:
    async with scene(tmp_path, face) as on:
        face.refuse(on.venue, Step.STOP)
        doubt(on, Step.EXIT, name)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, RolledBack), outcome
        assert on.held == 0
        assert on.count(Step.EXIT) == 1


async def test_an_exit_that_never_arrived_is_exposed_and_told(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face, deadline=1.0) as on:
        face.refuse(on.venue, Step.STOP)
        doubt(on, Step.EXIT, "lost", Phase.BEFORE)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Exposed), outcome
        assert on.reports == [outcome]
        assert on.held == 43
        assert on.count(Step.EXIT) == 1


async def test_an_exit_that_is_turned_away_is_sent_again_under_another_id(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face) as on:
        face.refuse(on.venue, Step.STOP)
        face.refuse(on.venue, Step.EXIT)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, RolledBack), outcome
        assert on.held == 0
        sent = face.sent(on.venue, Step.EXIT)
        ids = {value for each in sent for value in each.values() if "-x" in value}
        assert (len(sent), len(ids)) == (2, 2)


@pytest.mark.parametrize("hedge", [False, True])
async def test_what_somebody_closed_first_is_not_closed_twice(
    tmp_path: Path, face: Face, *, hedge: bool
) -> None:
    """The exit finds nothing to reduce: that proves nothing, and the order that closed it does."""
    async with scene(tmp_path, face, hedge=hedge) as on:
        face.refuse(on.venue, Step.STOP)
        legs = {"position_side": PositionSide.LONG} if hedge else {"reduce_only": True}
        by_hand = partial(order, on.venue, "-43", **legs)
        on.when(entry_fills, lambda: asyncio.get_running_loop().call_later(0.05, by_hand))
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, RolledBack), outcome
        assert not on.reports
        assert not on.legs, "never -43"


@pytest.mark.parametrize(
    ("name", "phase"), [("lost", Phase.BEFORE), ("lost", Phase.AFTER), ("timeout", Phase.AFTER)]
)
async def test_a_stop_whose_cancellation_got_no_answer_is_seen_to_be_gone(
    tmp_path: Path, face: Face, name: str, phase: Phase
) -> None:
    async with scene(tmp_path, face) as on:
        opened = await on.opened()
        doubt(on, Step.CANCEL, name, phase)
        outcome = await on.opener.leave(opened)
        assert isinstance(outcome, Closed), outcome
        assert not on.reports, "nobody is woken for what was proved"
        assert on.held == 0
        assert not on.stops


async def test_a_stop_is_moved_though_its_cancellation_is_turned_away_at_first(
    tmp_path: Path, face: Face
) -> None:
    async with scene(tmp_path, face) as on:
        opened = await on.opened()
        face.refuse(on.venue, Step.CANCEL)
        moved = await on.opener.protect(opened, Decimal("0.16"))
        assert isinstance(moved, Opened), moved
        assert not on.reports
        (stop,) = on.stops
        assert stop.trigger_price == Decimal("0.16")


async def test_a_stop_whose_cancellation_was_turned_away_is_not_gone_because_it_is_not_found(
    tmp_path: Path, face: Face
) -> None:
    """Too many requests, and a replica that answers from a time before the stop."""
    async with scene(tmp_path, face) as on:
        opened = await on.opened()
        on.venue.faults.add(Lag(source=Source.ORDER, seconds=30))
        face.refuse(on.venue, Step.CANCEL)
        outcome = await on.opener.leave(opened)
        assert isinstance(outcome, Closed), outcome
        assert not on.stops
        assert not on.reports


async def test_a_stop_that_cannot_be_cancelled_is_told(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face, deadline=0.5) as on:
        opened = await on.opened()
        on.opener._context = replace(on.opener._context, look_for=1.0)  # ten seconds are long in a test
        face.refuse(on.venue, Step.CANCEL, times=None)
        outcome = await on.opener.leave(opened)
        assert isinstance(outcome, Closed), outcome
        assert on.reports == [outcome]
        assert "see at the venue that no stop" in outcome.concerns[0]
        assert len(on.stops) == 1


async def test_a_market_order_that_finds_less_is_protected_as_it_is(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face) as on:
        on.venue.exchange.shape(AVL, liquidity=Decimal(30))
        outcome = await on.opened()
        assert outcome.quantity == 30
        assert outcome.stop.quantity == 30


async def test_without_margin_nothing_is_opened(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face) as on:
        outcome = await on.opener.open(Intent(AVL, Side.BUY, Decimal(90_000_000), Decimal("0.15")))
        assert isinstance(outcome, Refuted), outcome
        assert ("-2019" if face is BINANCE else "110007 ab not enough") in outcome.reason
        assert on.held == 0
        assert on.journal.unfinished() == ()


async def test_leaving_is_proved_by_what_the_exit_executed(tmp_path: Path, face: Face) -> None:
    """The stop is withdrawn once the exit has executed, so that nothing else can have closed anything."""
    async with scene(tmp_path, face) as on:
        opened = await on.opened()
        for source in (Source.POSITIONS, Source.OPEN_ORDERS):
            on.venue.faults.add(Lag(source=source, seconds=30))
        outcome = await on.opener.leave(opened)
        assert isinstance(outcome, Closed), outcome
        assert outcome.verification.verdict.grade is Grade.PROOF
        assert outcome.verification.milliseconds < SOON
        assert on.held == 0
        assert not on.stops
        assert not on.reports


@pytest.mark.parametrize("hedge", [False, True])
async def test_leaving_what_the_stop_has_closed_is_no_alarm(
    tmp_path: Path, face: Face, *, hedge: bool
) -> None:
    async with scene(tmp_path, face, hedge=hedge) as on:
        opened = await on.opened()
        on.venue.exchange.set_price(AVL, Decimal("0.14"))
        assert not on.legs, "the stop has fired"
        outcome = await on.opener.leave(opened)
        assert isinstance(outcome, Closed), outcome
        assert not on.reports
        assert not on.legs, "never short"
        assert on.count(Step.EXIT) == 1


async def test_an_entry_that_is_turned_away_opens_nothing(tmp_path: Path, face: Face) -> None:
    async with scene(tmp_path, face) as on:
        face.refuse(on.venue, Step.ENTRY)
        outcome = await on.opener.open(BUY)
        assert isinstance(outcome, Refuted), outcome
        assert "Too many visits." in outcome.reason
        await on.opened()
        assert on.held == 43
