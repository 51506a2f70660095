"""The stream notices that it is dead, deaf or unreadable, says so, and comes back with a snapshot."""

import logging
from decimal import Decimal

import pytest

from tests.verification.venues.samples import NET, account_update, listed_position, pushed_position
from tests.wire.conftest import Connect
from tests.wire.scripted import Reply, ScriptedVenue, plain
from verification.facts.observation import PositionSeen, Silence, Source, SourceSilent
from verification.venues.capabilities import StreamRules
from verification.venues.stream_state import StreamState

pytestmark = pytest.mark.wire

EXPIRED = {"e": "listenKeyExpired", "E": 1_700_000_000_000, "listenKey": "listen-key-1"}


async def test_a_snapshot_comes_before_the_stream_counts_as_live(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([listed_position()])
    gateway = await connect(scripted.port)
    latest = gateway.venue.latest(NET)
    assert isinstance(latest, PositionSeen)
    assert latest.quantity == 43
    assert (latest.provenance.source, latest.provenance.epoch) == (Source.REST, 1)
    assert gateway.told == [latest]


async def test_without_a_snapshot_it_is_not_live_and_tries_again(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    scripted.answers["GET /fapi/v3/positionRisk"] = Reply("<html>maintenance</html>")
    gateway = await connect(scripted.port, live=False)
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert "position list" in (down.error or "")
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([])
    assert (await gateway.live(2)).error is None


async def test_a_close_while_disconnected_is_seen_after_coming_back(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(account_update(pushed_position("43")))
    await gateway.facts(1)
    await scripted.hang_up()
    await gateway.live(2)
    latest = gateway.venue.latest(NET)
    assert isinstance(latest, SourceSilent)
    assert (latest.silence, latest.complete, latest.provenance.epoch) == (Silence.ABSENT, True, 2)
    assert gateway.told[-1] == latest


async def test_while_it_is_down_it_claims_to_know_nothing(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(account_update(pushed_position("43")))
    await gateway.facts(1)
    scripted.refuses_streams = 503
    await scripted.hang_up()
    health = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert health.error
    assert gateway.venue.latest(NET) is None


async def test_the_listen_key_is_renewed_again_and_again(scripted: ScriptedVenue, connect: Connect) -> None:
    await connect(scripted.port, StreamRules(key_refresh=0.05))
    await scripted.until(lambda: scripted.count("PUT /fapi/v1/listenKey") >= 4)
    assert scripted.count("POST /fapi/v1/listenKey") == 1


async def test_a_key_that_the_venue_no_longer_knows_is_replaced(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    refused = Reply('{"code":-1125,"msg":"This listenKey does not exist."}', 400)
    scripted.answers["PUT /fapi/v1/listenKey"] = refused
    gateway = await connect(scripted.port, StreamRules(key_refresh=0.05, backoff_first=0.02))
    await gateway.live(2)
    assert scripted.count("POST /fapi/v1/listenKey") >= 2


async def test_a_renewal_that_gets_no_answer_does_not_end_a_working_stream(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    scripted.answers["PUT /fapi/v1/listenKey"] = Reply("busy", 503)
    gateway = await connect(scripted.port, StreamRules(key_refresh=0.04))
    await scripted.until(lambda: scripted.count("PUT /fapi/v1/listenKey") >= 3)
    assert gateway.venue.stream_health().epoch == 1


async def test_an_expired_key_begins_a_new_epoch(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    await scripted.push(EXPIRED)
    await gateway.live(2)
    assert scripted.count("POST /fapi/v1/listenKey") == 2


async def test_a_peer_that_no_longer_answers_pings_is_given_up(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port, StreamRules(keep_alive=0.1, backoff_first=0.02))
    await gateway.health(lambda now: now.last_frame is not None)
    scripted.answers_pings = False
    down = await gateway.health(lambda now: now.state is StreamState.DOWN)
    assert "silent" in (down.error or "")
    scripted.answers_pings = True
    await gateway.live(2)


@pytest.mark.parametrize(
    "frame",
    [
        '{"e":"ACCOUNT_UPDATE",',
        '{"e":"ACCOUNT_UPDATE","T":1700000000000,"E":1700000000000,"a":null}',
        '{"e":"ORDER_TRADE_UPDATE","T":1700000000000,"E":1700000000000,"o":{"s":"AVLUSDT"}}',
        "[1,2,3]",
    ],
)
async def test_a_frame_that_cannot_be_read_ends_the_epoch_and_not_the_stream(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture, frame: str
) -> None:
    gateway = await connect(scripted.port)
    with caplog.at_level(logging.WARNING, "verification"):
        await scripted.push(frame)
        await gateway.live(2)
    assert "a frame could not be read" in caplog.text
    await scripted.push(account_update(pushed_position("43")))
    assert (await gateway.facts(1))[0].provenance.epoch == 2


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(1_700_000_000, id="seconds"),
        pytest.param(1_700_000_000_000_000, id="microseconds"),
    ],
)
async def test_what_was_pushed_with_a_time_that_no_venue_means_comes_with_the_next_snapshot(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture, at: int
) -> None:
    gateway = await connect(scripted.port)
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([listed_position(positionAmt="43")])
    with caplog.at_level(logging.WARNING, "verification"):
        await scripted.push(account_update(pushed_position("43"), at=at))
        (fact,) = await gateway.facts(1)
    assert f"{at} ms is no time that a venue can mean" in caplog.text
    assert isinstance(fact, PositionSeen)
    assert (fact.quantity, fact.provenance.source, fact.provenance.epoch) == (Decimal(43), Source.REST, 2)


async def test_facts_keep_coming_after_an_event_of_an_unknown_kind(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    asked = scripted.count("GET /fapi/v3/positionRisk")
    await scripted.push({"e": "NEW_KIND", "E": 1, "T": 1})
    await scripted.until(lambda: scripted.count("GET /fapi/v3/positionRisk") > asked)
    await scripted.push(account_update(pushed_position("43")))
    await gateway.facts(1)
    assert gateway.venue.stream_health().epoch == 1


async def test_a_slow_snapshot_does_not_wipe_what_was_pushed_meanwhile(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    older = plain([listed_position(positionAmt="13", updateTime=1_699_999_999_000)])
    scripted.answers["GET /fapi/v3/positionRisk"] = Reply(older.body, delay=0.2)
    gateway = await connect(scripted.port, live=False)
    await scripted.until(lambda: scripted.count("GET /fapi/v3/positionRisk") == 2)  # the first told the mode
    await scripted.push(account_update(pushed_position("43")))
    await gateway.live(1)
    latest = gateway.venue.latest(NET)
    assert isinstance(latest, PositionSeen)
    assert latest.quantity == 43


async def test_a_listeners_bug_is_logged_and_does_not_end_the_stream_for_good(
    scripted: ScriptedVenue, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = await connect(scripted.port)

    def stumble(_: object) -> None:
        forget()
        raise TypeError("a bug")

    forget = gateway.venue.listen(stumble)
    await scripted.push(account_update(pushed_position("43")))
    await gateway.live(2)
    assert "a frame met a bug" in caplog.text


async def test_a_listener_that_has_left_hears_nothing(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port)
    heard: list[object] = []
    forget = gateway.venue.listen(heard.append)
    forget()
    await scripted.push(account_update(pushed_position("43")))
    await gateway.facts(1)
    assert heard == []
