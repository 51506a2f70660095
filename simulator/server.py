"""The simulated venue as one object: engine, Binance face, faults, journal and server."""

import random
from collections.abc import Iterable
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from simulator.binance.context import Context
from simulator.binance.face import BinanceFace
from simulator.binance.listen_keys import ListenKeys
from simulator.binance.signing import Credentials
from simulator.binance.stream import Streams
from simulator.binance.urls import ccxt_config
from simulator.clock import VenueClock
from simulator.control import Control
from simulator.engine import Exchange
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.market import Market, Markets
from simulator.pipeline import Pipeline
from simulator.recorded import RecordedState

SHUTDOWN_SECONDS = 0.2


class SimulatedVenue:
    """An exchange on loopback that speaks Binance USD-M. Use it as an async context manager.

    Args:
        seed: Decides all chance.
        port: Port to listen on; 0 takes a free one.
        state: What the account holds at the start; None for nothing.
        markets: The markets; None for a dozen usual ones. Those the state needs are added.
        api_key: The one key accepted; None accepts any.
        secret: Signatures are verified with it; None accepts any signature.
        host: A loopback address.

    Attributes:
        exchange: The engine, which is the truth.
        faults: The faults in force.
        journal: The requests so far.
        streams: The open sockets.
        listen_keys: The listen keys in force.

    Raises:
        ValueError: The host is not a loopback address.
        OSError: On entry: the port is taken.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        port: int = 0,
        state: RecordedState | None = None,
        markets: Iterable[Market] | None = None,
        api_key: str | None = None,
        secret: str | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        host = "127.0.0.1" if host == "localhost" else host
        if not ip_address(host).is_loopback:
            raise ValueError(
                f"{host} is not a loopback address: the simulated venue serves this machine only"
            )
        self._host, self._port = host, port
        self.clock = VenueClock()
        self.exchange = Exchange(Markets() if markets is None else Markets(markets), self.clock)
        if state is not None:
            state.load_into(self.exchange)
        self.faults = Faults(self.clock.monotonic)
        self.journal = Journal()
        self.listen_keys = ListenKeys()
        truth = self.exchange.truth
        self.streams = Streams(truth, self.faults, self.listen_keys, random.Random(seed))
        self.exchange.listen(self.streams.follow)
        context = Context(self.exchange, self.faults, Credentials(api_key, secret), self.listen_keys)
        self._pipeline = Pipeline(BinanceFace(context), truth, self.faults, self.journal)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the address, `http://127.0.0.1:PORT`, once it is open."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def ccxt_config(self) -> dict[str, Any]:
        """Return what to merge into the constructor of `ccxt.pro.binanceusdm`, or `binance` for futures."""
        return ccxt_config(self.url)

    async def start(self) -> None:
        """Open the port.

        Raises:
            OSError: It is taken.
        """
        app = web.Application()
        Control(self).add_routes(app)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Cut every socket and close the port. It can start again, on the same port, with the same state."""
        self.listen_keys.end()
        self.streams.end()
        await self.streams.disconnect(abort=True)
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self.streams.serve(request)
        return await self._pipeline.handle(request)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
