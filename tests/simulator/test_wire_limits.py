"""What unmodified ccxt meets when it asks too much of either venue, truly or by a fault; what it has cost."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Any

import aiohttp
import ccxt
import ccxt.pro
import pytest

from simulator.faults.faults import RequestAction, RequestFault
from simulator.server import SimulatedVenue
from simulator.wire import sender_of
from tests.simulator.conftest import ccxt_client

pytestmark = pytest.mark.wire
AVL = "AVL/USDT:USDT"
LISTS = "positionRisk|openOrders|openAlgoOrders"
LIMITED = RequestFault(action=RequestAction.LIMIT, path=LISTS, status=429, for_seconds=300)


@pytest.fixture
async def bybit() -> AsyncIterator[tuple[SimulatedVenue, Any]]:
    async with AsyncExitStack() as stack:
        venue = await stack.enter_async_context(SimulatedVenue(face="bybit"))
        client: Any = ccxt.pro.bybit(
            {"apiKey": "key", "secret": "secret", "enableRateLimit": False, **venue.ccxt_config()}
        )
        stack.push_async_callback(client.close)
        await client.load_markets()
        yield venue, client


async def banned(venue: SimulatedVenue, client: Any, seconds: float) -> str:
    """Ask until the venue has had enough; return what it says."""
    venue.limits.change({"weight": 30, "patience": 2, "ban_seconds": seconds})
    for _ in range(60):
        try:
            await client.fetch_positions()
        except ccxt.DDoSProtection as error:
            if "banned until" in str(error):
                return str(error)
    raise AssertionError("no ban")


async def test_ccxt_is_told_the_weight_with_every_answer_an_error_too(bot: Any) -> None:
    await bot.fetch_positions()
    before = int(bot.last_response_headers["X-MBX-USED-WEIGHT-1M"])
    await bot.fetch_open_orders()
    assert int(bot.last_response_headers["X-MBX-USED-WEIGHT-1M"]) == before + 40
    with pytest.raises(ccxt.OrderNotFound):
        await bot.fetch_order("1", AVL)
    assert int(bot.last_response_headers["X-MBX-USED-WEIGHT-1M"]) == before + 41
    await bot.create_order(AVL, "market", "buy", 43)
    assert bot.last_response_headers["X-MBX-ORDER-COUNT-10S"] == "1"
    assert int(bot.last_response_headers["X-MBX-USED-WEIGHT-1M"]) == before + 41


async def test_too_many_requests_are_refused_then_banned_and_the_ban_ends(
    venue: SimulatedVenue, bot: Any
) -> None:
    said = await banned(venue, bot, 0.4)
    assert "IP(127.0.0.1)" in said
    assert "418" in said
    assert bot.last_response_headers["Retry-After"] == "1"
    assert {entry.status for entry in venue.journal.calls()} == {200, 429, 418}
    until = re.search(r"banned until (\d+)", said)
    assert until is not None
    with pytest.raises(ccxt.DDoSProtection):
        await bot.create_order(AVL, "market", "buy", 43)
    assert venue.exchange.position(AVL).amount == 0
    venue.limits.change({"weight": 2400})
    await asyncio.sleep(max(0, int(until[1]) - venue.clock.ms()) / 1000 + 0.01)
    await bot.create_order(AVL, "market", "buy", 43)


async def test_what_another_key_asks_counts_to_the_same_address_and_another_exit_has_its_own(
    venue: SimulatedVenue, bot: Any
) -> None:
    other = ccxt_client(venue, apiKey="another")
    away = ccxt_client(venue, apiKey="another", headers={"X-Forwarded-For": "10.0.0.2"})
    try:
        await banned(venue, bot, 60)
        with pytest.raises(ccxt.DDoSProtection, match=r"IP\(127.0.0.1\) banned until"):
            await other.fetch_positions()
        venue.limits.change({"weight": 2400})
        assert await away.fetch_positions() == []
    finally:
        await other.close()
        await away.close()


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (LIMITED, ccxt.DDoSProtection, "Too many requests; current limit of IP"),
        (replace(LIMITED, told=False), ccxt.DDoSProtection, "Too many requests; current limit of IP"),
        (replace(LIMITED, status=418), ccxt.DDoSProtection, r"banned until \d{13}\. "),
        (replace(LIMITED, status=418, told=False), ccxt.DDoSProtection, r"banned\. "),
        # ccxt knows the futures' -1008 only at the futures' own address.
        (replace(LIMITED, status=503), ccxt.ExchangeError, "-1008"),
        (replace(LIMITED, status=503, told=False), ccxt.ExchangeError, "-1008"),
    ],
)
async def test_lists_are_limited_on_demand_and_nothing_else(
    venue: SimulatedVenue, bot: Any, fault: RequestFault, kind: type[Exception], says: str
) -> None:
    await bot.fetch_positions()
    venue.faults.add(fault)
    conditional = partial(bot.fetch_open_orders, params={"trigger": True})
    for ask in (bot.fetch_positions, bot.fetch_open_orders, conditional):
        with pytest.raises(kind, match=says):
            await ask()
        wait = bot.last_response_headers.get("Retry-After")
        assert (wait is not None) == fault.told
        assert wait is None or 0 < int(wait) <= (60 if fault.status == 429 else 300)
    await bot.create_order(AVL, "market", "buy", 43)
    venue.faults.clear()
    assert len(await bot.fetch_positions()) == 1


async def test_bybits_users_have_limits_by_endpoint(bybit: tuple[SimulatedVenue, Any]) -> None:
    venue, client = bybit
    venue.limits.change({"share": 0.04})
    for left in ("1", "0"):
        await client.fetch_positions()
        assert client.last_response_headers["X-Bapi-Limit"] == "2"
        assert client.last_response_headers["X-Bapi-Limit-Status"] == left
    with pytest.raises(ccxt.RateLimitExceeded, match=r"10006.*Too many visits"):
        await client.fetch_positions()
    resets = int(client.last_response_headers["X-Bapi-Limit-Reset-Timestamp"])
    assert 0 < resets - venue.clock.ms() <= 1000
    assert await client.fetch_open_orders(AVL) == []
    await asyncio.sleep(max(0, resets - venue.clock.ms()) / 1000 + 0.01)
    assert await client.fetch_positions() == []


async def test_bybit_bans_an_address_that_asks_more_than_its_five_seconds_allow(
    bybit: tuple[SimulatedVenue, Any],
) -> None:
    venue, client = bybit
    asked = len(venue.journal.entries)
    venue.limits.change({"requests": asked + 3, "ban_seconds": 0.4})
    await asyncio.gather(*(client.fetch_time() for _ in range(3)))
    with pytest.raises(ccxt.RateLimitExceeded, match=r"403.*access too frequent"):
        await client.fetch_time()
    with pytest.raises(ccxt.RateLimitExceeded, match="403"):
        await client.create_order(AVL, "market", "buy", 100)
    venue.limits.change({"requests": 600})
    await asyncio.sleep(0.41)
    await client.create_order(AVL, "market", "buy", 100)


@pytest.mark.parametrize(
    ("status", "says"), [(200, "10006"), (403, "access too frequent"), (429, "429"), (503, "503")]
)
async def test_bybits_lists_are_limited_on_demand(
    bybit: tuple[SimulatedVenue, Any], status: int, says: str
) -> None:
    venue, client = bybit
    fault = RequestFault(action=RequestAction.LIMIT, path="position/list", status=status, for_seconds=9)
    venue.faults.add(fault)
    with pytest.raises(ccxt.OperationFailed, match=says):
        await client.fetch_positions()
    assert await client.fetch_open_orders(AVL) == []


async def test_what_was_spent_is_told_by_path_status_sender_and_address(
    venue: SimulatedVenue, bot: Any
) -> None:
    other = ccxt_client(venue, apiKey="another", headers={"X-Forwarded-For": "10.0.0.2"})
    try:
        await bot.fetch_positions()
        await other.fetch_positions()
    finally:
        await other.close()
    venue.faults.add(RequestFault(action=RequestAction.LIMIT, path=LISTS, status=418))
    with pytest.raises(ccxt.DDoSProtection):
        await bot.fetch_open_orders()
    async with aiohttp.ClientSession() as session:
        url = f"{venue.url}/sim/spending?sender={sender_of('key')}"
        mine = await (await session.get(url)).json()
        both = await (await session.get(f"{venue.url}/sim/spending")).json()
        past = f"{venue.url}/sim/spending?until={venue.clock.ms() - 60_000}"
        nothing = await (await session.get(past)).json()
        wrong = await session.get(f"{venue.url}/sim/spending?since=today")
    assert mine["by_path"]["GET /fapi/v3/positionRisk"] == {"requests": 1, "weight": 5}
    assert mine["by_path"]["GET /fapi/v1/openOrders"] == {"requests": 1, "weight": 40}
    assert mine["by_status"]["418"] == {"requests": 1, "weight": 40}
    assert mine["weight"] == mine["weight_per_minute"] == sum(e["weight"] for e in mine["by_path"].values())
    assert both["by_path"]["GET /fapi/v3/positionRisk"] == {"requests": 2, "weight": 10}
    assert set(both["by_address"]) == {"127.0.0.1", "10.0.0.2"}
    assert set(both["by_sender"]) == {sender_of("key"), sender_of("another"), "no key"}
    assert (nothing["requests"], nothing["weight_per_minute"]) == (0, 0)
    assert wrong.status == 400


async def test_limits_are_set_from_outside_and_a_wrong_wish_gets_one_sentence(venue: SimulatedVenue) -> None:
    async with aiohttp.ClientSession() as session:

        async def post(path: str, /, **wish: object) -> tuple[int, Any]:
            async with session.post(f"{venue.url}/sim/{path}", json=wish) as answer:
                return answer.status, await answer.json()

        status, told = await post("limits", weight=100)
        assert (status, told["weight"], told["ban_seconds"]) == (200, 100, 120)
        assert (await post("limits", wait=1))[0] == 400
        status, refused = await post("faults", action="limit", status=404)
        assert (status, "429, 418 or 503" in refused["error"]) == (400, True)
        assert (await post("faults", action="limit", status=418, path=LISTS, for_seconds=9))[0] == 200
