"""A list that one life of the stream asked for can neither land in the next life nor end it."""

import asyncio
import json
from collections.abc import Callable

import pytest

from tests.verification.venues.samples import account_update, listed_position, pushed_position
from tests.wire.conftest import Connect, Watched
from tests.wire.scripted import Reply, ScriptedVenue, plain
from verification.facts.leg import Leg, LegKey
from verification.facts.observation import Observation
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

LIST = "GET /fapi/v3/positionRisk"
BTC = LegKey("main", "BTC/USDT:USDT", Leg.NET)
UNKNOWN = {"e": "NEW_KIND", "E": 1, "T": 1}
OLD = [listed_position(symbol="BTCUSDT", positionAmt="7")]


async def asked_for_in_the_last_life(
    scripted: ScriptedVenue, gateway: Watched, answer: str, status: int
) -> asyncio.Event:
    """Let a list be asked for, and the connection end before it is answered; return what lets it go."""
    gate, asked = asyncio.Event(), scripted.count(LIST)
    scripted.answers[LIST] = Reply(answer, status, gate=gate)
    await scripted.push(UNKNOWN)
    await scripted.until(lambda: scripted.count(LIST) > asked)
    scripted.answers[LIST] = plain([])
    await scripted.hang_up()
    await gateway.live(2)
    return gate


async def answered(scripted: ScriptedVenue, gateway: Watched, gate: asyncio.Event) -> None:
    """Let the late answer come, and be read: what is asked for after it is answered after it."""
    gate.set()
    await scripted.until(lambda: scripted.let_through == 1)
    for _ in range(3):
        await gateway.venue.read_positions()


async def test_a_late_list_does_not_land_in_the_next_life(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    gate = await asked_for_in_the_last_life(scripted, gateway, json.dumps(OLD), 200)
    told = list(gateway.told)
    await answered(scripted, gateway, gate)
    assert gateway.venue.latest(BTC) is None
    assert gateway.told == told


async def test_a_late_list_is_not_held_against_the_next_life(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port, StreamRules(missed_after=0, backoff_first=0.02))
    gate = await asked_for_in_the_last_life(scripted, gateway, json.dumps(OLD), 200)
    await answered(scripted, gateway, gate)
    assert gateway.venue.stream_health().missed_since is None


@pytest.mark.parametrize(("answer", "status"), [("<html>busy</html>", 503), ('[{"symbol":7}]', 200)])
async def test_a_list_that_fails_late_does_not_end_the_next_life(
    scripted: ScriptedVenue, connect: Connect, answer: str, status: int
) -> None:
    gateway = await connect(scripted.port)
    gate = await asked_for_in_the_last_life(scripted, gateway, answer, status)
    await answered(scripted, gateway, gate)
    await scripted.push(account_update(pushed_position("43")))
    await gateway.hears(of_epoch(2))
    health = gateway.venue.stream_health()
    assert (health.state, health.epoch) == (StreamState.LIVE, 2)


async def test_a_list_that_fails_ends_the_life_that_asked_for_it(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    gate, asked = asyncio.Event(), scripted.count(LIST)
    scripted.answers[LIST] = Reply("<html>busy</html>", 503, gate=gate)
    await scripted.push(UNKNOWN)
    await scripted.until(lambda: scripted.count(LIST) > asked)
    scripted.answers[LIST] = plain([])
    gate.set()
    await gateway.live(2)


async def test_what_is_not_known_yet_while_the_first_list_is_read_is_asked_for_again(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    """The first list may have left before the event: only one that is sent after it is sure to show it."""
    gate = asyncio.Event()
    of_connecting = iter([Reply("[]")])
    scripted.answers[LIST] = lambda _: next(of_connecting, Reply("[]", gate=gate))
    gateway = await connect(scripted.port, live=False)
    await scripted.until(lambda: scripted.count(LIST) == 2 and len(scripted.streams) == 1)
    await scripted.push(UNKNOWN)
    await gateway.health(lambda now: now.last_frame is not None)
    scripted.answers[LIST] = plain(OLD)
    gate.set()
    await gateway.hears(lambda fact: fact.key == BTC)
    assert gateway.venue.stream_health().epoch == 1


async def test_a_crowd_of_unknown_events_asks_for_few_lists(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    asked = scripted.count(LIST)
    await scripted.push(*[UNKNOWN] * 200)
    await scripted.push(account_update(pushed_position("43")))
    await gateway.facts(1)
    await scripted.until(lambda: scripted.count(LIST) > asked)
    for _ in range(20):
        await scripted.push(UNKNOWN)
    await gateway.venue.read_positions()
    assert scripted.count(LIST) <= asked + 2


def of_epoch(number: int) -> Callable[[Observation], bool]:
    def is_of(fact: Observation) -> bool:
        return fact.provenance.epoch == number

    return is_of
