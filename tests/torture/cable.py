"""The cable between one worker and its database: it can be cut, and nobody is told of that."""

import asyncio
from contextlib import suppress


class Cable:
    """Carries every connection to a port of this machine, until it is cut; then it carries nothing."""

    def __init__(self, port: int) -> None:
        """`port` is where the database listens."""
        self._to = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[None]] = set()
        self._reset: set[asyncio.StreamWriter] = set()

    @property
    def port(self) -> int:
        """Where the worker connects to."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def whole(self) -> bool:
        """It carries."""
        return self._whole.is_set()

    async def lay(self) -> None:
        """Begin to carry."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)

    def cut(self) -> None:
        """Carry nothing any more: what is sent waits, and no connection ends by it."""
        self._whole.clear()

    def mend(self) -> None:
        """Carry again; what was connected before is reset, as a network does that has forgotten it."""
        for each in self._reset:
            each.transport.abort()
        self._reset.clear()
        self._whole.set()

    async def remove(self) -> None:
        """End all of it."""
        self.mend()
        if self._server is not None:
            self._server.close()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reset.add(writer)
        await self._whole.wait()
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        self._reset.add(back)
        ways = (
            asyncio.create_task(self._carry(reader, back)),
            asyncio.create_task(self._carry(there, writer)),
        )
        self._carrying.update(ways)
        for way in ways:
            way.add_done_callback(self._carrying.discard)
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for each in (writer, back):
            each.transport.abort()
            self._reset.discard(each)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while some := await reader.read(65536):
                await self._whole.wait()
                writer.write(some)
                await writer.drain()
