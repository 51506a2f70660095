"""A small proxy on loopback: tells which way a connection takes, and can fall silent without ending it."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """Serves CONNECT and whole addresses, as proxies do.

    Attributes:
        asked: The first line of each connection.
        flowing: Cleared, it takes bytes from both sides and gives them to neither, as a cut cable does.
        wants: The user and password that it insists on; empty if none.
        left: How many clients have closed their end, or cut it.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.wants = ""
        self.left = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                await self._serve(reader, writer)
            finally:
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, rest = head.split(b"\r\n", 1)
        self.asked.append(line.decode())
        if self.wants and b64encode(self.wants.encode()) not in head:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        method, target, version = line.decode().split()
        place = urlsplit(target if "://" in target else f"//{target}")
        inner_reader, inner = await asyncio.open_connection(place.hostname, place.port)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = place._replace(scheme="", netloc="").geturl()
            inner.write(f"{method} {path} {version}\r\n".encode() + rest)
        try:
            await asyncio.gather(self._pass_up(reader, inner), self._pass(inner_reader, writer))
        finally:
            inner.close()

    async def _pass_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._pass(reader, writer)
        finally:
            self.left += 1

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what comes, however long none is passed on; what was held back goes before what comes next."""
        held = b""
        try:
            while chunk := await reader.read(65536):
                held += chunk
                if self.flowing.is_set():
                    writer.write(held)
                    held = b""
                    await writer.drain()
        finally:
            if self.flowing.is_set():
                writer.close()


@asynccontextmanager
async def relaying() -> AsyncIterator[Relay]:
    relay = Relay()
    tasks: set[asyncio.Task[None]] = set()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(relay.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for task in (left := list(tasks)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
