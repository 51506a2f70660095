"""A server on a free port, its state in a real database; what its process knows is told to it."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from reconciler.account.cycle import Swept
from reconciler.account.known import Known
from reconciler.alerts.event import Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Finding
from reconciler.facts.token import Role
from reconciler.serve import metrics
from reconciler.serve.endpoint import House
from reconciler.serve.offer import ENDPOINTS, PAGES
from reconciler.serve.open_alerts import OpenAlerts
from reconciler.serve.server import Server
from reconciler.serve.watching import Watching
from reconciler.storage.store import Store
from reconciler.views.account import CycleView, PositionView, SourceView
from verification.facts.account import PositionMode
from verification.facts.clock import Clock, Moment, SystemClock
from verification.facts.question import OpenQuestion

INTERVAL = timedelta(seconds=30)


def free_port() -> int:
    """Return a port that nobody has at this moment."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def known(
    now: Moment,
    *,
    status: str = "complete",
    age: float = 1.0,
    sources: Sequence[tuple[str, str]] = (("rest", "ok"), ("websocket", "ok")),
    unverified: tuple[OpenQuestion, ...] = (),
    legs: tuple[PositionView, ...] = (),
    mode: PositionMode | None = PositionMode.ONE_WAY,
) -> Known:
    """What a watch knows that has just seen all of its account, unless something else is said."""
    at = Moment(now.utc_us - int(age * 1e6), now.monotonic - age)
    whole = at.utc if status == "complete" else None
    cycle = CycleView("main", "binanceusdm", status, 1, 1, None, at.utc, whole, 0.1, (), 0)
    views = tuple(SourceView("main", name, state, now.utc, "as told", now.utc) for name, state in sources)
    symbols = {"AVL/USDT:USDT", "BTC/USDT:USDT"}
    return Known(Swept(cycle, at), views, legs, unverified, 10.0, mode, symbols, {})


class Served:
    """The server, and how it is asked."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.console = Console.on(store.shared.database, clock)
        self.alerts = OpenAlerts(store.open_alerts, clock)
        self.watching = Watching("main", INTERVAL, known(clock.now()), "", clock.now())
        self.port = free_port()
        self.owed: float | None = None
        house = House(
            self.console,
            clock,
            {"main": lambda: self.watching},
            self.alerts,
            lambda: self.owed,
            lambda: {"main": 0.25, "of another process": 1.0},
            lambda: 0.0,
        )
        pages = (*PAGES, ("/metrics", metrics.Metrics(house, "1.2.3").page))
        self.server = Server("127.0.0.1", self.port, (), house=house, endpoints=ENDPOINTS, pages=pages)
        self.viewer = self.console.tokens.new(role=Role.VIEWER, name="a bot")[1]
        self.operator = self.console.tokens.new(role=Role.OPERATOR, name="phone")[1]
        self.serving: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._session = aiohttp.ClientSession()

    async def find(self, *found: Finding, confirmed: bool = True) -> None:
        """Store what was found, and let the server know."""
        now = self.clock.now().utc
        await self.store.observe(Observed(tuple(Detected(each, now, confirmed) for each in found)), now=now)
        await self.alerts.follow(grown=True)

    async def ask(
        self,
        path: str,
        *,
        token: str | None = None,
        method: str = "GET",
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> "Reply":
        """Ask, and return what is answered."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self._session.request(method, url, headers=sent, json=body) as answer:
            return Reply(answer.status, await answer.read(), dict(answer.headers))

    async def timed(self, path: str, *, token: str) -> float:
        """Ask, and return how long this thread has worked for it, on both sides; seconds."""
        began = time.thread_time()
        await self.ask(path, token=token)
        return time.thread_time() - began

    async def until_it_listens(self) -> None:
        """Wait until somebody answers on the port: the server says so nowhere but in the log."""
        while True:
            try:
                await self.ask("/healthz")
            except aiohttp.ClientConnectionError:
                await self.clock.sleep(0.01)
            else:
                return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()


class Reply:
    """An answer as a program gets it."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Served]:
    """Serve for as long as the block lasts."""
    clock = SystemClock()
    async with (
        Store.open(f"sqlite:///{folder}/trueup.db", clock=clock) as store,
        Served(store, clock) as house,
    ):
        await house.alerts.follow(grown=True)
        house.serving = serving = asyncio.create_task(house.server.run())
        try:
            await house.until_it_listens()
            yield house
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
