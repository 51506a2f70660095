"""One open page of the dashboard in a real browser, and what it takes of the browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import CDPSession, Error, Page, async_playwright

from tests.browser.performance import CHROMIUM, QUIET
from tests.soak.process_figures import MEGABYTE

COVER = "#trueup-silence"
READY_MS = 120_000


class OpenPage:
    """The first page, left open; it asks the dashboard for news by itself."""

    def __init__(self, page: Page, session: CDPSession) -> None:
        """`session` speaks to the browser about this page."""
        self._page = page
        self._session = session

    async def figures(self) -> dict[str, float]:
        """Return DOM nodes, listeners and megabytes of script memory, and whether it says "no word"."""
        await self._session.send("HeapProfiler.collectGarbage")  # what is left is held by something
        answer = await self._session.send("Performance.getMetrics")
        measured = {each["name"]: float(each["value"]) for each in answer["metrics"]}
        return {
            "page.covered": float(await self._page.locator(COVER).count()),
            "page.nodes": measured["Nodes"],
            "page.listeners": measured["JSEventListeners"],
            "page.script_mb": measured["JSHeapUsedSize"] / MEGABYTE,
        }


@asynccontextmanager
async def open_page(link: str) -> AsyncIterator[OpenPage]:
    """Sign in by the link as soon as the dashboard answers, and wait until the first page shows a verdict."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        try:
            page = await browser.new_page()
            for _ in range(READY_MS // 500):
                try:
                    await page.goto(link)
                    break
                except Error as error:
                    if "ERR_" not in str(error):
                        raise
                    await page.wait_for_timeout(500)
            await page.locator("[data-testid='stApp']").wait_for(timeout=READY_MS)
            session = await page.context.new_cdp_session(page)
            await session.send("Performance.enable")
            yield OpenPage(page, session)
        finally:
            await browser.close()
