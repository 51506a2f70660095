"""What a messenger's server is made of: routes on a port of this machine alone, while a block lasts."""

from collections.abc import Sequence
from typing import Self

from aiohttp import web


class Served:
    """A server on loopback. Use it as an async context manager.

    Attributes:
        port: Where it listens; before that where it is to, 0 for any free port.
    """

    def __init__(self, port: int = 0) -> None:
        """Nothing listens yet."""
        self.port = port
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.routes())
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def routes(self) -> Sequence[web.RouteDef]:
        """Return what it answers."""
        raise NotImplementedError
