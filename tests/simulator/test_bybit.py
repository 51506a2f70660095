"""The face of Bybit: what a bot asks, by unmodified ccxt over real sockets, and what ccxt never sends."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import ccxt
import ccxt.pro
import pytest

from simulator.engine.market import Market, Markets
from simulator.engine.order import PositionSide, Side, Ticket
from simulator.faults.faults import Lag, Source
from simulator.server import SimulatedVenue
from tests.simulator.conftest import SECRET

pytestmark = pytest.mark.wire
AVL, BTC = "AVL/USDT:USDT", "BTC/USDT:USDT"
SOON = 5.0
KNOWN = {"acknowledged": True}


@pytest.fixture
async def venue() -> AsyncIterator[SimulatedVenue]:
    async with SimulatedVenue(face="bybit", secret=SECRET) as venue:
        yield venue


def bot_of(venue: SimulatedVenue, **more: Any) -> Any:
    config = {"apiKey": "key", "secret": SECRET, "enableRateLimit": False, **venue.ccxt_config(), **more}
    config["options"] |= {
        "watchPositions": {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}
    }
    return ccxt.pro.bybit(config)


@pytest.fixture
async def bot(venue: SimulatedVenue) -> AsyncIterator[Any]:
    client = bot_of(venue)
    yield client
    await client.close()


async def test_markets_time_balance_and_prices_are_read(bot: Any) -> None:
    await bot.load_markets()
    market = bot.market(AVL)
    assert (market["id"], market["precision"]["amount"], market["contractSize"]) == ("AVLUSDT", 1, 1)
    assert await bot.fetch_time() > 0
    assert (await bot.fetch_balance())["USDT"]["free"] == 100_000
    assert (await bot.fetch_ticker(AVL))["last"] == 0.1834
    assert (await bot.fetch_order_book(AVL))["asks"][0][0] == 0.1835
    assert len(await bot.fetch_ohlcv(AVL, "1h", limit=5)) == 5
    await bot.set_leverage(5, AVL)
    with pytest.raises(ccxt.BadRequest, match="110043"):
        await bot.set_leverage(5, AVL)


async def test_tiers_margin_mode_and_funding_are_answered_as_a_bot_asks_for_them(
    venue: SimulatedVenue, bot: Any
) -> None:
    tiers = await bot.fetch_leverage_tiers()
    assert {symbol: rows[0]["maxLeverage"] for symbol, rows in tiers.items()}[BTC] == 125
    assert await bot.fetch_funding_rate_history(BTC) == []
    assert (await bot.fetch_ohlcv(BTC, "1h", limit=2, params={"price": "mark"}))[-1][4] == 60_000
    for _twice in range(2):  # a bot sets it before each entry, and is not refused where it is set already
        await bot.set_margin_mode("isolated")
        assert (await bot.private_get_v5_account_info())["result"]["marginMode"] == "ISOLATED_MARGIN"
    await bot.create_order(BTC, "market", "buy", 0.01)
    with pytest.raises(ccxt.ExchangeError, match="existing position"):
        await bot.set_margin_mode("cross")


async def test_an_order_is_answered_with_its_ids_only_and_filled_later(
    venue: SimulatedVenue, bot: Any
) -> None:
    venue.acceptance.seconds = 0.1
    order = await bot.create_order(AVL, "market", "buy", 43, None, {"clientOrderId": "entry-1"})
    assert [order[name] for name in ("status", "side", "filled", "amount")] == [None] * 4
    assert order["clientOrderId"] == "entry-1"
    with pytest.raises(ccxt.OrderNotFound):
        await bot.fetch_order(order["id"], AVL, KNOWN)
    assert venue.exchange.orders() == []
    await asyncio.sleep(0.15)
    assert (await bot.fetch_order(order["id"], AVL, KNOWN))["filled"] == 43
    [found] = await bot.fetch_open_orders(AVL, params={"orderLinkId": "entry-1"})
    assert (found["id"], found["status"]) == (order["id"], "closed")
    [position] = await bot.fetch_positions()
    assert (position["side"], position["contracts"]) == ("long", 43)
    [trade] = await bot.fetch_my_trades(AVL)
    assert (trade["order"], trade["amount"]) == (order["id"], 43)


async def test_what_cannot_be_filled_any_more_when_its_turn_comes_ends_with_nothing(
    venue: SimulatedVenue, bot: Any
) -> None:
    await bot.create_order(AVL, "market", "buy", 43)
    venue.acceptance.seconds = 0.05
    exits = [await bot.create_order(AVL, "market", "sell", 43, None, {"reduceOnly": True}) for _ in range(2)]
    await asyncio.sleep(0.1)
    ended = [await bot.fetch_order(each["id"], AVL, KNOWN) for each in exits]
    assert [(each["status"], each["filled"]) for each in ended] == [("closed", 43), ("canceled", 0)]


async def test_what_was_acknowledged_is_carried_out_though_the_doors_close(
    venue: SimulatedVenue, bot: Any
) -> None:
    venue.acceptance.seconds = 60
    await bot.create_order(AVL, "market", "buy", 43)
    await venue.stop()
    assert venue.exchange.position(AVL).amount == 43


async def test_a_flat_contract_has_a_row_only_when_it_is_named(bot: Any) -> None:
    assert await bot.fetch_positions() == []
    [never] = await bot.fetch_positions([AVL])
    assert (never["contracts"], never["info"]["side"], never["info"]["seq"]) == (0, "", -1)
    await bot.create_order(AVL, "market", "buy", 43)
    [held] = await bot.fetch_positions()
    await bot.create_order(AVL, "market", "sell", 43, None, {"reduceOnly": True})
    [flat] = await bot.fetch_positions([AVL])
    assert (flat["contracts"], flat["info"]["side"]) == (0, "")
    assert flat["info"]["seq"] > held["info"]["seq"]
    assert await bot.fetch_positions() == []


async def test_a_conditional_order_keeps_its_id_for_its_whole_life(venue: SimulatedVenue, bot: Any) -> None:
    await bot.create_order(AVL, "market", "buy", 43)
    stop = await bot.create_order(AVL, "market", "sell", 43, None, {"stopLossPrice": 0.17})
    [listed] = await bot.fetch_open_orders(AVL)
    assert (listed["id"], listed["info"]["orderStatus"]) == (stop["id"], "Untriggered")
    assert (listed["reduceOnly"], listed["triggerPrice"]) == (True, 0.17)
    assert [row["id"] for row in await bot.fetch_open_orders(AVL, params={"trigger": True})] == [stop["id"]]
    venue.exchange.set_price(AVL, Decimal("0.16"))
    fired = await bot.fetch_order(stop["id"], AVL, KNOWN)
    assert (fired["status"], fired["filled"], fired["triggerPrice"]) == ("closed", 43, 0.17)
    assert await bot.fetch_positions() == []
    again = await bot.create_order(AVL, "market", "buy", 50, None, {"takeProfitPrice": 0.1})
    await bot.cancel_order(again["id"], AVL)
    cancelled = await bot.fetch_order(again["id"], AVL, KNOWN)
    assert (cancelled["status"], cancelled["info"]["orderStatus"]) == ("canceled", "Deactivated")


async def test_a_stop_of_the_position_itself_goes_with_the_position(bot: Any) -> None:
    both = {"stopLossPrice": 0.15, "takeProfitPrice": 0.3}
    with pytest.raises(ccxt.BadRequest, match="zero position"):
        await bot.create_order(AVL, "market", "sell", None, None, both)
    await bot.create_order(AVL, "market", "buy", 43)
    await bot.create_order(AVL, "market", "sell", None, None, both)
    [held] = await bot.fetch_positions()
    assert (held["stopLossPrice"], held["takeProfitPrice"]) == (0.15, 0.3)
    assert len(await bot.fetch_open_orders(AVL)) == 2
    await bot.create_order(AVL, "market", "sell", 43, None, {"reduceOnly": True})
    assert await bot.fetch_open_orders(AVL) == []


async def test_hedge_mode_by_contract_and_by_coin(bot: Any) -> None:
    await bot.load_markets()
    await bot.set_position_mode(hedged=True, symbol=AVL)
    with pytest.raises(ccxt.BadRequest, match="position idx"):
        await bot.create_order(AVL, "market", "buy", 43)
    await bot.create_order(AVL, "market", "buy", 43, None, {"hedged": True})
    await bot.create_order(AVL, "market", "sell", 50, None, {"hedged": True})
    await bot.create_order(BTC, "market", "buy", 0.01)
    held = {(row["symbol"], row["side"]): row["contracts"] for row in await bot.fetch_positions()}
    assert held == {(AVL, "long"): 43, (AVL, "short"): 50, (BTC, "long"): 0.01}
    with pytest.raises(ccxt.ExchangeError, match="110024"):
        await bot.set_position_mode(hedged=False, symbol=AVL)
    exit_ = {"hedged": True, "reduceOnly": True}
    await bot.create_order(AVL, "market", "sell", 43, None, exit_)
    await bot.create_order(AVL, "market", "buy", 50, None, exit_)
    await bot.create_order(BTC, "market", "sell", 0.01, None, {"reduceOnly": True})
    for _twice in range(2):  # of the whole coin it is taken again, as a bot asks for it at each start
        await bot.set_position_mode(hedged=False)
    with pytest.raises(ccxt.NoChange):
        await bot.set_position_mode(hedged=False, symbol=AVL)


@pytest.mark.parametrize("deleverage", [False, True])
async def test_a_forced_close_is_no_ordinary_trade(
    venue: SimulatedVenue, bot: Any, *, deleverage: bool
) -> None:
    await bot.create_order(AVL, "market", "buy", 43)
    venue.exchange.liquidate(AVL, deleverage=deleverage)
    assert len(await bot.fetch_my_trades(AVL)) == 1, "ccxt asks for ordinary trades only"
    answer = await bot.private_get_v5_execution_list({"category": "linear", "symbol": "AVLUSDT"})
    assert [row["execType"] for row in answer["result"]["list"]] == [
        "AdlTrade" if deleverage else "BustTrade",
        "Trade",
    ]


async def test_lists_come_in_pages() -> None:
    coins = [Market(f"C{n}", "USDT", Decimal(1), Decimal("0.01"), Decimal(10)) for n in range(30)]
    async with SimulatedVenue(face="bybit", secret=SECRET, markets=Markets(coins)) as venue:
        for coin in coins:
            venue.exchange.place(Ticket(coin.symbol, Side.BUY, Decimal(1)))
        bot = bot_of(venue)
        try:
            ask = {"category": "linear", "settleCoin": "USDT", "limit": 20}
            first = (await bot.private_get_v5_position_list(ask))["result"]
            cursor = first["nextPageCursor"]
            second = (await bot.private_get_v5_position_list({**ask, "cursor": cursor}))["result"]
            assert (len(first["list"]), len(second["list"]), second["nextPageCursor"]) == (20, 10, "")
            with pytest.raises(ccxt.BadRequest):
                await bot.private_get_v5_position_list({**ask, "cursor": "nonsense"})
        finally:
            await bot.close()


async def test_the_last_page_of_orders_and_trades_has_a_cursor_too(venue: SimulatedVenue, bot: Any) -> None:
    ask = {"category": "linear", "symbol": "AVLUSDT"}
    await bot.create_order(AVL, "market", "buy", 43)
    await bot.create_order(AVL, "limit", "buy", 100, 0.1)
    for read in (bot.private_get_v5_order_realtime, bot.private_get_v5_execution_list):
        first = (await read(ask))["result"]
        after = (await read({**ask, "cursor": first["nextPageCursor"]}))["result"]
        assert len(first["list"]) == 1
        assert first["nextPageCursor"]
        assert (after["list"], after["nextPageCursor"]) == ([], "")
    first = (await bot.private_get_v5_order_history(ask))["result"]
    again = (await bot.private_get_v5_order_history({**ask, "cursor": first["nextPageCursor"]}))["result"]
    assert len(first["list"]) == 1
    assert again == first, "it leads back, for ever"


async def test_after_a_restart_only_the_history_knows_what_has_ended(venue: SimulatedVenue, bot: Any) -> None:
    resting = await bot.create_order(AVL, "limit", "buy", 100, 0.1)
    ended = await bot.create_order(AVL, "market", "buy", 43)
    await venue.stop()
    await venue.start()
    assert (await bot.fetch_order(resting["id"], AVL, KNOWN))["status"] == "open"
    with pytest.raises(ccxt.OrderNotFound):
        await bot.fetch_order(ended["id"], AVL, KNOWN)
    [found] = await bot.fetch_closed_orders(AVL)
    assert (found["id"], found["filled"]) == (ended["id"], 43)


async def test_the_trades_of_one_match_share_their_sequence(venue: SimulatedVenue, bot: Any) -> None:
    venue.exchange.shape(AVL, clip=Decimal(10))
    await bot.create_order(AVL, "market", "buy", 43)
    trades = await bot.fetch_my_trades(AVL)
    assert [trade["amount"] for trade in trades] == [10, 10, 10, 10, 3]
    [held] = await bot.fetch_positions()
    assert {trade["info"]["seq"] for trade in trades} == {held["info"]["seq"]}


@pytest.mark.parametrize(
    ("source", "read"),
    [
        (Source.POSITIONS, "fetch_positions"),
        (Source.OPEN_ORDERS, "fetch_open_orders"),
        (Source.TRADES, "fetch_my_trades"),
        (Source.ORDER, "fetch_closed_orders"),
    ],
)
async def test_each_reading_lags_by_itself(
    venue: SimulatedVenue, bot: Any, source: Source, read: str
) -> None:
    await bot.create_order(AVL, "limit", "buy", 100, 0.1)
    await bot.create_order(AVL, "market", "buy", 43)
    assert len(await getattr(bot, read)()) == 1
    venue.faults.add(Lag(source=source, seconds=60, symbol=AVL))
    assert await getattr(bot, read)() == []


async def test_a_wrong_signature_key_or_time_is_refused(venue: SimulatedVenue) -> None:
    wrong = bot_of(venue, secret="another")
    try:
        with pytest.raises(ccxt.AuthenticationError, match="10004"):
            await wrong.fetch_positions()
        venue.clock.skew_ms = 60_000
        with pytest.raises(ccxt.InvalidNonce, match="10002"):
            await wrong.fetch_positions()
    finally:
        await wrong.close()


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"side": "buy"}, 10001),
        ({"qty": "0"}, 10001),
        ({"qty": "1.5"}, 10001),
        ({"qty": "x"}, 10001),
        ({"qty": "1"}, 110094),
        ({"symbol": "NONE"}, 10001),
        ({"positionIdx": 1}, 10001),
        ({"reduceOnly": True}, 110017),
        ({"qty": "99999999"}, 110007),
        ({"triggerPrice": "0.1"}, 10001),
        ({"orderType": "Odd"}, 10001),
        ({"orderLinkId": "x" * 37}, 10001),
    ],
)
async def test_a_request_that_is_wrong_is_refused_with_its_code_and_status_200(
    bot: Any, wish: dict[str, Any], code: int
) -> None:
    order = {"category": "linear", "symbol": "AVLUSDT", "side": "Buy", "orderType": "Market", "qty": "43"}
    with pytest.raises(ccxt.ExchangeError, match=f'"retCode": {code}'):
        await bot.private_post_v5_order_create(order | wish)


async def test_unmodified_ccxt_watches_orders_positions_and_trades(venue: SimulatedVenue, bot: Any) -> None:
    await bot.load_markets()
    watching = asyncio.gather(bot.watch_orders(), bot.watch_positions(), bot.watch_my_trades())
    [connection] = await connected(venue, topics=3)
    venue.exchange.place(Ticket(AVL, Side.BUY, Decimal(43)))
    orders, positions, trades = await asyncio.wait_for(watching, SOON)
    assert (orders[0]["status"], orders[0]["filled"]) == ("closed", 43)
    assert (positions[0]["symbol"], trades[0]["amount"]) == (AVL, 43)
    price = asyncio.create_task(bot.watch_ticker(AVL))
    assert (await asyncio.wait_for(price, SOON))["markPrice"] == 0.1834
    assert connection.authenticated


async def connected(venue: SimulatedVenue, topics: int) -> list[Any]:
    while sum(len(each.topics) for each in venue.streams.connections) < topics:  # noqa: ASYNC110 - no event tells
        await asyncio.sleep(0.005)
    return venue.streams.connections


async def test_a_socket_that_has_not_signed_in_hears_nothing(venue: SimulatedVenue) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{venue.url}/v5/private") as socket:
        await socket.send_json({"op": "subscribe", "args": ["position"]})
        assert (await socket.receive_json())["success"] is False
        await socket.send_json({"op": "auth", "args": ["key", "1", "x"]})
        assert (await socket.receive_json())["success"] is False
        venue.exchange.place(Ticket(AVL, Side.BUY, Decimal(43)))
        await socket.send_json({"op": "ping", "req_id": "7"})
        pong = await socket.receive_json()
        assert (pong["op"], pong["req_id"]) == ("pong", "7")
        await socket.send_str("no JSON")
        assert (await socket.receive_json())["success"] is False


async def test_every_order_brings_a_push_of_its_position_changed_or_not() -> None:
    async with SimulatedVenue(face="bybit") as open_venue:
        open_venue.exchange.set_hedge(hedge=True)
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{open_venue.url}/v5/private") as socket,
        ):
            await socket.send_json({"op": "auth", "args": ["key", "9999999999999", "any"]})
            await socket.send_json({"op": "subscribe", "args": ["position"]})
            for _ in range(2):
                assert (await socket.receive_json())["success"] is True
            short = Ticket(AVL, Side.SELL, Decimal(43), position_side=PositionSide.SHORT)
            open_venue.exchange.place(short)
            noise, fill = [(await socket.receive_json())["data"] for _ in range(2)]
            assert [(row["positionIdx"], row["side"], row["size"], row["seq"]) for row in noise] == [
                (2, "", "0", -1)
            ]
            assert [(row["side"], row["size"]) for row in fill] == [("Sell", "43")]
            assert "avgPrice" not in fill[0]
