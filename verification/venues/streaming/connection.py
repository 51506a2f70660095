"""One WebSocket connection of ccxt's, from dialling to the last byte."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

_CHANNEL = "account"


class Connection:
    """Dials on entering and leaves nothing behind on leaving: no socket, no task, no unread future.

    Attributes:
        client: ccxt's connection object, by which a frame is known as this connection's; None until it dials.
    """

    def __init__(self, exchange: Any, url: str) -> None:
        self._exchange = exchange
        self._url = url
        self.client: Any = None
        self._watching: Any = None
        self._open = asyncio.Event()
        self._over = asyncio.Event()
        self._why = ""
        self._replies: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        exchange = self._exchange
        exchange.ws_dial_backoff = {}  # the stream has pauses of its own; two of them add up
        stale = (exchange.clients or {}).pop(self._url, None)
        if stale is not None:
            await stale.close()
        # Called for dialling only. Its future is never resolved, for the tap takes every frame.
        self._watching = exchange.watch(self._url, _CHANNEL, None, _CHANNEL)
        self._watching.add_done_callback(_read_outcome)
        self.client = exchange.clients[self._url]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client = self.client
        if (self._exchange.clients or {}).get(self._url) is client:
            del self._exchange.clients[self._url]
        self._watching.cancel()
        _abort(client)
        await client.close()

    @property
    def is_over(self) -> bool:
        """True when it has ended, or is no longer wanted."""
        return self._over.is_set()

    def note_open(self) -> None:
        """The connection stands."""
        self._open.set()

    def note_end(self, why: str) -> None:
        """The connection is over, or no longer wanted. The first reason counts."""
        if not self._over.is_set():
            self._why = why
            self._over.set()

    async def opened(self, seconds: float) -> str:
        """Wait until it stands; return an empty text, or why it does not."""
        waits = {asyncio.create_task(self._open.wait()), asyncio.create_task(self._over.wait())}
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if self._over.is_set():
            return self._why
        return "" if self._open.is_set() else f"no connection within {seconds:g} s"

    def note_reply(self, to: str, refusal: str) -> None:
        """The venue has answered the command `to`: an empty text when it obeys, else why it does not."""
        self._replies.put_nowait((to, refusal))

    async def say(self, message: Mapping[str, Any], seconds: float) -> str:
        """Send a command and wait for its answer; return an empty text, or what went wrong."""
        try:
            await self.client.send(message)
        except ConnectionError as error:
            return f"the connection broke ({type(error).__name__})"
        waits = {asyncio.create_task(self._reply(message.get("op"))), asyncio.create_task(self.ended())}
        try:
            done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        if self._over.is_set():
            return self._why
        return next(iter(done)).result() if done else f"no answer to a command within {seconds:g} s"

    async def _reply(self, op: object) -> str:
        """Wait for the answer to a command; one to another command, said twice or late, answers nothing."""
        while True:
            to, refusal = await self._replies.get()
            if to in {op, ""}:
                return refusal

    async def ended(self) -> str:
        """Wait until it is over; return why."""
        await self._over.wait()
        return self._why


def _read_outcome(future: Any) -> None:
    if not future.cancelled():
        future.exception()


def _abort(client: Any) -> None:
    """Cut the socket: a polite good-bye waits ten seconds for a peer that has gone."""
    link = getattr(client.connection, "_conn", None)  # the name by which ccxt itself reaches it
    transport = getattr(link, "transport", None)
    if transport is not None:
        transport.abort()
