"""A venue that says exactly what a test tells it to: Binance's paths, any bodies, any frames."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

from aiohttp import WSMsgType, web

from verification.venues.port import Access

EXCHANGE_INFO = {
    "symbols": [
        {
            "symbol": name,
            "pair": name,
            "contractType": "PERPETUAL",
            "deliveryDate": 4133404800000,
            "onboardDate": 1569398400000,
            "status": "TRADING",
            "baseAsset": name[:-4],
            "quoteAsset": "USDT",
            "marginAsset": "USDT",
            "pricePrecision": 4,
            "quantityPrecision": 0,
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "orderTypes": ["LIMIT", "MARKET"],
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": "0.0001",
                    "maxPrice": "1000000",
                    "tickSize": "0.0001",
                },
                {"filterType": "LOT_SIZE", "minQty": "1", "maxQty": "1000000", "stepSize": "1"},
                {"filterType": "MIN_NOTIONAL", "notional": "5"},
            ],
        }
        for name in ("AVLUSDT", "BTCUSDT")
    ]
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer; `gate` holds it back until it is set, `drip` are the seconds before each byte."""

    body: str
    status: int = 200
    delay: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    drip: float = 0.0


def plain(value: object) -> Reply:
    return Reply(json.dumps(value))


Answer = Reply | Callable[[dict[str, str]], Reply]


class ScriptedVenue:
    """Answers each `METHOD /path` as told, remembers what was asked, and pushes frames to every stream."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {
            "GET /fapi/v1/exchangeInfo": plain(EXCHANGE_INFO),
            "GET /fapi/v1/time": plain({"serverTime": 1_700_000_000_000}),
            "GET /fapi/v1/positionSide/dual": plain({"dualSidePosition": False}),
            "GET /fapi/v3/positionRisk": plain([]),
            "GET /fapi/v1/openOrders": plain([]),
            "GET /fapi/v1/openAlgoOrders": plain([]),
            "POST /fapi/v1/listenKey": plain({"listenKey": "listen-key-1"}),
            "PUT /fapi/v1/listenKey": plain({"listenKey": "listen-key-1"}),
        }
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.streams: list[web.WebSocketResponse] = []
        self.wires: list[asyncio.BaseTransport | None] = []
        self.farewells: list[int | None] = []
        self.pongs: list[bytes] = []
        self.dialled = 0
        self.let_through = 0
        self.answers_pings = True
        self.refuses_streams = 0  # the status of the refusal; 0 takes them in
        self.port = 0
        self.tls_port = 0
        self.handshakes: list[Mapping[str, str]] = []
        self._changed = asyncio.Event()

    def count(self, request: str) -> int:
        return sum(1 for name, _ in self.asked if name == request)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for something the client does; the test's own timeout ends it."""
        while not true():
            self._changed.clear()
            await self._changed.wait()

    async def push(self, *frames: object) -> None:
        for stream in self.streams:
            for frame in frames:
                await stream.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    async def hang_up(self, code: int = 1000) -> None:
        for stream in list(self.streams):
            await stream.close(code=code)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = f"{request.method} {request.path}"
        self.asked.append((name, dict(request.query)))
        self._changed.set()
        told = self.answers.get(name, Reply('{"code":-1,"msg":"no such path"}', 404))
        reply = told if isinstance(told, Reply) else told(dict(request.query))
        if reply.delay:
            await asyncio.sleep(reply.delay)
        if reply.gate is not None:
            await reply.gate.wait()
            self.let_through += 1
            self._changed.set()
        if reply.drip:
            return await _dripped(request, reply)
        return web.Response(
            text=reply.body, status=reply.status, content_type="application/json", headers=reply.headers
        )

    async def stream(self, request: web.Request) -> web.StreamResponse:
        self.dialled += 1
        self.handshakes.append(request.headers)
        self._changed.set()
        if self.refuses_streams:
            return web.Response(status=self.refuses_streams)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.streams.append(socket)
        self.wires.append(request.transport)
        self._changed.set()
        async for message in socket:
            if message.type is WSMsgType.PING and self.answers_pings:
                await socket.pong(message.data)
            elif message.type is WSMsgType.PONG:
                self.pongs.append(message.data)
                self._changed.set()
        self.streams.remove(socket)
        self.wires.remove(request.transport)
        self.farewells.append(socket.close_code)
        self._changed.set()
        return socket


async def _dripped(request: web.Request, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(status=reply.status, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    with suppress(ConnectionError):  # whoever asked has given up
        for byte in reply.body.encode():
            await asyncio.sleep(reply.drip)
            await response.write(bytes([byte]))
    return response


@asynccontextmanager
async def scripted_venue(tls: SSLContext | None = None) -> AsyncIterator[ScriptedVenue]:
    """Run one; with `tls` it is served at a second port too."""
    venue = ScriptedVenue()
    app = web.Application()
    app.router.add_get("/private/ws", venue.stream)
    app.router.add_route("*", "/{path:.*}", venue.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    venue.port = runner.addresses[0][1]
    if tls is not None:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        venue.tls_port = runner.addresses[1][1]
    try:
        yield venue
    finally:
        await venue.hang_up()
        await runner.cleanup()


def access_to(port: int, **ccxt: Any) -> Access:
    """Return the way to a venue on loopback: ccxt with nothing but its addresses changed."""
    http = f"http://127.0.0.1:{port}"
    paths = {
        "fapiPublic": "/fapi/v1",
        "fapiPublicV2": "/fapi/v2",
        "fapiPublicV3": "/fapi/v3",
        "fapiPrivate": "/fapi/v1",
        "fapiPrivateV2": "/fapi/v2",
        "fapiPrivateV3": "/fapi/v3",
        "sapi": "/sapi/v1",
    }
    api: dict[str, Any] = {name: http + path for name, path in paths.items()}
    api["ws"] = {"linear": f"ws://127.0.0.1:{port}/ws"}
    settings = {"urls": {"api": api}, "timeout_on_exit": 0} | ccxt
    return Access("main", "binanceusdm", "the-key", "the-secret", ccxt=settings)
