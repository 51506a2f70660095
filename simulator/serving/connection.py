"""One open socket of a client."""

import asyncio

from aiohttp import web


class Connection:
    """One open socket, fed through a queue so that pushes keep the order they were decided in.

    Attributes:
        listen_key: The key it was opened with, on venues that have one.
        authenticated: True once the client has signed in, on venues where it does.
        topics: What it has subscribed to.
    """

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.request = request
        self.socket = socket
        self.listen_key: str | None = None
        self.authenticated = False
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
