"""The connections that ccxt exchanges share where their accounts are alike: one pool, one TLS context.

Each exchange keeps a session of its own, and with it its cookies and headers: what is shared tells no venue
who asks. A pool ends with the last of its exchanges.
"""

import asyncio
import socket
import ssl
from typing import Any

import aiohttp

from verification.venues.ccxt.likeness import Likeness


class Pool:
    """Connections of accounts that are alike, in one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, likeness: Likeness) -> None:
        """No connection is made yet."""
        self.loop = loop
        self.likeness = likeness
        self.users: set[Any] = set()
        self._context: ssl.SSLContext | bool | None = None
        self._connector: aiohttp.TCPConnector | None = None

    def lend(self, exchange: Any) -> None:
        """Give an exchange a session over these connections, made as ccxt makes its own."""
        self.users.add(exchange)
        if self._context is None:
            # Reading the certificates takes 100 ms, during which nothing else runs: once is enough.
            self._context = _context_of(exchange) if exchange.ssl_context is None else exchange.ssl_context
        if self._connector is None:
            self._connector = aiohttp.TCPConnector(
                ssl=self._context,
                # Each account's stream holds one for as long as it lives: a limit would starve the requests.
                limit=0,
                enable_cleanup_closed=True,
                family=socket.AF_UNSPEC,
                happy_eyeballs_delay=0,
            )
        exchange.ssl_context = self._context
        exchange.session = aiohttp.ClientSession(
            connector=self._connector, connector_owner=False, trust_env=exchange.aiohttp_trust_env
        )

    async def end(self) -> None:
        """Close every connection."""
        if self._connector is not None:
            await self._connector.close()


class Connections:
    """The pools of one process."""

    def __init__(self) -> None:
        """None yet."""
        self._pools: list[Pool] = []

    def lend(self, exchange: Any, likeness: Likeness) -> None:
        """Give an exchange a session; `give_back` must follow."""
        loop = asyncio.get_running_loop()
        # Whoever let its loop end without closing has left nothing that could still be used.
        self._pools = [each for each in self._pools if not each.loop.is_closed()]
        pool = next((each for each in self._pools if each.loop is loop and each.likeness == likeness), None)
        if pool is None:
            pool = Pool(loop, likeness)
            self._pools.append(pool)
        pool.lend(exchange)

    async def give_back(self, exchange: Any) -> None:
        """Take note that an exchange is closed; close what it was the last to use."""
        for pool in tuple(self._pools):
            if exchange in pool.users:
                pool.users.discard(exchange)
                if not pool.users:
                    self._pools.remove(pool)
                    await pool.end()

    def pools(self) -> tuple[Pool, ...]:
        """Return the pools that are in use."""
        return tuple(self._pools)


OF_PROCESS = Connections()
"""Shared by all accounts of this process that are alike."""


def _context_of(exchange: Any) -> Any:
    """Return the TLS context that ccxt would make for an exchange; False where it is not to verify."""
    if not exchange.verify:
        return exchange.verify
    context = ssl.create_default_context(cafile=exchange.cafile)
    paths = ssl.get_default_verify_paths()
    also = exchange.options.get("include_OS_certificates", False)
    if also and paths.cafile and paths.cafile != exchange.cafile:
        context.load_verify_locations(cafile=paths.cafile)
    return context
