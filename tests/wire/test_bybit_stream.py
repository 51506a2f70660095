"""Bybit's stream: signing in, noise, order of facts, the legs of hedge mode, a peer that is gone."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from simulator.engine.order import Kind
from simulator.faults.faults import Lag, PushAction, PushFault, Source
from simulator.server import SimulatedVenue
from tests.verification.venues.bybit_samples import execution_row, pushed
from tests.wire.faces import BYBIT
from tests.wire.simulated import AVL, long_leg, order, running, short_leg, stop
from verification.facts.clock import SystemClock
from verification.facts.leg import Leg, LegKey, Side
from verification.facts.observation import Observation, OrderSeen, PositionSeen
from verification.facts.question import Baseline, CloseQuestion, OpenQuestion
from verification.facts.verdict import Grade, VerdictKind
from verification.rules.judgement import decide
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

NET, LONG, SHORT = (LegKey("main", AVL, leg) for leg in (Leg.NET, Leg.LONG, Leg.SHORT))


def positions(told: list[Observation]) -> list[tuple[int, int | None]]:
    return [(int(fact.quantity), fact.version) for fact in told if isinstance(fact, PositionSeen)]


async def test_a_push_about_a_position_that_has_not_changed_is_no_fill() -> None:
    async with running(lambda venue: void(order(venue, "50")), face=BYBIT) as (venue, gateway):
        before = gateway.venue.latest(NET)
        assert isinstance(before, PositionSeen)
        asked = SystemClock().now()
        resting = order(venue, "43", kind=Kind.LIMIT, price=Decimal("0.15"))
        venue.exchange.cancel(resting.id)
        await gateway.hears(lambda fact: isinstance(fact, OrderSeen) and fact.terminal)
        order(venue, "50")  # ends the wait for what has been pushed before it
        await gateway.holds(NET, 100)
        noise = positions(gateway.told)[1:-1]
        assert len(noise) >= 2
        assert set(noise) == {(50, before.version)}
        question = OpenQuestion(
            key=NET,
            side=Side.BUY,
            quantity=Decimal(43),
            order_id=BYBIT.wire_id(resting),
            client_order_id=None,
            baseline=Baseline(before.quantity, before.version),
            exclusive=True,
            asked=asked,
        )
        told = [
            fact for fact in gateway.told if not (isinstance(fact, PositionSeen) and fact.quantity == 100)
        ]
        assert decide(question, told).kind is VerdictKind.UNKNOWN


async def test_facts_that_arrive_out_of_order_do_not_take_the_leg_back() -> None:
    async with running(face=BYBIT) as (venue, gateway):
        order(venue, "50")
        await gateway.holds(NET, 50)
        venue.faults.add(PushFault(action=PushAction.DELAY, event="position", seconds=0.15, times=2))
        order(venue, "43")
        venue.faults.clear()
        order(venue, "57")
        await gateway.holds(NET, 150)
        await gateway.hears(lambda fact: isinstance(fact, PositionSeen) and fact.quantity == 93)
        latest = gateway.venue.latest(NET)
        assert isinstance(latest, PositionSeen)
        assert latest.quantity == 150


async def test_a_closed_leg_is_an_explicit_zero_that_proves_the_close_while_the_list_still_shows_it() -> None:
    async with running(lambda venue: void(order(venue, "43")), face=BYBIT) as (venue, gateway):
        held = gateway.venue.latest(NET)
        assert isinstance(held, PositionSeen)
        venue.faults.add(Lag(source=Source.POSITIONS, seconds=30))
        asked = SystemClock().now()
        order(venue, "-43", reduce_only=True)
        zero = await gateway.holds(NET, 0)
        question = CloseQuestion(
            NET, Baseline(held.quantity, held.version), None, None, exclusive=False, asked=asked
        )
        verdict = decide(question, [zero])
        assert (verdict.kind, verdict.grade) == (VerdictKind.CONFIRMED, Grade.PROOF)


async def test_a_list_by_settle_coin_does_not_show_a_flat_leg() -> None:
    async with running(lambda venue: void(order(venue, "43"), order(venue, "-43")), face=BYBIT) as (
        _,
        gateway,
    ):
        assert (await gateway.venue.read_positions()).positions == ()


def hedged(venue: SimulatedVenue) -> None:
    venue.exchange.set_hedge(hedge=True)
    order(venue, "50", **long_leg())


async def test_the_legs_of_hedge_mode_do_not_mix() -> None:
    async with running(hedged, face=BYBIT) as (venue, gateway):
        opened = order(venue, "-70", **short_leg())
        await gateway.holds(SHORT, -70)
        reduced = order(venue, "20", **short_leg())
        added = order(venue, "30", **long_leg())
        await gateway.holds(SHORT, -50)
        await gateway.holds(LONG, 80)
        legs = {placed.id: set[Leg]() for placed in (opened, reduced, added)}
        for placed in (opened, reduced, added):
            name = BYBIT.wire_id(placed)
            # The order's own message and that of its execution, which names no leg.
            await gateway.hears(partial(tells, name=name, terminal=True))
            await gateway.hears(partial(tells, name=name, terminal=False))
            for fact in gateway.told:
                if isinstance(fact, OrderSeen) and fact.order_id == name:
                    legs[placed.id].add(fact.key.leg)
        assert legs == {opened.id: {Leg.SHORT}, reduced.id: {Leg.SHORT}, added.id: {Leg.LONG}}


def tells(fact: Observation, *, name: str, terminal: bool) -> bool:
    return isinstance(fact, OrderSeen) and fact.order_id == name and fact.terminal is terminal


async def test_an_execution_without_its_leg_takes_nothing_from_the_order_and_ends_no_epoch() -> None:
    """The documentation shows executions with an empty `closedSize`."""
    row = execution_row(closedSize="", orderId="another")
    async with running(hedged, face=BYBIT) as (venue, gateway):
        venue.streams.push_raw(json.dumps(pushed("execution", row)))
        opened = order(venue, "30", **long_leg())
        await gateway.hears(partial(tells, name=BYBIT.wire_id(opened), terminal=True))
        order(venue, "40", **long_leg())
        assert (await gateway.holds(LONG, 120)).provenance.epoch == 1
        assert "another" not in {fact.order_id for fact in gateway.told if isinstance(fact, OrderSeen)}


async def test_several_executions_in_one_message_are_all_heard() -> None:
    rows = [execution_row(execId=str(number), orderId=str(number)) for number in range(3)]
    async with running(face=BYBIT) as (venue, gateway):
        venue.streams.push_raw(json.dumps(pushed("execution", *rows)))
        await gateway.hears(partial(tells, name="2", terminal=False))
        heard = [fact.order_id for fact in gateway.told if isinstance(fact, OrderSeen)]
        assert heard == ["0", "1", "2"]


async def test_a_row_is_dated_by_its_last_change_and_not_by_when_the_contract_was_first_held() -> None:
    async with running(face=BYBIT) as (venue, gateway):
        before = SystemClock().now().utc
        order(venue, "43")
        pushed_row = await gateway.holds(NET, 43)
        (listed,) = (await gateway.venue.read_positions()).positions
        soon = timedelta(seconds=5)
        for at in (pushed_row.provenance.exchange_at, listed.updated_at):
            assert at is not None
            assert abs(at - before) < soon


async def test_a_conditional_order_keeps_its_id_when_it_fires() -> None:
    async with running(lambda venue: void(order(venue, "43")), face=BYBIT) as (venue, gateway):
        stop(venue, "-43", "0.15", reduce_only=True, client_id="my-stop")
        venue.exchange.set_price(AVL, Decimal("0.14"))
        await gateway.holds(NET, 0)
        await gateway.hears(lambda fact: isinstance(fact, OrderSeen) and fact.terminal)
        seen = [fact for fact in gateway.told if isinstance(fact, OrderSeen)]
        assert len({fact.order_id for fact in seen}) == 1
        assert {fact.client_order_id for fact in seen} == {"my-stop"}
        last = await gateway.venue.read_order(NET, order_id=None, client_order_id="my-stop")
        assert isinstance(last, OrderSeen)
        assert (last.order_id, last.executed) == (seen[0].order_id, Decimal(-43))


async def test_a_liquidation_is_pushed_and_listed() -> None:
    async with running(lambda venue: void(order(venue, "43")), face=BYBIT) as (venue, gateway):
        taken = venue.exchange.liquidate(AVL)
        await gateway.holds(NET, 0)
        await gateway.hears(lambda fact: tells(fact, name=BYBIT.wire_id(taken), terminal=False))
        since = SystemClock().now().utc.replace(hour=0, minute=0)
        fills = await gateway.venue.read_fills(AVL, since)
        assert [int(fill.quantity) for fill in fills] == [43, -43]


async def test_what_is_pushed_about_other_products_is_not_ours() -> None:
    row = {"category": "spot", "symbol": "AVLUSDT", "orderId": "1", "side": "Buy", "orderStatus": "Filled"}
    async with running(face=BYBIT) as (venue, gateway):
        venue.streams.push_raw(json.dumps({"id": "1", "topic": "order", "creationTime": 1, "data": [row]}))
        order(venue, "43")
        await gateway.holds(NET, 43)
        assert gateway.venue.stream_health().epoch == 1
        assert "1" not in {fact.order_id for fact in gateway.told if isinstance(fact, OrderSeen)}


@pytest.mark.parametrize(
    "frame",
    [
        '{"topic":"position","data":[{"category":"linear","symbol":"AVLUSDT"}]}',
        '{"topic":"position","data":{}}',
        '{"topic":"order"',
        "[]",
    ],
)
async def test_a_frame_that_cannot_be_read_ends_the_epoch_and_not_the_stream(frame: str) -> None:
    async with running(face=BYBIT) as (venue, gateway):
        venue.streams.push_raw(frame)
        await gateway.live(2)
        order(venue, "43")
        assert (await gateway.holds(NET, 43)).provenance.epoch == 2


async def test_a_peer_that_answers_no_ping_is_given_up() -> None:
    rules = StreamRules(keep_alive=0.1, backoff_first=0.02, backoff_most=0.1)
    async with running(rules=rules, face=BYBIT) as (venue, gateway):
        await asyncio.sleep(0.5)  # several pings, each answered
        assert gateway.venue.stream_health().epoch == 1
        venue.streams.mute = True
        down = await gateway.health(lambda now: now.state is StreamState.DOWN)
        assert "silent" in (down.error or "")
        venue.streams.mute = False
        await gateway.live(2)


async def test_a_stream_that_does_not_answer_the_sign_in_is_not_live() -> None:
    rules = StreamRules(connect_timeout=1, backoff_first=0.02, backoff_most=0.1)
    async with running(rules=rules, face=BYBIT) as (venue, gateway):
        venue.streams.mute = True
        await venue.streams.disconnect()
        down = await gateway.health(lambda now: "auth" in (now.error or ""))
        assert down.state is not StreamState.LIVE
        assert "no answer" in (down.error or "")
        venue.streams.mute = False
        await gateway.live(3)


async def test_a_sign_in_that_is_refused_says_so_without_the_secret() -> None:
    async with running(face=BYBIT) as (venue, gateway):
        gateway.venue._streaming.exchange.secret = "another-secret"
        await venue.streams.disconnect()
        down = await gateway.health(lambda now: "auth" in (now.error or ""))
        assert "Signature verification failed" in (down.error or "")
        assert "check the key" in (down.error or "")
        assert "another-secret" not in (down.error or "")


async def test_the_sign_in_goes_by_the_venues_clock() -> None:
    async with running(lambda venue: setattr(venue.clock, "skew_ms", 3_600_000), face=BYBIT) as (
        venue,
        gateway,
    ):
        order(venue, "43")
        await gateway.holds(NET, 43)


def void(*_: object) -> None:
    return
