"""The streams and their faults, read frame by frame from real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.engine.order import Kind, Side, Ticket
from simulator.faults.faults import PushAction, PushFault
from simulator.server import SimulatedVenue

AVL = "AVL/USDT:USDT"
KEY = {"X-MBX-APIKEY": "key"}
SOON = 5


def buy(quantity: int = 43, symbol: str = AVL) -> Ticket:
    return Ticket(symbol=symbol, side=Side.BUY, quantity=Decimal(quantity))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def stream(
    venue: SimulatedVenue, session: aiohttp.ClientSession
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with session.post(f"{venue.url}/fapi/v1/listenKey", headers=KEY) as answer:
        key = (await answer.json())["listenKey"]
    async with session.ws_connect(f"{venue.url}/private/ws?listenKey={key}", autoping=False) as socket:
        yield socket


async def read(stream: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    return [json.loads((await stream.receive(SOON)).data) for _ in range(count)]


def names(messages: list[dict[str, Any]]) -> list[str]:
    return [f"{m['e']}:{m['o']['x'] if m['e'] == 'ORDER_TRADE_UPDATE' else ''}" for m in messages]


async def test_a_fill_pushes_order_and_account(
    venue: SimulatedVenue, stream: aiohttp.ClientWebSocketResponse
) -> None:
    order = venue.exchange.place(buy())
    messages = await read(stream, 3)
    assert sorted(names(messages)) == [
        "ACCOUNT_UPDATE:",
        "ORDER_TRADE_UPDATE:NEW",
        "ORDER_TRADE_UPDATE:TRADE",
    ]
    account = next(m for m in messages if m["e"] == "ACCOUNT_UPDATE")
    [row] = account["a"]["P"]
    assert (row["s"], row["pa"], row["ps"]) == ("AVLUSDT", "43", "BOTH")
    assert account["T"] == venue.exchange.position(AVL).updated_ms <= account["E"]
    assert {m["o"]["i"] for m in messages if "o" in m} == {order.id}


async def test_account_and_order_come_in_either_order_and_the_seed_decides(
    venue: SimulatedVenue, stream: aiohttp.ClientWebSocketResponse
) -> None:
    for _ in range(20):
        venue.exchange.place(buy())
    fills = [name for name in names(await read(stream, 60)) if name != "ORDER_TRADE_UPDATE:NEW"]
    firsts = fills[::2]
    assert set(firsts) == {"ACCOUNT_UPDATE:", "ORDER_TRADE_UPDATE:TRADE"}


async def test_a_stop_tells_its_life_and_a_liquidation_is_calculated(
    venue: SimulatedVenue, stream: aiohttp.ClientWebSocketResponse
) -> None:
    venue.exchange.place(buy())
    venue.exchange.place_conditional(
        Ticket(
            AVL,
            Side.SELL,
            Decimal(20),
            kind=Kind.STOP_MARKET,
            trigger_price=Decimal("0.17"),
            reduce_only=True,
        )
    )
    venue.exchange.set_price(AVL, Decimal("0.17"))
    venue.exchange.liquidate(AVL)
    messages = await read(stream, 3 + 1 + 2 + 3 + 1 + 3)
    lives = [m["o"]["X"] for m in messages if m["e"] == "ALGO_UPDATE"]
    assert lives == ["NEW", "TRIGGERING", "TRIGGERED", "FINISHED"]
    [forced] = [m["o"] for m in messages if m.get("o", {}).get("x") == "CALCULATED"]
    assert forced["c"].startswith("autoclose-")
    assert forced["z"] == "23"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (PushAction.DROP, ["SOLUSDT", "XRPUSDT"]),
        (PushAction.DUPLICATE, ["AVLUSDT", "AVLUSDT", "SOLUSDT", "XRPUSDT"]),
        (PushAction.REORDER, ["SOLUSDT", "AVLUSDT", "XRPUSDT"]),
        (PushAction.DELAY, ["SOLUSDT", "XRPUSDT", "AVLUSDT"]),
    ],
)
async def test_a_push_is_dropped_doubled_reordered_or_delayed(
    venue: SimulatedVenue,
    stream: aiohttp.ClientWebSocketResponse,
    action: PushAction,
    expected: list[str],
) -> None:
    venue.faults.add(PushFault(action=PushAction.DROP, event="ORDER_TRADE_UPDATE"))
    venue.faults.add(PushFault(action=action, event="ACCOUNT_UPDATE", symbol=AVL, seconds=0.05))
    for symbol in (AVL, "SOL/USDT:USDT", "XRP/USDT:USDT"):
        venue.exchange.place(buy(symbol=symbol))
    seen = [m["a"]["P"][0]["s"] for m in await read(stream, len(expected))]
    assert seen == expected


async def test_a_silent_stream_answers_pings_and_pushes_nothing(
    venue: SimulatedVenue, stream: aiohttp.ClientWebSocketResponse
) -> None:
    venue.streams.silent = True
    venue.exchange.place(buy())
    await stream.ping(b"there?")
    assert (await stream.receive(SOON)).type is aiohttp.WSMsgType.PONG
    venue.streams.silent = False
    venue.exchange.place(buy(50))
    first = (await read(stream, 1))[0]
    assert first["o"]["q"] == "50"


@pytest.mark.parametrize(("abort", "code"), [(False, 1001), (True, 1006)])
async def test_a_stream_is_closed_cleanly_or_cut(
    venue: SimulatedVenue,
    stream: aiohttp.ClientWebSocketResponse,
    abort: bool,  # noqa: FBT001 - drawn
    code: int,
) -> None:
    ending = asyncio.create_task(venue.streams.disconnect(abort=abort))
    await stream.receive(SOON)
    await ending
    assert stream.close_code == code


async def test_new_streams_are_refused_on_demand(
    venue: SimulatedVenue, session: aiohttp.ClientSession
) -> None:
    venue.streams.refusing = True
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(f"{venue.url}/private/ws?listenKey=any")


async def test_an_expired_listen_key_is_told_once_and_then_the_stream_is_deaf(
    venue: SimulatedVenue, stream: aiohttp.ClientWebSocketResponse, session: aiohttp.ClientSession
) -> None:
    venue.listen_keys.expire()
    assert (await read(stream, 1))[0]["e"] == "listenKeyExpired"
    venue.exchange.place(buy())
    with pytest.raises(TimeoutError):
        await stream.receive(0.05)
    async with session.put(f"{venue.url}/fapi/v1/listenKey", headers=KEY) as answer:
        assert (await answer.json())["code"] == -1125


async def test_a_market_stream_is_acknowledged_and_follows_the_price(
    venue: SimulatedVenue, session: aiohttp.ClientSession
) -> None:
    async with session.ws_connect(f"{venue.url}/market/ws/0") as socket:
        await socket.send_json({"method": "SUBSCRIBE", "params": ["avlusdt@markPrice@1s"], "id": 7})
        assert await read(socket, 1) == [{"result": None, "id": 7}]
        assert (await read(socket, 1))[0]["p"] == "0.1834"
        venue.exchange.set_price(AVL, Decimal("0.19"))
        assert (await read(socket, 1))[0]["p"] == "0.19"
        await socket.send_str("not JSON")
        assert "error" in (await read(socket, 1))[0]


@pytest.mark.wire
async def test_unmodified_ccxt_watches_orders_and_positions(venue: SimulatedVenue, bot: Any) -> None:
    bot.options["watchPositions"] = {"fetchPositionsSnapshot": False, "awaitPositionsSnapshot": False}
    await bot.load_markets()
    watching = asyncio.gather(bot.watch_orders(), bot.watch_positions())
    await venue.streams.user_stream_opened.wait()
    venue.exchange.place(buy())
    orders, positions = await asyncio.wait_for(watching, SOON)
    assert orders[0]["symbol"] == AVL
    assert (positions[0]["symbol"], positions[0]["side"], positions[0]["contracts"]) == (AVL, "long", 43)
    price = asyncio.create_task(bot.watch_mark_price(AVL))
    assert (await asyncio.wait_for(price, SOON))["markPrice"] == 0.1834


async def test_a_client_that_leaves_in_the_middle_of_the_handshake_is_no_error(
    venue: SimulatedVenue, session: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async def left_already(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return await venue.streams.serve(request)

    app = web.Application()
    app.router.add_get("/private/ws", left_already)
    async with TestServer(app) as served:
        with pytest.raises(aiohttp.ClientError):
            await session.ws_connect(served.make_url("/private/ws"))

    assert venue.streams.connections == []
    assert [record.message for record in caplog.records] == []
