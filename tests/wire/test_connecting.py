"""Connecting can fail and be tried again; what is read there is exact."""

from decimal import Decimal

import pytest

from tests.verification.venues.samples import AVL
from tests.wire.conftest import QUICK, Watched, binance
from tests.wire.scripted import Reply, ScriptedVenue, access_to, plain
from verification.facts.account import PositionMode
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError, SourceMalformed, SourceUnreachable
from verification.venues.gateway.account import CcxtVenue
from verification.venues.port import Venue

pytestmark = pytest.mark.wire

AT = 1_700_000_000_000  # ms


@pytest.mark.parametrize(
    ("request_", "reply", "kind"),
    [
        ("GET /fapi/v1/exchangeInfo", Reply("busy", 503), SourceUnreachable),
        ("GET /fapi/v1/exchangeInfo", Reply("<html>"), SourceMalformed),
        ("GET /fapi/v1/exchangeInfo", plain({"symbols": []}), SourceMalformed),
        ("GET /fapi/v1/positionSide/dual", plain({"dualSidePosition": "perhaps"}), SourceMalformed),
        ("GET /fapi/v1/positionSide/dual", Reply("busy", 503), SourceUnreachable),
    ],
)
async def test_a_connect_that_failed_can_be_tried_again(
    scripted: ScriptedVenue, request_: str, reply: Reply, kind: type[SourceError]
) -> None:
    gateway = CcxtVenue(access_to(scripted.port), SystemClock(), binance(QUICK))
    try:
        whole = scripted.answers[request_]
        scripted.answers[request_] = reply
        with pytest.raises(kind):
            await gateway.connect()
        scripted.answers[request_] = whole
        await gateway.connect()
        await Watched(gateway).live()
    finally:
        await gateway.close()


async def test_connecting_reads_the_mode_and_exact_market_facts(scripted: ScriptedVenue) -> None:
    scripted.answers["GET /fapi/v1/positionSide/dual"] = plain({"dualSidePosition": True})
    gateway = CcxtVenue(access_to(scripted.port), SystemClock(), binance(QUICK))
    port: Venue = gateway
    try:
        await port.connect()
        assert port.mode is PositionMode.HEDGE
        market = port.markets[AVL]
        assert (market.market_id, market.active) == ("AVLUSDT", True)
        assert [market.contract_size, market.lot_step, market.price_step] == [1, 1, Decimal("0.0001")]
    finally:
        await port.close()


async def test_the_mode_is_read_again_when_a_leg_contradicts_it(scripted: ScriptedVenue) -> None:
    gateway = CcxtVenue(access_to(scripted.port), SystemClock(), binance(QUICK))
    try:
        await gateway.connect()
        assert gateway.mode is PositionMode.ONE_WAY
        scripted.answers["GET /fapi/v1/positionSide/dual"] = plain({"dualSidePosition": True})
        row = {"symbol": "AVLUSDT", "positionSide": "LONG", "positionAmt": "5", "updateTime": AT}
        scripted.answers["GET /fapi/v3/positionRisk"] = plain([row])
        assert (await gateway.read()).mode is PositionMode.HEDGE
    finally:
        await gateway.close()


@pytest.mark.parametrize(("side", "mode"), [("BOTH", PositionMode.ONE_WAY), ("SHORT", PositionMode.HEDGE)])
async def test_an_open_position_tells_the_mode_and_it_is_not_asked_for(
    scripted: ScriptedVenue, side: str, mode: PositionMode
) -> None:
    row = {"symbol": "AVLUSDT", "positionSide": side, "positionAmt": "-5", "updateTime": AT}
    scripted.answers["GET /fapi/v3/positionRisk"] = plain([row])
    gateway = CcxtVenue(access_to(scripted.port), SystemClock(), binance(QUICK))
    try:
        await gateway.connect()
        assert gateway.mode is mode
        assert scripted.count("GET /fapi/v1/positionSide/dual") == 0
    finally:
        await gateway.close()


async def test_where_the_position_list_cannot_be_read_the_mode_is_asked_for(scripted: ScriptedVenue) -> None:
    scripted.answers["GET /fapi/v3/positionRisk"] = Reply("busy", 503)
    scripted.answers["GET /fapi/v1/positionSide/dual"] = plain({"dualSidePosition": True})
    gateway = CcxtVenue(access_to(scripted.port), SystemClock(), binance(QUICK))
    try:
        await gateway.connect()
        assert gateway.mode is PositionMode.HEDGE
    finally:
        await gateway.close()
