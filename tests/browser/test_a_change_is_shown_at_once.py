"""What starts to fire stands on every open page before its clock comes round, and goes as fast."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from reconciler.alerts.event import Clear, Detected, Observed
from reconciler.facts.finding import Evidence, Party
from reconciler.storage.store import Store
from tests.browser.performance import chromium, load
from tests.browser.screens import Screens
from tests.dashboard.test_real_database import FINDING
from verification.facts.clock import SystemClock

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(240)]

LONG_MS = 60_000

# Draws nothing by the clock any more: what is seen from now on was told.
STOP_THE_CLOCKS = (
    "() => { for (let each = setInterval(() => {}, 1e6); each > 0; each--) clearInterval(each); }"
)


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Screens]:
    running = Screens(tmp_path)
    yield running
    running.end()


def fires(screens: Screens, symbol: str) -> None:
    """Let an alert fire."""

    async def story() -> None:
        async with Store.open(f"sqlite:///{screens.state}") as store:
            for confirmed in (False, True):
                now = SystemClock().now().utc
                found = Detected(replace(FINDING, symbol=symbol), now, confirmed=confirmed)
                await store.observe(Observed((found,)), now=now)

    _beside(story)


def ends(screens: Screens, symbol: str) -> None:
    """Let it be seen to be over, as often as that takes."""

    async def story() -> None:
        key = replace(FINDING, symbol=symbol).identity
        async with Store.open(f"sqlite:///{screens.state}") as store:
            for seconds in range(1, 4):
                now = SystemClock().now().utc + timedelta(milliseconds=seconds)
                shown = Evidence(Party.EXCHANGE, "rest", "a stop rests", now, {})
                await store.observe(Observed(clear={key: Clear((shown,), now, "a stop rests")}), now=now)

    _beside(story)


def _beside(story: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run a story in another thread: the browser's own loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(story())).result()


def without_clocks(page: Page, url: str) -> Page:
    """Open a page that hears of changes, and take its clocks from it."""
    load(page, url)
    expect(page.locator("[class*='st-key-verdict-']")).to_be_visible(timeout=LONG_MS)
    for _ in range(LONG_MS // 500):
        if page.evaluate("window.__trueupChanges?.open === true"):
            break
        page.wait_for_timeout(500)
    page.evaluate(STOP_THE_CLOCKS)
    return page


def test_two_pages_show_what_fires_and_what_ends_although_their_clocks_stand_still(screens: Screens) -> None:
    with chromium() as browser:
        url = f"http://127.0.0.1:{screens.port}"
        now = without_clocks(browser.new_page(), url)
        alerts = without_clocks(browser.new_page(), f"{url}/alerts")
        fires(screens, "AVL/USDT:USDT")
        card = now.locator("[class*='st-key-alert-']").filter(has_text="AVL/USDT:USDT")
        expect(card).to_be_visible(timeout=LONG_MS)
        expect(now.locator(".st-key-strip")).to_contain_text("1 position", timeout=LONG_MS)
        expect(alerts.locator(".st-key-strip")).to_contain_text("1 position", timeout=LONG_MS)
        expect(alerts.get_by_role("table").filter(has_text="AVL/USDT:USDT")).to_be_visible(timeout=LONG_MS)
        ends(screens, "AVL/USDT:USDT")
        expect(card).to_have_count(0, timeout=LONG_MS)
        foreign = [each for each in (now, alerts) if "stException" in each.content()]
        assert not foreign


# Changes are told while others are drawn, and somebody clicks in the midst of them.
CLICKED_AMID_CHANGES = """
async (button) => {
  const told = async () => {
    for (let each = 0; each < 3; each++) {
      window.__trueupChanges.redraw();
      await new Promise((done) => setTimeout(done));
    }
  };
  await told();
  button.click();
  await told();
}
"""


def test_a_click_that_comes_with_a_change_is_not_lost(screens: Screens) -> None:
    with chromium() as browser:
        fires(screens, "AVL/USDT:USDT")
        page = without_clocks(browser.new_page(), f"http://127.0.0.1:{screens.port}")
        card = page.locator("[class*='st-key-alert-']")
        dialog = page.get_by_role("dialog")
        card.get_by_role("button", name="Acknowledge").evaluate(CLICKED_AMID_CHANGES)
        expect(dialog).to_be_visible(timeout=LONG_MS)
        dialog.get_by_label("Your name").fill("Ada")
        dialog.get_by_label("Note").fill("of Ada")
        dialog.get_by_role("button", name="Acknowledge").evaluate(CLICKED_AMID_CHANGES)
        expect(dialog).to_be_hidden(timeout=LONG_MS)
        expect(card).to_contain_text("Acknowledged by Ada", timeout=LONG_MS)
