"""What goes wrong between here and the venue has its kind, one plain line, and no secret in it."""

import pytest

from tests.verification.venues.samples import NET
from tests.wire.conftest import QUICK, Connect, binance
from tests.wire.scripted import Reply, ScriptedVenue, access_to, plain
from verification.facts.clock import SystemClock
from verification.facts.errors import CredentialsRejected, SourceError, SourceRejected, SourceUnreachable
from verification.facts.observation import Silence, SourceSilent
from verification.venues.gateway.account import CcxtVenue

pytestmark = pytest.mark.wire

POSITIONS = "GET /fapi/v3/positionRisk"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply("<html>bad gateway</html>", 502), SourceUnreachable),
        (Reply("<html>unavailable</html>", 503), SourceUnreachable),
        (Reply('{"code":-1003,"msg":"Too many requests"}', 429), SourceUnreachable),
        (Reply("banned", 418), SourceUnreachable),
        (Reply('{"code":-1008,"msg":"Server overloaded"}', 503), SourceUnreachable),
        (Reply('{"code":-1001,"msg":"Internal error"}', 503), SourceUnreachable),
        (Reply('{"code":-2015,"msg":"Invalid API-key, IP, or permissions"}', 401), CredentialsRejected),
        (Reply('{"code":-2014,"msg":"API-key format invalid."}', 401), CredentialsRejected),
        (Reply('{"code":-1022,"msg":"Signature for this request is not valid."}', 400), CredentialsRejected),
        (Reply('{"code":-4192,"msg":"cooling-off period"}', 400), CredentialsRejected),
        (Reply("not here", 451), SourceRejected),
    ],
)
async def test_each_refusal_has_its_kind(
    scripted: ScriptedVenue, connect: Connect, reply: Reply, kind: type[SourceError]
) -> None:
    gateway = await connect(scripted.port)
    scripted.answers[POSITIONS] = reply
    with pytest.raises(SourceError) as caught:
        await gateway.venue.read_positions()
    assert type(caught.value) is kind
    line = str(caught.value)
    assert line.startswith("binanceusdm: the position list failed")
    assert "\n" not in line
    assert "the-key" not in line
    assert "the-secret" not in line
    assert "signature=" not in line


async def test_no_answer_in_time_is_unreachable(scripted: ScriptedVenue, connect: Connect) -> None:
    gateway = await connect(scripted.port, timeout=100)
    scripted.answers[POSITIONS] = Reply("[]", delay=5)
    with pytest.raises(SourceUnreachable, match="no answer in time"):
        await gateway.venue.read_positions()


async def test_a_venue_that_is_not_there_is_unreachable() -> None:
    venue = CcxtVenue(access_to(1), SystemClock(), binance())
    try:
        with pytest.raises(SourceUnreachable, match="cannot be reached"):
            await venue.connect()
    finally:
        await venue.close()


async def test_wrong_keys_are_told_at_connecting(scripted: ScriptedVenue) -> None:
    refused = Reply('{"code":-2015,"msg":"Invalid API-key, IP, or permissions for action."}', 401)
    scripted.answers["GET /fapi/v1/positionSide/dual"] = refused
    venue = CcxtVenue(access_to(scripted.port), SystemClock(), binance(QUICK))
    try:
        with pytest.raises(SourceRejected, match="check the key"):
            await venue.connect()
    finally:
        await venue.close()


async def test_a_clock_that_the_venue_refuses_is_measured_and_the_read_goes_on(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    """The venue's clock is an hour behind; requests with our time are refused."""
    gateway = await connect(scripted.port)
    theirs = 1_700_000_000_000

    def position_list(query: dict[str, str]) -> Reply:
        if abs(int(query["timestamp"]) - theirs) > 60_000:
            return Reply('{"code":-1021,"msg":"Timestamp for this request was ahead."}', 400)
        return plain([])

    scripted.answers[POSITIONS] = position_list
    assert (await gateway.venue.read_positions()).positions == ()


async def test_an_order_the_venue_does_not_know_is_absent_and_proves_nothing(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    scripted.answers["GET /fapi/v1/order"] = Reply('{"code":-2013,"msg":"Order does not exist."}', 400)
    answer = await gateway.venue.read_order(NET, order_id="1", client_order_id=None)
    assert isinstance(answer, SourceSilent)
    assert (answer.silence, answer.complete) == (Silence.ABSENT, False)


async def test_a_symbol_that_is_not_listed_is_told_as_such_and_never_asked_about(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    asked = len(scripted.asked)
    reading = await gateway.venue.read(frozenset({"NOPE/USDT:USDT"}))
    assert reading.unlisted == {"NOPE/USDT:USDT"}
    assert reading.failures == {}
    # The market list, in which it is looked for once more, and the position list, which covers every symbol.
    sent = scripted.asked[asked:]
    assert [request for request, _ in sent] == ["GET /fapi/v1/exchangeInfo", "GET /fapi/v3/positionRisk"]
    assert not any("symbol" in parameters for _, parameters in sent)


async def test_a_bug_of_ours_is_not_called_a_failure_of_the_venue(
    scripted: ScriptedVenue, connect: Connect
) -> None:
    gateway = await connect(scripted.port)
    with pytest.raises(ValueError, match="one of its ids"):
        await gateway.venue.read_order(NET, order_id=None, client_order_id=None)
