"""Every call a bot makes, by unmodified ccxt over real sockets."""

from decimal import Decimal
from typing import Any

import pytest

from simulator.faults.faults import Source
from simulator.server import SimulatedVenue
from tests.simulator.conftest import ccxt_client

pytestmark = pytest.mark.wire
AVL = "AVL/USDT:USDT"


async def test_markets_time_mode_balance_and_prices_are_read(bot: Any) -> None:
    await bot.load_markets()
    market = bot.market(AVL)
    assert (market["id"], market["precision"]["amount"], market["contractSize"]) == ("AVLUSDT", 1, 1)
    assert await bot.fetch_time() > 0
    assert (await bot.fetch_position_mode())["hedged"] is False
    assert (await bot.fetch_balance())["USDT"]["free"] == 100_000
    assert (await bot.fetch_ticker(AVL))["last"] == 0.1834
    assert (await bot.fetch_order_book(AVL))["asks"][0][0] == 0.1835
    assert len(await bot.fetch_ohlcv(AVL, "1h", limit=5)) == 5
    assert (await bot.fetch_funding_rate(AVL))["markPrice"] == 0.1834
    assert len(await bot.fetch_leverage_tiers([AVL])) == 1
    assert (await bot.set_leverage(5, AVL))["leverage"] == 5
    await bot.set_margin_mode("isolated", AVL)


async def test_a_market_order_is_answered_filled_and_found_everywhere(bot: Any) -> None:
    order = await bot.create_order(AVL, "market", "buy", 43, None, {"clientOrderId": "entry-1"})
    assert (order["status"], order["filled"], order["side"]) == ("closed", 43, "buy")
    assert (await bot.fetch_order(order["id"], AVL))["filled"] == 43
    assert (await bot.fetch_order(None, AVL, {"clientOrderId": "entry-1"}))["id"] == order["id"]
    [position] = await bot.fetch_positions()
    assert (position["symbol"], position["side"], position["contracts"]) == (AVL, "long", 43)
    [trade] = await bot.fetch_my_trades(AVL)
    assert (trade["order"], trade["amount"]) == (order["id"], 43)
    assert [row["id"] for row in await bot.fetch_orders(AVL)] == [order["id"]]
    await bot.create_order(AVL, "market", "sell", 43, None, {"reduceOnly": True})
    assert await bot.fetch_positions() == []


async def test_a_resting_order_is_listed_and_cancelled(bot: Any) -> None:
    order = await bot.create_order(AVL, "limit", "buy", 100, 0.18)
    assert (order["status"], order["filled"]) == ("open", 0)
    assert [row["id"] for row in await bot.fetch_open_orders(AVL)] == [order["id"]]
    await bot.cancel_order(order["id"], AVL)
    assert await bot.fetch_open_orders() == []
    assert (await bot.fetch_order(order["id"], AVL))["status"] == "canceled"


async def test_a_stop_lives_in_the_algo_endpoints(venue: SimulatedVenue, bot: Any) -> None:
    await bot.create_order(AVL, "market", "buy", 43)
    params = {"triggerPrice": 0.17, "reduceOnly": True, "clientOrderId": "stop-1"}
    stop = await bot.create_order(AVL, "STOP_MARKET", "sell", 43, None, params)
    assert (stop["status"], stop["triggerPrice"]) == ("open", 0.17)
    assert await bot.fetch_open_orders(AVL) == []
    [listed] = await bot.fetch_open_orders(AVL, params={"trigger": True})
    assert (listed["id"], listed["reduceOnly"]) == (stop["id"], True)
    assert (await bot.fetch_order(stop["id"], AVL, {"trigger": True}))["status"] == "open"
    venue.exchange.set_price(AVL, Decimal("0.16"))
    assert (await bot.fetch_order(stop["id"], AVL, {"trigger": True}))["status"] == "closed"
    assert (await bot.fetch_order(None, AVL, {"clientOrderId": "stop-1"}))["filled"] == 43
    assert await bot.fetch_positions() == []
    again = await bot.create_order(
        AVL, "STOP_MARKET", "sell", None, None, {"triggerPrice": 0.15, "closePosition": True}
    )
    await bot.cancel_order(again["id"], AVL, {"trigger": True})
    assert await bot.fetch_open_orders(params={"trigger": True}) == []


async def test_hedge_mode_shows_two_legs(bot: Any) -> None:
    await bot.set_position_mode(True)
    await bot.create_order(AVL, "market", "buy", 43, None, {"hedged": True})
    await bot.create_order(AVL, "market", "sell", 50, None, {"hedged": True})
    legs = {row["side"]: row["contracts"] for row in await bot.fetch_positions()}
    assert legs == {"long": 43, "short": 50}
    await bot.create_order(AVL, "market", "sell", 43, None, {"hedged": True, "reduceOnly": True})
    assert [row["side"] for row in await bot.fetch_positions()] == ["short"]


@pytest.mark.parametrize(
    ("code", "order"),
    [
        (-2022, ("market", "sell", 43, None, {"reduceOnly": True})),
        (-4164, ("market", "buy", 1, None, {})),
        (-2021, ("STOP_MARKET", "sell", 43, None, {"triggerPrice": 0.2})),
        (-2019, ("market", "buy", 50_000_000, None, {})),
        (-4061, ("market", "buy", 43, None, {"positionSide": "LONG"})),
        (-5022, ("limit", "buy", 43, 0.2, {"timeInForce": "GTX"})),
    ],
)
async def test_a_refusal_carries_the_venues_code(bot: Any, code: int, order: tuple[Any, ...]) -> None:
    import ccxt

    with pytest.raises(ccxt.ExchangeError, match=str(code)):
        await bot.create_order(AVL, *order)


async def test_what_does_not_exist_is_not_found(bot: Any) -> None:
    import ccxt

    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        await bot.fetch_order("1", AVL)
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        await bot.cancel_order("1", AVL)


async def test_a_wrong_signature_and_a_wrong_clock_are_refused(venue: SimulatedVenue) -> None:
    import ccxt

    stranger = ccxt_client(venue, secret="another")
    with pytest.raises(ccxt.AuthenticationError, match="-1022"):
        await stranger.fetch_positions()
    await stranger.close()
    late = ccxt_client(venue)
    await late.load_markets()
    venue.clock.skew_ms = 60_000
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        await late.fetch_positions()
    venue.clock.skew_ms = -60_000
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        await late.fetch_positions()
    await late.load_time_difference()
    assert await late.fetch_positions() == []
    await late.close()


async def test_only_the_accounts_key_is_accepted() -> None:
    import ccxt

    async with SimulatedVenue(api_key="mine") as venue:
        stranger = ccxt_client(venue)
        with pytest.raises(ccxt.AuthenticationError, match="-2015"):
            await stranger.fetch_positions()
        await stranger.close()


async def test_the_journal_tells_what_each_request_did(venue: SimulatedVenue, bot: Any) -> None:
    import ccxt

    await bot.create_order(AVL, "market", "buy", 43)
    with pytest.raises(ccxt.ExchangeError):
        await bot.create_order(AVL, "market", "buy", 1)
    done, refused = venue.journal.calls("POST", "/order")
    assert (done.effect, done.status, done.params["quantity"]) == (True, 200, "43")
    assert (refused.effect, refused.status) == (False, 400)
    assert all("signature" not in entry.params for entry in venue.journal.entries)
    assert venue.faults.lag(Source.POSITIONS, AVL) == 0
