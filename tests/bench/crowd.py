"""A venue with many accounts, each with positions of its own: one address of the wire, one count of weight.

Each account is a simulated venue of its own, found by its key; what has no key is answered by the first.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from simulator.engine.market import Market
from simulator.server import SimulatedVenue
from simulator.serving.journal import Entry

HOST = "127.0.0.1"
_KEY = "X-MBX-APIKEY"


class Crowd:
    """The accounts of one venue.

    Attributes:
        venues: One for each account, in the order of their keys.
        url: Where all of them are asked.
    """

    def __init__(self, keys: Sequence[str], secret: str, markets: Iterable[Market]) -> None:
        """Nothing is held, and nothing is served yet."""
        listed = list(markets)
        first = SimulatedVenue(markets=listed, api_key=keys[0], secret=secret)
        others = [
            SimulatedVenue(markets=listed, api_key=key, secret=secret, limits=first.limits)
            for key in keys[1:]
        ]
        self.venues = (first, *others)
        self.url = ""
        self._by_key = dict(zip(keys, self.venues, strict=True))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve all of them in this block."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, 0, backlog=1024).start()
            self.url = f"http://{HOST}:{runner.addresses[0][1]}"
            yield
        finally:
            await asyncio.gather(*(venue.stop() for venue in self.venues))
            await runner.cleanup()

    def entries(self) -> list[Entry]:
        """Return all that was asked so far, as it came."""
        every = [entry for venue in self.venues for entry in venue.journal.entries]
        return sorted(every, key=lambda entry: entry.at_ms)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        return await self._asked(request).serve(request)

    def _asked(self, request: web.Request) -> SimulatedVenue:
        key = request.headers.get(_KEY, "")
        if key:
            return self._by_key[key]
        listen = request.query.get("listenKey") or request.path.rsplit("/", 1)[-1]
        return next((each for each in self.venues if each.listen_keys.in_force(listen)), self.venues[0])
