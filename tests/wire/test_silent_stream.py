"""A stream that is connected and says nothing is found by reading, told, and replaced."""

import pytest

from tests.verification.venues.samples import account_update, listed_position, pushed_position
from tests.wire.conftest import Connect
from tests.wire.scripted import ScriptedVenue, plain
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

RULES = StreamRules(missed_after=0.1, renew_after_missed=60, backoff_first=0.02)
CHANGED = listed_position(positionAmt="86", updateTime=1_700_000_009_000)


async def test_a_change_that_only_the_list_shows_is_missed(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port, RULES)
    assert gateway.venue.stream_health().missed_since is None
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([CHANGED])
    reading = await gateway.venue.read_positions()
    health = await gateway.health(lambda now: now.missed_since is not None)
    assert health.state is StreamState.LIVE
    assert health.missed_since == reading.received


async def test_it_is_forgiven_when_the_push_comes(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port, RULES)
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([CHANGED])
    await gateway.venue.read_positions()
    await gateway.health(lambda now: now.missed_since is not None)
    await scripted.push(account_update(pushed_position("86"), at=1_700_000_009_000))
    await gateway.health(lambda now: now.missed_since is None)


async def test_a_list_that_lags_behind_accuses_nobody(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port, StreamRules(missed_after=0))
    await scripted.push(account_update(pushed_position("43"), at=1_700_000_009_000))
    await gateway.facts(1)
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([listed_position(positionAmt="13")])
    await gateway.venue.read_positions()
    assert gateway.venue.stream_health().missed_since is None


async def test_a_deaf_connection_is_replaced(scripted: ScriptedVenue, connect: Connect) -> None:
    rules = StreamRules(missed_after=0.1, renew_after_missed=0.2, backoff_first=0.02)
    gateway = await connect(scripted.port, rules)
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([CHANGED])
    reading = await gateway.venue.read_positions()
    assert (await gateway.live(2)).missed_since == reading.received, "the new one may be as deaf"
    await scripted.push(account_update(pushed_position("43"), at=1_700_000_010_000))
    health = await gateway.health(lambda now: now.missed_since is None)
    assert health.proof is not None
    assert health.proof.text == "it pushed the position of AVL/USDT:USDT"


async def test_after_its_first_push_one_list_confirms_it_and_nobody_waits_for_the_next_trade(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port, RULES)
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([CHANGED])
    await gateway.venue.read_positions()
    await gateway.health(lambda now: now.missed_since is not None)
    await scripted.push(account_update(pushed_position("86"), at=1_700_000_009_000))
    health = await gateway.health(lambda now: now.proof is not None and "list agrees" in now.proof.text)
    assert health.proof is not None
    assert (
        health.proof.text
        == "it has pushed the position of AVL/USDT:USDT, and the position list agrees with it"
    )
