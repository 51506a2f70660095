"""The simulated venue as one object: engine, face, faults, journal and server."""

import random
from collections.abc import Iterable
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from simulator.binance.listen_keys import ListenKeys
from simulator.binance.stream import tell_expiry
from simulator.control import Control
from simulator.engine.clock import VenueClock
from simulator.engine.exchange import Exchange
from simulator.engine.market import Market, Markets
from simulator.faces import FACES, Venue
from simulator.faults.faults import Faults
from simulator.recorded.account import RecordedState
from simulator.serving.acceptance import Acceptance
from simulator.serving.credentials import Credentials
from simulator.serving.journal import Journal
from simulator.serving.limits import Limits
from simulator.serving.pipeline import Pipeline
from simulator.serving.streams import Streams
from simulator.toml import settings_toml

SHUTDOWN_SECONDS = 0.2


class SimulatedVenue:
    """An exchange on loopback that speaks Binance USD-M or Bybit v5. Use it as an async context manager.

    Args:
        face: Whose protocol it speaks: `binance` or `bybit`.
        seed: Decides all chance.
        port: Port to listen on; 0 takes a free one.
        state: What the account holds at the start; None for nothing.
        markets: The markets; None for a dozen usual ones. Those the state needs are added.
        api_key: The one key accepted; None accepts any.
        secret: Signatures are verified with it; None accepts any signature.
        key_trades: Whether the key may trade, as the venue tells it; orders are taken all the same.
        key_withdraws: Whether it may withdraw, likewise.
        host: A loopback address.
        limits: Counts its requests together with those of other accounts of the same venue, each of which is
            a simulated venue of its own behind one address; None where it counts for itself.

    Attributes:
        exchange: The engine, which is the truth.
        faults: The faults in force.
        journal: The requests so far.
        limits: How often it lets itself be asked.
        streams: The open sockets.
        listen_keys: The listen keys in force; a venue without such keys never has any.
        acceptance: How long after its acknowledgement an order is carried out, on a venue that works so.
        title: The venue's name, for people.
        ccxt_id: The venue's exchange id in ccxt.

    Raises:
        ValueError: The host is not a loopback address, or there is no such face.
        OSError: On entry: the port is taken.
    """

    def __init__(
        self,
        *,
        face: str = "binance",
        seed: int = 1,
        port: int = 0,
        state: RecordedState | None = None,
        markets: Iterable[Market] | None = None,
        api_key: str | None = None,
        secret: str | None = None,
        key_trades: bool = True,
        key_withdraws: bool = False,
        host: str = "127.0.0.1",
        limits: Limits | None = None,
    ) -> None:
        host = "127.0.0.1" if host == "localhost" else host
        if not ip_address(host).is_loopback:
            raise ValueError(
                f"{host} is not a loopback address: the simulated venue serves this machine only"
            )
        if face not in FACES:
            raise ValueError(f"there is no venue {face!r} to simulate: choose {' or '.join(FACES)}")
        self._host, self._port = host, port
        self.clock = VenueClock()
        self.exchange = Exchange(Markets() if markets is None else Markets(markets), self.clock)
        if state is not None:
            state.load_into(self.exchange)
        self.faults = Faults(self.clock.monotonic)
        self.journal = Journal()
        self.listen_keys = ListenKeys()
        self.acceptance = Acceptance()
        truth, who = self.exchange.truth, Credentials(api_key, secret, key_trades, key_withdraws)
        spoken = FACES[face](Venue(self.exchange, self.faults, who, self.listen_keys, self.acceptance))
        self.title, self.ccxt_id, self.limits = spoken.title, spoken.ccxt_id, limits or spoken.limits
        self._spoken = spoken
        self.streams = Streams(spoken.stream, self.faults, random.Random(seed))
        self.listen_keys.on_expiry = tell_expiry(truth, self.streams)
        self.exchange.listen(self.streams.follow)
        self._pipeline = Pipeline(spoken.rest, self.limits, truth, self.faults, self.journal)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the address, `http://127.0.0.1:PORT`, once it is open."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def ccxt_config(self) -> dict[str, Any]:
        """Return what to merge into the constructor of the venue's ccxt exchange (`ccxt_id`)."""
        return self._spoken.ccxt_config(self.url)

    def settings(self, account: str = "main") -> str:
        """Return the same as tables of Trueup's settings, ready to paste."""
        return settings_toml(self.ccxt_config(), account)

    async def start(self) -> None:
        """Open the port.

        Raises:
            OSError: It is taken.
        """
        self._spoken.started()
        app = web.Application()
        Control(self).add_routes(app)
        app.router.add_route("*", "/{path:.*}", self.serve)
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
        self.acceptance.end()
        self.listen_keys.end()
        self.streams.end()
        await self.streams.disconnect(abort=True)
        if self._runner is not None:
            await self._runner.cleanup()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, or serve one socket: who listens for several venues hands them on by this."""
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
