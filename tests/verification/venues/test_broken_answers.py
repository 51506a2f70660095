"""Each body, damaged at every place: a typed failure or a right value, never flat, never doubled."""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from tests.verification.venues.broken_bodies import Broken, broken, once, with_a_key_twice
from tests.verification.venues.right_answers import (
    fills_are_right,
    markets_are_right,
    order_is_right,
    orders_are_right,
    position_is_right,
    prices_are_right,
    rights_are_right,
    touched,
)
from tests.verification.venues.samples import AVL, NET
from tests.verification.venues.wireless import Wireless, bodies_of
from verification.facts.account import AccountReading, PositionMode
from verification.facts.clock import SystemClock
from verification.facts.errors import SourceError, SourceMalformed

Ask = Callable[[Wireless], Awaitable[object]]
Right = Callable[[Broken, Any], bool]


async def prices(account: Wireless) -> object:
    return await account.venue.read_prices(frozenset({AVL}))


async def rights(account: Wireless) -> object:
    return await account.venue.read_key_rights()


async def positions(account: Wireless) -> object:
    return await account.venue.read_positions()


async def order(account: Wireless) -> object:
    order_id = "8886774" if account.venue.access.venue == "binanceusdm" else "the-order"
    return await account.venue.read_order(NET, order_id=order_id, client_order_id=None)


async def fills(account: Wireless) -> object:
    return await account.venue.read_fills(AVL, SystemClock().now().utc - timedelta(minutes=1))


async def markets(account: Wireless) -> object:
    await account.venue.connect()
    return account.venue.markets


async def mode(account: Wireless) -> object:
    await account.venue._read_mode(account.venue._urgent)
    return account.venue.mode


async def clock(account: Wireless) -> object:
    return await account.venue.read_clock_offset()


def part(name: str) -> Ask:
    async def ask(account: Wireless) -> object:
        reading: AccountReading = await account.venue.read()
        found = getattr(reading, name)
        if found is None:
            assert reading.failures
            raise next(iter(reading.failures.values()))
        return found

    return ask


ENDPOINTS: dict[str, tuple[str, Ask, Right]] = {
    "GET /fapi/v3/positionRisk": ("binanceusdm", positions, position_is_right),
    "GET /fapi/v1/openOrders": (
        "binanceusdm",
        part("orders"),
        lambda done, got: orders_are_right(got, done, 1),
    ),
    "GET /fapi/v1/openAlgoOrders": (
        "binanceusdm",
        part("conditional_orders"),
        lambda done, got: orders_are_right(got, done, 1),
    ),
    "GET /fapi/v1/order": ("binanceusdm", order, order_is_right),
    "GET /fapi/v1/userTrades": ("binanceusdm", fills, fills_are_right),
    "GET /fapi/v1/exchangeInfo": ("binanceusdm", markets, markets_are_right),
    "GET /fapi/v1/positionSide/dual": ("binanceusdm", mode, lambda _, got: isinstance(got, PositionMode)),
    "GET /fapi/v1/time": ("binanceusdm", clock, lambda _, got: abs(got.offset.days) < 40_000),
    "GET /fapi/v1/premiumIndex": ("binanceusdm", prices, prices_are_right),
    "GET /fapi/v2/ticker/price": ("binanceusdm", prices, prices_are_right),
    "GET /sapi/v1/account/apiRestrictions": ("binanceusdm", rights, rights_are_right),
    "GET /v5/market/tickers": ("bybit", prices, prices_are_right),
    "GET /v5/user/query-api": ("bybit", rights, rights_are_right),
    "GET /v5/position/list": ("bybit", positions, position_is_right),
    "GET /v5/order/realtime": (
        "bybit",
        part("conditional_orders"),
        lambda done, got: (
            orders_are_right(got, done, 1) or touched(done, "orderStatus", "triggerPrice", "stopOrderType")
        ),
    ),
    "GET /v5/order/history": ("bybit", order, order_is_right),
    "GET /v5/execution/list": ("bybit", fills, fills_are_right),
    "GET /v5/market/instruments-info": ("bybit", markets, markets_are_right),
    "GET /v5/market/time": ("bybit", clock, lambda _, got: abs(got.offset.days) < 40_000),
}


@asynccontextmanager
async def account_at(request: str) -> AsyncIterator[Wireless]:
    venue = ENDPOINTS[request][0]
    account = Wireless(venue, bodies_of(venue))
    for each, body in bodies_of(venue).items():
        account.answers(each, body)
    await account.connected()
    if request == "GET /v5/order/history":
        account.answers("GET /v5/order/realtime", {"retCode": 0, "result": {"list": []}})
    try:
        yield account
    finally:
        await account.close()


async def wrong(account: Wireless, request: str, done: Broken) -> str | None:
    """Say what is wrong with what becomes of a damaged body; None if nothing is."""
    _, ask, right = ENDPOINTS[request]
    account.answers(request, done.body)
    try:
        outcome = await ask(account)
    except SourceError:
        return None
    except Exception as error:  # noqa: BLE001 - which is what must not be
        return f"{done.what}: {type(error).__name__}: {error}"
    try:
        return None if right(done, outcome) else f"{done.what}: {outcome!r:.300}"
    except Exception as error:  # noqa: BLE001 - told with the damage
        return f"{done.what}: the check met {type(error).__name__}: {error}"


async def failure_of(ask: Ask, account: Wireless) -> str:
    """The failure of an answer, or of the part of it that was damaged; empty where it was believed."""
    try:
        return str(getattr(await ask(account), "failure", ""))
    except SourceMalformed as error:
        return str(error)


MARKET_LISTS = {"GET /fapi/v1/exchangeInfo", "GET /v5/market/instruments-info"}
ONE_OF_TWO = {"GET /fapi/v1/premiumIndex", "GET /fapi/v2/ticker/price"}
"""Requests of which one that fails takes nothing from the other (`test_prices_fail_by_themselves.py`)."""


@pytest.mark.parametrize("request_", ENDPOINTS)
async def test_one_damage_is_a_failure_or_a_right_value(request_: str) -> None:
    whole = bodies_of(ENDPOINTS[request_][0])[request_]
    damages = list(once(whole))[:: 15 if request_ in MARKET_LISTS else 1]  # ccxt reads a market list slowly
    async with account_at(request_) as account:
        found = [await wrong(account, request_, done) for done in damages]
    assert [each for each in found if each is not None] == []
    assert len(found) > 50


@pytest.mark.parametrize("request_", sorted(ENDPOINTS.keys() - MARKET_LISTS))
def test_several_damages_are_a_failure_or_a_right_value(request_: str) -> None:
    whole = bodies_of(ENDPOINTS[request_][0])[request_]
    with asyncio.Runner() as runner:
        opened = account_at(request_)
        account = runner.run(opened.__aenter__())

        @settings(max_examples=60, deadline=None)
        @given(done=broken(whole))
        def judged(done: Broken) -> None:
            assert runner.run(wrong(account, request_, done)) is None

        try:
            judged()
        finally:
            runner.run(opened.__aexit__(None, None, None))


@pytest.mark.parametrize("request_", sorted(ENDPOINTS.keys() - MARKET_LISTS - ONE_OF_TWO))
async def test_a_key_that_stands_twice_with_two_values_is_no_answer(request_: str) -> None:
    _, ask, _ = ENDPOINTS[request_]
    texts = list(with_a_key_twice(bodies_of(ENDPOINTS[request_][0])[request_]))
    async with account_at(request_) as account:
        for text in texts:
            account.answers(request_, text)
            assert "not JSON" in await failure_of(ask, account)


@pytest.mark.parametrize(
    "request_", ["GET /fapi/v1/openOrders", "GET /fapi/v1/openAlgoOrders", "GET /v5/order/realtime"]
)
async def test_an_order_that_is_told_twice_protects_once(request_: str) -> None:
    _, ask, _ = ENDPOINTS[request_]
    whole = bodies_of(ENDPOINTS[request_][0])[request_]
    rows = whole if isinstance(whole, list) else whole["result"]["list"]
    async with account_at(request_) as account:
        before = await ask(account)
        rows.extend(copy.deepcopy(rows))
        account.answers(request_, whole)
        assert await ask(account) == before
        rows[-1]["origQty" if "origQty" in rows[-1] else "quantity" if "quantity" in rows[-1] else "qty"] = (
            "99"
        )
        account.answers(request_, whole)
        with pytest.raises(SourceMalformed, match="two different things"):
            await ask(account)


@pytest.mark.parametrize(
    "name", ["pricePrecision", "quantityPrecision", "baseAssetPrecision", "quotePrecision"]
)
async def test_a_precision_that_ccxt_would_count_up_to_for_ever_is_refused(name: str) -> None:
    request = "GET /fapi/v1/exchangeInfo"
    async with account_at(request) as account:
        for value in (10**30, "99999999999", -1, None, "1e9", 31):
            body = bodies_of("binanceusdm")[request]
            body["symbols"][0][name] = value
            account.answers(request, body)
            with pytest.raises(SourceMalformed, match=name):
                await account.venue.connect()


@pytest.mark.parametrize("step", ["0", "-1", "NaN", "1e-400"])
async def test_a_step_that_is_none_is_refused(step: str) -> None:
    request = "GET /fapi/v1/exchangeInfo"
    async with account_at(request) as account:
        body = bodies_of("binanceusdm")[request]
        body["symbols"][0]["filters"][1]["stepSize"] = step
        account.answers(request, body)
        with pytest.raises(SourceMalformed):
            await account.venue.connect()
        assert account.venue.markets[AVL].lot_step == 1  # what was known stays


async def test_an_answer_about_another_order_or_symbol_is_none() -> None:
    async with account_at("GET /fapi/v1/order") as account:
        for changed in ({"orderId": 5}, {"symbol": "BTCUSDT"}):
            account.answers("GET /fapi/v1/order", bodies_of("binanceusdm")["GET /fapi/v1/order"] | changed)
            with pytest.raises(SourceMalformed, match="it answers with"):
                await order(account)


async def test_trades_that_come_again_and_again_are_no_list() -> None:
    async with account_at("GET /fapi/v1/userTrades") as account:
        row = bodies_of("binanceusdm")["GET /fapi/v1/userTrades"][0]
        account.answers("GET /fapi/v1/userTrades", [row | {"id": number} for number in range(1, 1001)])
        with pytest.raises(SourceMalformed, match="no end"):
            await account.venue._dialect.order_fills(account.venue._urgent, AVL, "8886774")


async def test_a_market_list_without_an_end_is_a_failure_in_time() -> None:
    request = "GET /v5/market/instruments-info"
    async with account_at(request) as account:
        body = bodies_of("bybit")[request]
        body["result"]["nextPageCursor"] = "further"
        account.answers(request, body)
        with pytest.raises(SourceError, match="did not end"):
            await account.venue.connect()
