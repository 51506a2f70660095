"""One WebSocket of a private stream, from its first byte to its last: reads, pings, says, closes."""

import asyncio
import socket as sockets
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Protocol, Self

import aiohttp
import orjson
from aiohttp import WSCloseCode, WSMsgType

from verification.venues.ccxt.dialling import Dialled

_GOODBYE: Final = 1.0  # seconds that a good-bye may take: a peer that has gone takes none
_TEXT, _BINARY, _PING, _PONG = WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG
_SILENT: Final = "the venue has fallen silent (no pong)"
_BREAKS = (ConnectionError, aiohttp.ClientError)


class Hearer(Protocol):
    """Who is told what comes, one frame after the other."""

    def frame(self, text: str) -> None:
        """A message came: whoever waits for what it says is told. What this raises ends the connection."""

    def told(self) -> None:
        """Whoever was told of the last message has gone on. What this raises ends the connection."""

    def heard(self) -> None:
        """A ping or a pong came."""

    def broken(self, error: Exception) -> None:
        """A message could not be read, and nothing after it is; or the work of the connection failed."""


class Connection:
    """Reads from entering on, and leaves nothing behind on leaving: no socket, no task."""

    def __init__(self, dialled: Dialled, hearer: Hearer, ping: Mapping[str, Any] | None) -> None:
        """`ping` is what the venue wants to hear now and then; None where the protocol's pings do."""
        self._socket = dialled.socket
        self._wire = dialled.socket.get_extra_info("socket")
        self._keep_alive = dialled.keep_alive
        self._hearer = hearer
        self._ping = ping
        self._answered = True
        self._over = asyncio.Event()
        self._why = ""
        self._replies: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._begin(self._receive)
        if self._keep_alive:
            self._begin(self._keep_pinging)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        try:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            with suppress(TimeoutError, *_BREAKS):
                async with asyncio.timeout(_GOODBYE):
                    await self._socket.close()
        finally:
            self._cut()

    @property
    def is_over(self) -> bool:
        """True when it has ended, or is no longer wanted."""
        return self._over.is_set()

    def note_end(self, why: str) -> None:
        """The connection is over, or no longer wanted. The first reason counts."""
        if not self._over.is_set():
            self._why = why
            self._over.set()
            self.note_reply("", why)

    async def ended(self) -> str:
        """Wait until it is over; return why."""
        await self._over.wait()
        return self._why

    def note_reply(self, to: str, refusal: str) -> None:
        """The venue has answered the command `to`: an empty text when it obeys, else why it does not."""
        self._replies.put_nowait((to, refusal))

    async def say(self, message: Mapping[str, Any], seconds: float) -> str:
        """Send a command and wait for its answer; return an empty text, or what went wrong."""
        try:
            async with asyncio.timeout(seconds):
                await self._socket.send_str(_encoded(message))
                return await self._reply(message.get("op"))
        except TimeoutError:
            return f"no answer to a command within {seconds:g} s"
        except _BREAKS as error:
            return self._why or f"the connection broke ({type(error).__name__})"

    async def _reply(self, op: object) -> str:
        """Wait for the answer to a command; one to another command, said twice or late, answers nothing."""
        while True:
            to, refusal = await self._replies.get()
            if to in {op, ""}:
                return refusal

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        self._tasks.append(asyncio.create_task(self._guard(work)))

    async def _guard(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do a piece of work. Without it the connection is worth nothing: what goes wrong in it is told."""
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it is
            self._hearer.broken(error)

    async def _receive(self) -> None:
        """Read frames one after the other, until none can come any more."""
        socket, hearer = self._socket, self._hearer
        while True:
            message = await socket.receive()
            self._answered = True
            kind = message.type
            if kind is _TEXT:
                hearer.frame(message.data)
            elif kind is _BINARY:
                hearer.frame(message.data.decode())
            elif kind is _PONG:
                hearer.heard()
            elif kind is _PING:
                hearer.heard()
                with suppress(*_BREAKS):  # the next frame tells of it
                    await socket.pong(message.data)
            else:
                self.note_end(_why_ended(message, socket))
                return
            await asyncio.sleep(0)  # whoever waits for what it said goes on before all the rest
            hearer.told()

    async def _keep_pinging(self) -> None:
        """Ping for ever, until nothing at all has come when the next ping is due.

        Not by aiohttp's `heartbeat`: that sets its timer anew for each frame, before the frame can be read.
        """
        while True:
            await asyncio.sleep(self._keep_alive)
            if not self._answered:
                self.note_end(_SILENT)
                return
            self._answered = False
            with suppress(*_BREAKS):  # whoever reads is told of it
                if self._ping is None:
                    await self._socket.ping()
                else:
                    await self._socket.send_str(_encoded(self._ping))

    def _cut(self) -> None:
        """Cut what a good-bye has left: over TLS it waits half a minute for a peer that has gone."""
        # Closed by now, or a loop whose sockets cannot be cut (uvloop): then the transport ends by itself.
        with suppress(OSError, TypeError, AttributeError):
            self._wire.shutdown(sockets.SHUT_RDWR)


def _encoded(message: Mapping[str, Any]) -> str:
    return orjson.dumps(message).decode()


def _why_ended(message: aiohttp.WSMessage, socket: aiohttp.ClientWebSocketResponse) -> str:
    """Say why no more frames can come. What the other side says of it may hold anything, and is left out."""
    if message.type is WSMsgType.CLOSE:
        return f"the venue closed the connection ({_in_words(message.data)})"
    error = message.data if message.type is WSMsgType.ERROR else socket.exception()
    if isinstance(error, aiohttp.WebSocketError):
        return f"what came over the connection is no frame that can be read ({_in_words(error.code)})"
    if error is None:
        return "the connection broke off without a word"
    return f"the connection broke ({type(error).__name__})"


def _in_words(code: int) -> str:
    """Return a close code with its name, where it has one."""
    if code == 0:
        return "no close code"
    try:
        return f"{code}, {WSCloseCode(code).name.replace('_', ' ').lower()}"
    except ValueError:
        return str(code)
