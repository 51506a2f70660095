"""Binance's WebSocket side: the user stream and the market streams, with what faults do to them."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from simulator.binance.listen_keys import ListenKeys
from simulator.binance.pushes import Push, listen_key_expired, market_message, pushes_of
from simulator.effect import Effect, Filled, PriceChanged
from simulator.faults import Faults, PushAction
from simulator.truth import Truth

CLOSE_SECONDS = 1.0


class Connection:
    """One open socket, fed through a queue so that pushes keep the order they were decided in."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, key: str | None) -> None:
        self.request = request
        self.socket = socket
        self.listen_key = key
        self.topics: set[str] = set()
        self.queue: asyncio.Queue[str] = asyncio.Queue()

    async def write(self) -> None:
        """Send what is queued until the socket ends."""
        while not self.socket.closed:
            message = await self.queue.get()
            try:
                await self.socket.send_str(message)
            except ConnectionError:
                return  # The client left; its receive loop ends the connection.

    def abort(self) -> None:
        """Cut the connection without a goodbye."""
        transport = self.request.transport
        if transport is not None:
            transport.abort()


class Streams:
    """Every open socket, and what is done to what they are sent.

    Attributes:
        silent: True while connected sockets are pushed nothing; what happens meanwhile is lost to them.
        mute: True while pings get no pong either.
        refusing: True while new connections are refused.
        connections: The open ones.
        user_stream_opened: Set when a user stream opens; clear it to wait for the next.
    """

    def __init__(self, truth: Truth, faults: Faults, keys: ListenKeys, chance: random.Random) -> None:
        self.silent = False
        self.mute = False
        self.refusing = False
        self.connections: list[Connection] = []
        self.user_stream_opened = asyncio.Event()
        self._truth = truth
        self._faults = faults
        self._keys = keys
        self._chance = chance
        self._held: list[Push] = []
        self._timers: set[asyncio.TimerHandle] = set()
        keys.on_expiry = self._key_expired

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it ends."""
        if self.refusing:
            return web.Response(status=503, text="<html><body>503 Service Unavailable</body></html>")
        socket = web.WebSocketResponse(autoping=False, timeout=CLOSE_SECONDS)
        await socket.prepare(request)
        key = request.query.get("listenKey")
        tail = request.path.rsplit("/", 1)[-1]
        if key is None and self._keys.in_force(tail):
            key = tail
        connection = Connection(request, socket, key)
        self.connections.append(connection)
        if key is not None:
            self.user_stream_opened.set()
        writer = asyncio.create_task(connection.write())
        try:
            await self._receive(connection)
        finally:
            self.connections.remove(connection)
            writer.cancel()
        return socket

    async def _receive(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is WSMsgType.PING and not self.mute:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._command(connection, message.data)

    def _command(self, connection: Connection, text: str) -> None:
        try:
            command = json.loads(text)
        except ValueError:
            command = None
        if not isinstance(command, dict):
            self._send(connection, {"error": {"code": 3, "msg": "Invalid JSON: expected a command"}})
            return
        topics = [str(topic) for topic in command.get("params") or ()]
        if command.get("method") == "SUBSCRIBE":
            connection.topics.update(topics)
        elif command.get("method") == "UNSUBSCRIBE":
            connection.topics.difference_update(topics)
        self._send(connection, {"result": None, "id": command.get("id")})
        if command.get("method") == "SUBSCRIBE":
            for topic in topics:
                self._send_market(connection, topic)

    def _send_market(self, connection: Connection, topic: str) -> None:
        message = market_message(self._truth, topic)
        if message is not None:
            self._send(connection, message)

    def _send(self, connection: Connection, message: dict[str, Any]) -> None:
        if not self.silent:
            connection.queue.put_nowait(json.dumps(message))

    # --- from the engine ----------------------------------------------------------------------------------

    def follow(self, effect: Effect) -> None:
        """Push what an effect causes. The events of a fill come in either order, as chance has it."""
        if isinstance(effect, PriceChanged):
            name = self._truth.markets.find(effect.symbol).id.lower()
            for connection in self.connections:
                for topic in connection.topics:
                    if topic.startswith(f"{name}@"):
                        self._send_market(connection, topic)
            return
        pushes = pushes_of(self._truth, effect)
        if isinstance(effect, Filled):
            self._chance.shuffle(pushes)
        for push in pushes:
            self._meet_faults(push)

    def push_raw(self, text: str) -> None:
        """Send any text to every user stream, past all faults: an unparsable frame, an unknown event."""
        for connection in self._user_streams():
            connection.queue.put_nowait(text)

    def _meet_faults(self, push: Push) -> None:
        copies, seconds = 1, 0.0
        for fault in self._faults.of_push(push.event, push.symbols):
            match fault.action:
                case PushAction.DROP:
                    return
                case PushAction.REORDER:
                    self._held.append(push)
                    return
                case PushAction.DUPLICATE:
                    copies += 1
                case PushAction.DELAY:
                    seconds += fault.seconds
        if seconds:
            self._later(seconds, lambda: self._deliver(push, copies))
            return
        self._deliver(push, copies)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        def run() -> None:
            self._timers.discard(handle)
            act()

        handle = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(handle)

    def _deliver(self, push: Push, copies: int) -> None:
        held, self._held = self._held, []
        for each in [push] * copies + held:
            for connection in self._user_streams():
                self._send(connection, each.message)

    def _user_streams(self) -> list[Connection]:
        return [c for c in self.connections if c.listen_key is not None and self._keys.in_force(c.listen_key)]

    def _key_expired(self, key: str) -> None:
        for connection in self.connections:
            if connection.listen_key == key:
                self._send(connection, listen_key_expired(self._truth, key).message)

    # --- from outside -------------------------------------------------------------------------------------

    async def disconnect(self, *, abort: bool = False) -> None:
        """End every socket: with close code 1001, or cut."""
        for connection in tuple(self.connections):
            if abort:
                connection.abort()
            else:
                await connection.socket.close(code=WSCloseCode.GOING_AWAY)

    def end(self) -> None:
        """Drop every delayed push: the venue closes."""
        for handle in self._timers:
            handle.cancel()
        self._timers.clear()
