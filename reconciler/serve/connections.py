"""Connections of clients, bounded: so many at once, and none that takes for ever to say what it wants."""

import asyncio
from collections.abc import Callable
from typing import Any

from typing_extensions import override

MOST = 64
"""Connections at once; a further one is closed at once."""

SILENT_SECONDS = 10.0
"""How long a connection may take until its first request is there, but for its body.

One that was kept after an answer is closed by aiohttp's own limit, whether nothing comes or a part of one.
"""


class Connections:
    """Makes the protocol of each connection, and ends those that hold one without asking anything."""

    def __init__(self, make: Callable[[], asyncio.Protocol]) -> None:
        """No connection is there. `make` makes the protocol that speaks HTTP."""
        self._make = make
        self._open: dict[asyncio.BaseTransport, _Connection] = {}
        self.refused = 0

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of one connection."""
        return _Connection(self, self._make())

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def asked(self, transport: asyncio.BaseTransport | None) -> None:
        """Take note that a connection's request is there: it is answered in its own time."""
        if transport is not None and transport in self._open:
            self._open[transport].end_waiting()

    def enter(self, transport: asyncio.BaseTransport, connection: "_Connection") -> bool:
        """Take a connection in; False where there are too many."""
        if len(self._open) >= MOST:
            self.refused += 1
            return False
        self._open[transport] = connection
        connection.wait(SILENT_SECONDS)
        return True

    def leave(self, transport: asyncio.BaseTransport | None) -> None:
        """Let one go."""
        if transport is not None:
            self._open.pop(transport, None)


class _Connection(asyncio.Protocol):
    """One connection: what it hears it passes on, for as long as it may."""

    def __init__(self, connections: Connections, inner: asyncio.Protocol) -> None:
        self._connections = connections
        self._inner = inner
        self._transport: asyncio.Transport | None = None
        self._taken = False
        self._timer: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._taken = self._connections.enter(transport, self)
        if self._taken:
            self._inner.connection_made(transport)
        else:
            transport.abort()

    @override
    def data_received(self, data: bytes) -> None:
        if self._taken:
            self._inner.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._taken else None

    @override
    def pause_writing(self) -> None:
        self._inner.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._inner.resume_writing()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.end_waiting()
        self._connections.leave(self._transport)
        if self._taken:
            self._inner.connection_lost(exc)

    def wait(self, seconds: float) -> None:
        """End the connection unless its request is there within so many seconds."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self._end)

    def end_waiting(self) -> None:
        """Take note that the request is there, or that nobody is there any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self) -> None:
        self._timer = None
        if self._transport is not None:
            self._transport.abort()
