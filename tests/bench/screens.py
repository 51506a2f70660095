"""What the screens cost a person who waits for them, and the machines that serve and show them."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright
from playwright.async_api import Error as BrowserError

from tests.bench import machine
from tests.bench.quantiles import quantile
from tests.bench.screens_house import Served, Year, screens_of
from tests.browser.performance import CHROMIUM, QUIET

Numbers = dict[str, float]

PAGES = ("now", "alerts", "positions", "latency", "verifications", "health", "audit")
CARD = "[class*='st-key-alert-']"
VIEWPORT = {"width": 1280, "height": 900}
LONG_MS = 30_000.0
"""How long one page, or what is waited for on it, may take."""
SETTLED = """() => {
  const app = document.querySelector("[data-testid='stApp']");
  const waits = document.querySelector("[data-testid='stSkeleton']");
  return app && app.getAttribute("data-test-script-state") === "notRunning" && !waits;
}"""
MEGA, KILO = 1e6, 1e3


@dataclass(frozen=True, slots=True)
class Looks:
    """How often is looked.

    Attributes:
        times: At each page, and at each dialog.
        viewers: How many look at the first page at once.
        seconds: For how long their cost is counted.
        within: For how many seconds pages are opened anew, and then viewers one after another. Where fewer
            have come by then, what each of them costs counts for those who are missing.
        pages: Which, beside that of one alert.
    """

    times: int = 3
    viewers: int = 20
    seconds: float = 12.0
    within: float = 60.0
    pages: tuple[str, ...] = PAGES


USUAL = Looks()


async def measure_screens(year: Year, looks: Looks, keep: Callable[[Numbers], None]) -> None:
    """Open every page of a busy year, warm, in a real browser; what was measured is kept at once."""
    async with screens_of(year) as served, _browser() as browser:
        keep(await _first_visit(browser, served, looks))
        context = await browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type] # Playwright's own names
        keep(await _pages(context, served, looks))
        keep(await _idle(context, served, looks))
        await context.close()
        keep(await _viewers(browser, served, looks))


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            yield browser
        finally:
            await browser.close()


async def _first_visit(browser: Browser, served: Served, looks: Looks) -> Numbers:
    """Visit the latency page as nobody has before: what comes over the wire; and again: what is data."""
    await _answers(browser, served, looks)
    context = await browser.new_context(viewport=VIEWPORT)  # type: ignore[arg-type] # as above
    page = await context.new_page()
    counted = await Wire.of(context, page)
    await _settled(page, f"{served.url}/latency")
    first = counted.took()
    await _settled(page, f"{served.url}/latency")
    again = counted.took()
    await context.close()
    return {
        "screens.latency_first_visit_mb": sum(first) / MEGA,
        "screens.latency_next_visit_mb": sum(again) / MEGA,
        "screens.latency_data_kb": again[1] / KILO,
    }


async def _answers(browser: Browser, served: Served, looks: Looks) -> None:
    """Wait until the screens are served, and warm: the process has drawn each page once."""
    context = await browser.new_context()
    page = await context.new_page()
    end = perf_counter() + LONG_MS / 1000
    while True:
        try:
            await page.goto(served.url)
            break
        except BrowserError:
            if perf_counter() > end:
                raise
            await asyncio.sleep(0.3)
    for name in looks.pages:
        await _settled(page, _address(served, name))
    await context.close()


class Wire:
    """What a page gets over the wire: bytes of answers as they were sent, and of the WebSocket's frames."""

    def __init__(self) -> None:
        self.answers = self.frames = 0.0

    @classmethod
    async def of(cls, context: BrowserContext, page: Page) -> "Wire":
        """Count from now on."""
        wire, session = cls(), await context.new_cdp_session(page)
        session.on("Network.loadingFinished", wire._answered)
        session.on("Network.webSocketFrameReceived", wire._told)
        await _enabled(session)
        return wire

    def took(self) -> tuple[float, float]:
        """Return what came since the last call: of answers, of frames."""
        taken = (self.answers, self.frames)
        self.answers = self.frames = 0.0
        return taken

    def _answered(self, event: dict[str, float]) -> None:
        self.answers += max(event["encodedDataLength"], 0)

    def _told(self, event: dict[str, dict[str, Any]]) -> None:
        frame = event["response"]
        is_text = frame["opcode"] == 1  # that there is news; what is drawn comes as bytes
        payload = str(frame["payloadData"])
        self.frames += len(payload.encode() if is_text else base64.b64decode(payload))


async def _enabled(session: CDPSession) -> None:
    await session.send("Network.enable")


def _address(served: Served, name: str) -> str:
    return served.url if name == "now" else f"{served.url}/{name}"


async def _settled(page: Page, url: str) -> float:
    """Open a page; return the seconds until all of it stood."""
    began = perf_counter()
    await page.goto(url, timeout=LONG_MS)
    await page.wait_for_function(SETTLED, timeout=LONG_MS, polling=20)
    return perf_counter() - began


async def _pages(context: BrowserContext, served: Served, looks: Looks) -> Numbers:
    page = await context.new_page()
    first: list[float] = []
    dialogs: list[float] = []
    took: dict[str, list[float]] = {}
    end = perf_counter() + looks.within
    for _ in range(looks.times):
        if first and perf_counter() > end:
            break
        began = perf_counter()
        await page.goto(served.url, timeout=LONG_MS)
        await page.locator(CARD).first.wait_for(timeout=LONG_MS)
        first.append(perf_counter() - began)
        dialogs.append(await _dialog(page))
        for name in (*looks.pages, f"alert?id={served.newest}"):
            took.setdefault(name.partition("?")[0], []).append(await _settled(page, _address(served, name)))
    await page.close()
    middle = {name: quantile(times, 0.5) for name, times in took.items()}
    return {
        "screens.first_alert_s": quantile(first, 0.5),
        "screens.dialog_s": quantile(dialogs, 0.5),
        "screens.slowest_page_s": max(middle.values()),
        **{f"screens.{name}_s": seconds for name, seconds in middle.items()},
    }


async def _dialog(page: Page) -> float:
    await page.wait_for_function(SETTLED, timeout=LONG_MS, polling=20)
    button = page.locator(CARD).first.get_by_role("button", name="Acknowledge").first
    began = perf_counter()
    await button.click(timeout=LONG_MS)
    await page.get_by_role("dialog").get_by_role("textbox").first.wait_for(timeout=LONG_MS)
    return perf_counter() - began


async def _idle(context: BrowserContext, served: Served, looks: Looks) -> Numbers:
    """Count what one page that is left open costs the machine that shows it."""
    page = await context.new_page()
    await _settled(page, served.url)
    await asyncio.sleep(looks.seconds / 3)  # it has come to rest: to open it is counted by others
    before, began = machine.cpu_of_those_named("chrom"), perf_counter()
    await asyncio.sleep(looks.seconds)
    spent = machine.cpu_of_those_named("chrom") - before
    await page.close()
    return {"screens.idle_tab_cores": max(spent, 0.0) / (perf_counter() - began)}


async def _viewers(browser: Browser, served: Served, looks: Looks) -> Numbers:
    """Count what so many open pages cost the process that serves them."""
    contexts: list[BrowserContext] = []
    end = perf_counter() + looks.within
    while len(contexts) < looks.viewers and perf_counter() < end:
        contexts.append(await browser.new_context(viewport=VIEWPORT))  # type: ignore[arg-type] # as above
        page = await contexts[-1].new_page()
        # Not until it is settled: where others keep the server busy, it seldom is.
        await page.goto(served.url, timeout=LONG_MS)
        await page.locator(CARD).first.wait_for(timeout=LONG_MS)
    before, began = machine.cpu_seconds(served.pid), perf_counter()
    await asyncio.sleep(looks.seconds)
    spent = machine.cpu_seconds(served.pid) - before
    cores = spent / (perf_counter() - began) * looks.viewers / len(contexts)
    for context in contexts:
        await context.close()
    return {"screens.viewers": float(len(contexts)), "screens.viewers_20_cores": cores}
