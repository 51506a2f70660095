"""What a key may do is read from the venue; what is not told, or not understood, is never "it may not"."""

import json
from typing import Any

import pytest

from simulator.faults.faults import Garbage, RequestAction, RequestFault
from simulator.server import SimulatedVenue
from tests.wire.faces import BINANCE, BYBIT, Face
from tests.wire.scripted import Reply, ScriptedVenue, access_to
from tests.wire.simulated import access_to as access_to_simulated
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError, SourceMalformed
from verification.facts.key_rights import KeyRights
from verification.venues.gateway.account import CcxtVenue

pytestmark = pytest.mark.wire

PATHS = {"binance": "/sapi/v1/account/apiRestrictions", "bybit": "/v5/user/query-api"}
RESTRICTIONS = {
    "ipRestrict": True,
    "createTime": 1_700_000_000_000,
    "enableReading": True,
    "enableFutures": False,
    "enableWithdrawals": False,
    "enableSpotAndMarginTrading": False,
}


async def asked(venue: SimulatedVenue) -> KeyRights | None:
    gateway = CcxtVenue(access_to_simulated(venue), SystemClock())
    try:
        return await gateway.read_key_rights()
    finally:
        await gateway.close()


async def answered(scripted: ScriptedVenue, told: object) -> KeyRights | None:
    scripted.answers["GET /sapi/v1/account/apiRestrictions"] = Reply(json.dumps(told))
    gateway = CcxtVenue(access_to(scripted.port), SystemClock())
    try:
        return await gateway.read_key_rights()
    finally:
        await gateway.close()


@pytest.mark.parametrize("face", [BINANCE, BYBIT], ids=lambda face: face.name)
@pytest.mark.parametrize("trades", [True, False])
@pytest.mark.parametrize("withdraws", [True, False])
async def test_each_right_is_read_by_itself(face: Face, *, trades: bool, withdraws: bool) -> None:
    async with SimulatedVenue(face=face.name, key_trades=trades, key_withdraws=withdraws) as venue:
        rights = await asked(venue)

    assert rights is not None
    assert (rights.trades, rights.withdraws) == (trades, withdraws)
    assert rights.granted


@pytest.mark.parametrize("face", [BINANCE, BYBIT], ids=lambda face: face.name)
@pytest.mark.parametrize("garbage", list(Garbage))
async def test_garbage_in_its_place_is_a_failed_read(face: Face, garbage: Garbage) -> None:
    async with SimulatedVenue(face=face.name) as venue:
        venue.faults.add(
            RequestFault(action=RequestAction.GARBAGE, path=PATHS[face.name], garbage=garbage, status=200)
        )
        with pytest.raises(SourceError):
            await asked(venue)


@pytest.mark.parametrize(
    ("told", "trades", "withdraws"),
    [
        ({}, False, False),
        ({"enableFutures": True}, True, False),
        ({"enableMargin": True}, True, False),
        ({"enableVanillaOptions": True}, True, False),
        ({"enableSpotAndMarginTrading": True}, True, False),
        ({"enableWithdrawals": True}, False, True),
        ({"permitsUniversalTransfer": True}, False, False),
    ],
)
async def test_any_way_to_trade_counts(
    scripted: ScriptedVenue, told: dict[str, Any], *, trades: bool, withdraws: bool
) -> None:
    rights = await answered(scripted, {**RESTRICTIONS, **told})

    assert rights == KeyRights(
        trades=trades, withdraws=withdraws, granted=tuple(sorted({"enableReading", *told}))
    )


@pytest.mark.parametrize("missing", ["enableFutures", "enableWithdrawals", "enableSpotAndMarginTrading"])
async def test_a_right_that_is_not_told_is_not_taken_for_denied(
    scripted: ScriptedVenue, missing: str
) -> None:
    for told in (
        {name: value for name, value in RESTRICTIONS.items() if name != missing},
        {**RESTRICTIONS, missing: None},
        {**RESTRICTIONS, missing: "perhaps"},
    ):
        with pytest.raises(SourceMalformed):
            await answered(scripted, told)
