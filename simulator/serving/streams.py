"""The WebSocket side of a venue: its open sockets, and what faults do to what they are sent."""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from simulator.engine.effect import Effect, Filled
from simulator.faults.faults import Faults, PushAction
from simulator.serving.connection import Connection
from simulator.serving.push import Push

CLOSE_SECONDS = 1.0
Message = dict[str, Any]


class StreamFace(Protocol):
    """One venue's protocol of sockets."""

    def opened(self, connection: Connection) -> None:
        """Note what the address of a new socket says."""

    def pong(self, connection: Connection, text: str) -> Message | None:
        """Return the answer to a ping sent as text; None when the text is no ping."""

    def heard(self, connection: Connection, text: str) -> list[Message]:
        """Follow a command and return what to answer."""

    def private(self, connection: Connection) -> bool:
        """Tell whether a socket is sent the account's events."""

    def subscribed(self, connection: Connection, push: Push) -> bool:
        """Tell whether a private socket wants an event."""

    def pushes(self, effect: Effect) -> list[Push]:
        """Return the account's events that an effect causes."""

    def market(self, connection: Connection, effect: Effect) -> list[Message]:
        """Return what a socket is sent about the market itself."""


class Streams:
    """Every open socket, and what is done to what they are sent.

    Attributes:
        silent: True while connected sockets are pushed nothing; what happens meanwhile is lost to them.
        mute: True while pings and commands get no answer either.
        refusing: True while new connections are refused.
        connections: The open ones.
        user_stream_opened: Set when a user stream opens; clear it to wait for the next.
    """

    def __init__(self, face: StreamFace, faults: Faults, rng: random.Random) -> None:
        self.silent = False
        self.mute = False
        self.refusing = False
        self.connections: list[Connection] = []
        self.user_stream_opened = asyncio.Event()
        self._face = face
        self._faults = faults
        self._rng = rng
        self._held: list[Push] = []
        self._timers: set[asyncio.TimerHandle] = set()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket until it ends."""
        if self.refusing:
            return web.Response(status=503, text="<html><body>503 Service Unavailable</body></html>")
        socket = web.WebSocketResponse(autoping=False, timeout=CLOSE_SECONDS)
        try:
            await socket.prepare(request)
        except ConnectionError:
            return web.Response(status=499)  # The client left in mid-handshake; nobody reads this.
        connection = Connection(request, socket)
        self._face.opened(connection)
        self.connections.append(connection)
        self._note_private(connection)
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
                with suppress(ConnectionError):  # The client left; the loop ends with the next message.
                    await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._hear(connection, message.data)

    def _hear(self, connection: Connection, text: str) -> None:
        pong = self._face.pong(connection, text)
        if pong is None:
            answers = self._face.heard(connection, text)
            self._note_private(connection)
        else:
            answers = [pong]
        if not self.mute:
            for answer in answers:
                connection.queue.put_nowait(json.dumps(answer))

    def _note_private(self, connection: Connection) -> None:
        if self._face.private(connection):
            self.user_stream_opened.set()

    def send(self, connection: Connection, message: Message) -> None:
        """Send a message to one socket, unless the streams are silent."""
        if not self.silent:
            connection.queue.put_nowait(json.dumps(message))

    # --- from the engine ----------------------------------------------------------------------------------

    def follow(self, effect: Effect) -> None:
        """Push what an effect causes. The events of a fill come in any order, as chance has it."""
        for connection in self.connections:
            for message in self._face.market(connection, effect):
                self.send(connection, message)
        pushes = self._face.pushes(effect)
        if isinstance(effect, Filled):
            self._rng.shuffle(pushes)
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
                if self._face.subscribed(connection, each):
                    self.send(connection, each.message)

    def _user_streams(self) -> list[Connection]:
        return [connection for connection in self.connections if self._face.private(connection)]

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
