"""No key, secret or listen key is in any log, message or repr, however much is logged."""

import logging

import pytest

from tests.verification.venues.samples import account_update, pushed_position
from tests.wire.conftest import Connect
from tests.wire.scripted import Reply, ScriptedVenue
from verification.facts.errors import SourceError
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

CANARIES = ("the-key", "the-secret", "listen-key-1")


async def test_a_whole_life_leaves_no_secret_behind(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    with caplog.at_level(logging.DEBUG):
        # What ccxt would log at this level holds the key; its own level keeps it quiet.
        gateway = await connect(scripted.port)
        await scripted.push(account_update(pushed_position("43")))
        said += [repr(fact) for fact in await gateway.facts(1)]
        said.append(repr(await gateway.venue.read()))
        scripted.answers["GET /fapi/v3/positionRisk"] = Reply(
            '{"code":-2015,"msg":"the-key the-secret"}', 401
        )
        with pytest.raises(SourceError) as caught:
            await gateway.venue.read_positions()
        said += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
        scripted.refuses_streams = 503
        await scripted.hang_up()
        health = await gateway.health(lambda now: now.state is StreamState.DOWN and now.epoch > 1)
        said += [repr(health), repr(gateway.venue.access), repr(gateway.venue), caplog.text]
    for canary in CANARIES:
        assert canary not in "\n".join(said)
