"""Frames of any kind and size are read, and of a train of them none is lost, however slowly they are read."""

import json
import time
from decimal import Decimal

import pytest

from tests.verification.venues.samples import account_update, pushed_position
from tests.wire.conftest import Connect
from tests.wire.scripted import ScriptedVenue
from verification.facts.observation import Observation, PositionSeen
from verification.venues.capabilities import StreamRules

pytestmark = pytest.mark.wire

NOON = 1_700_000_000_000
TRAIN = 5_000
PADDING = "x" * 1000
MUCH = "x" * (9 << 20)


async def test_a_binary_frame_is_read_as_text_is(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    (stream,) = scripted.streams
    await stream.send_bytes(json.dumps(account_update(pushed_position("43"))).encode())
    (fact,) = await gateway.facts(1)
    assert isinstance(fact, PositionSeen)
    assert (fact.quantity, fact.provenance.epoch) == (Decimal(43), 1)


@pytest.mark.parametrize("compress", [0, 15])
async def test_a_frame_of_nine_megabytes_is_read(
    scripted: ScriptedVenue, connect: Connect, compress: int
) -> None:
    gateway = await connect(scripted.port, options={"ws": {"compress": compress}})
    await scripted.push(account_update(pushed_position("43")) | {"padding": MUCH})
    (fact,) = await gateway.facts(1)
    assert fact.provenance.epoch == 1


async def test_of_a_train_that_outruns_its_reader_no_frame_is_lost(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    """Five megabytes and a reader that stands still now and then: more than sockets and queues hold."""
    rules = StreamRules(keep_alive=0.5, backoff_first=0.02)
    gateway = await connect(scripted.port, rules)

    def dawdle(fact: Observation) -> None:
        if isinstance(fact, PositionSeen) and fact.quantity % 1000 == 0:
            time.sleep(0.2)  # noqa: TID251 - it is to block

    gateway.venue.listen(dawdle)
    frames = [
        account_update(pushed_position(str(n)), at=NOON + n) | {"padding": PADDING} for n in range(TRAIN)
    ]
    await scripted.push(*frames)
    facts = await gateway.facts(TRAIN)
    assert [fact.quantity for fact in facts if isinstance(fact, PositionSeen)] == [
        *map(Decimal, range(TRAIN))
    ]
    assert gateway.venue.stream_health().epoch == 1
