"""How soon a difference is known: in the state database, and on a page that a person has open."""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from time import perf_counter

import sqlalchemy as sa
from msgspec.json import encode
from playwright.async_api import Error as BrowserError
from playwright.async_api import Page, async_playwright

from dashboard.launch import DOOR
from reconciler.storage.decisions import ALERT
from simulator.engine.order import Side, Ticket
from simulator.faults.faults import PushAction, PushFault
from tests.bench.budget_house import QUANTITY, House, Plan, house
from tests.bench.children import ended
from tests.bench.quantiles import quantile
from tests.browser.performance import CHROMIUM, QUIET
from tests.browser.screens import OPEN

Numbers = dict[str, float]

HELD = tuple(f"HELD{number:02}/USDT:USDT" for number in range(5))
ORPHANS = 12
EVERY = 6.0
"""Seconds from one orphan to the next: a crowd would be held back for its request weight."""

SOON, LONG = 30.0, 180.0
"""How long a pending alert, and a firing one, is waited for. A figure of this size: it did not come."""

POLL = 0.01
PAGE_SECONDS = 60.0

# Notes when the page first shows each symbol on an alert's card, by this machine's clock.
WATCH = """() => {
  window.shown = {};
  const look = () => {
    for (const card of document.querySelectorAll("[class*='st-key-alert-']"))
      for (const symbol of card.textContent.match(/[A-Z0-9]+\\/USDT:USDT/g) || [])
        if (!(symbol in window.shown)) window.shown[symbol] = Date.now();
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
  look();
}"""


@dataclass(slots=True)
class Seen:
    """When the orphans were seen, in seconds.

    Attributes:
        pending: From the position on the venue to its pending alert in the database.
        fired: By symbol: the wall time at which its alert fired.
        shown: By symbol: the wall time at which an open page showed it.
    """

    pending: list[float] = field(default_factory=list)
    fired: dict[str, datetime] = field(default_factory=dict)
    shown: dict[str, float] = field(default_factory=dict)

    def visible(self) -> list[float]:
        """Return how long each fired alert took to the page; one that was never there counts as `LONG`."""
        return [
            self.shown[symbol] - at.timestamp() if symbol in self.shown else LONG
            for symbol, at in self.fired.items()
        ]


async def measure_detection(orphans: int = ORPHANS, every: float = EVERY, checks: str = "") -> Numbers:
    """Meet one orphan after another with the page open; and lose the push of a cancelled stop beside."""
    with tempfile.TemporaryDirectory(prefix="trueup-bench-") as name:
        folders = [Path(name) / each for each in ("orphans", "stop")]
        for folder in folders:
            folder.mkdir()
        told, lost = await asyncio.gather(
            _orphans(folders[0], orphans, every, checks), _stop_lost(folders[1], checks)
        )
    return told | lost


async def _orphans(folder: Path, orphans: int, every: float, checks: str) -> Numbers:
    symbols = tuple(f"SPARE{number:02}/USDT:USDT" for number in range(orphans))
    seen = Seen()
    async with house(folder, checks, Plan(HELD, symbols)) as here, open_page(here.state) as page:
        closing: list[asyncio.Task[None]] = []
        for symbol in symbols:
            began = perf_counter()
            seen.pending.append(await _pending(here, symbol))
            closing.append(asyncio.create_task(_see_fire(here, symbol, seen, page)))
            await asyncio.sleep(max(0.0, began + every - perf_counter()))
        await asyncio.gather(*closing)
    visible = seen.visible()
    return {
        "detect.orphans": float(orphans),
        "detect.fired": float(len(seen.fired)),
        "detect.shown": float(len(seen.shown)),
        "detect.pending_p50_s": quantile(seen.pending, 0.5),
        "detect.pending_p99_s": quantile(seen.pending, 0.99),
        "detect.visible_p50_s": quantile(visible or [LONG], 0.5),
        "detect.visible_p99_s": quantile(visible or [LONG], 0.99),
    }


async def _pending(here: House, symbol: str) -> float:
    """Open a position by hand; return the seconds until the state database has an alert of it."""
    here.venue.exchange.place(Ticket(symbol, Side.BUY, QUANTITY, owner="hand"))
    began = perf_counter()
    await _until(here, lambda: bool(_alerts(here, symbol)), SOON)
    return perf_counter() - began


async def _see_fire(here: House, symbol: str, seen: Seen, page: Page) -> None:
    """Wait until its alert fires and the page shows it; then close the position: cards do not pile up."""
    if not await _until(here, lambda: _fired(here, symbol) is not None, LONG, poll=0.2):
        return
    at = _fired(here, symbol)
    assert at is not None
    seen.fired[symbol] = at
    began = perf_counter()
    while symbol not in seen.shown and perf_counter() - began < SOON:
        told = await page.evaluate("symbol => window.shown[symbol] || 0", symbol)
        if told:
            seen.shown[symbol] = told / 1000
        await asyncio.sleep(0.2)
    here.venue.exchange.place(Ticket(symbol, Side.SELL, QUANTITY, reduce_only=True, owner="hand"))


async def _stop_lost(folder: Path, checks: str) -> Numbers:
    """Cancel a stop just after a sweep, and lose the push of it: the worst moment for a clock."""
    async with house(folder, checks, Plan(HELD, ())) as here:
        symbol = HELD[0]
        before = _last_sweep(here)
        await _until(here, lambda: _last_sweep(here) != before, LONG, poll=0.05)
        here.venue.faults.add(PushFault(action=PushAction.DROP, symbol=symbol))
        here.venue.faults.add(PushFault(action=PushAction.DROP, event="ALGO_UPDATE"))
        for stop in here.venue.exchange.open_algos(symbol):
            here.venue.exchange.cancel_conditional(stop.id)
        began = perf_counter()
        await _until(here, lambda: here.tells_of(symbol), LONG, poll=0.1)
        return {"detect.stop_cancel_push_lost_s": perf_counter() - began}


def _last_sweep(here: House) -> datetime | None:
    return max((cycle.finished_at for cycle in here.console.queries.now().cycles), default=None)


@cache
def _engine(state: str) -> sa.Engine:
    return sa.create_engine(state, poolclass=sa.NullPool)


def _alerts(here: House, symbol: str) -> list[datetime | None]:
    """Return when each alert about a symbol has fired; asked so often that it must cost next to nothing."""
    asked = sa.select(ALERT.c.fired_at).where(ALERT.c.symbol == symbol)
    with _engine(here.state).connect() as connection:
        return list(connection.execute(asked).scalars())


def _fired(here: House, symbol: str) -> datetime | None:
    return next((at for at in _alerts(here, symbol) if at is not None), None)


async def _until(here: House, true: Callable[[], bool], seconds: float, poll: float = POLL) -> bool:
    end = perf_counter() + seconds
    while perf_counter() < end:
        here.check()
        if await asyncio.to_thread(true):
            return True
        await asyncio.sleep(poll)
    return False


@asynccontextmanager
async def open_page(state: str) -> AsyncIterator[Page]:
    """Serve the screens of a state database and have a browser look at the first of them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "dashboard", "--state-url", state, "--port", str(port)),
        env=os.environ | {DOOR: encode(OPEN).decode()},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with ended(process), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            page = await browser.new_page(viewport={"width": 1280, "height": 900})
            await _patiently(lambda: page.goto(f"http://127.0.0.1:{port}"))
            await page.locator(".st-key-figures").wait_for(timeout=PAGE_SECONDS * 1000)
            await page.evaluate(WATCH)
            yield page
        finally:
            await browser.close()


async def _patiently(go: Callable[[], Awaitable[object]]) -> None:
    end = perf_counter() + PAGE_SECONDS
    while True:
        try:
            await go()
        except BrowserError:
            if perf_counter() > end:
                raise
            await asyncio.sleep(0.3)
        else:
            return
