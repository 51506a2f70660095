"""Now as a browser shows it: keys move and open, a refresh keeps place and focus, the bar keeps its alert."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Kind, Severity
from reconciler.storage import alerts
from reconciler.storage.database import Database
from tests.browser.performance import chromium, load
from tests.browser.screens import Screens
from tests.reconciler.alert_life import finding
from verification.facts.clock import SystemClock

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(300)]

SOON_MS = 60_000
TWO_ROUNDS_MS = 5_000
FOCUSED = "document.activeElement.closest(\"[class*='-card-']\")?.textContent ?? ''"
PAGE_COLOUR = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
DARK, LIGHT = "rgb(13, 16, 21)", "rgb(246, 247, 249)"


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Screens]:
    running = Screens(tmp_path)
    yield running
    running.end()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def find(screens: Screens, worth: dict[str, int]) -> None:
    """Find conditions, by symbol and exposure, as the reconciler's process does."""
    now = SystemClock().now().utc
    found = tuple(
        Detected(
            finding(
                symbol=f"{name}/USDT:USDT",
                kind=Kind.ORPHANED_POSITION,
                exposure=Decimal(exposure),
                severity=Severity.CRITICAL,
            ),
            now,
            confirmed=True,
        )
        for name, exposure in worth.items()
    )
    with (
        Database.open(f"sqlite:///{screens.state}", create=False) as database,
        database.write() as connection,
    ):
        alerts.observe(connection, Observed(found), AlertSettings(), now=now)


def test_keys_move_and_open_only_and_a_refresh_keeps_place_and_focus(
    screens: Screens, browser: Browser
) -> None:
    find(screens, {"AVL": 900, "BTC": 800, "ETH": 700})
    page = browser.new_page(viewport={"width": 1280, "height": 500}, color_scheme="dark")
    foreign: list[str] = []
    page.on("request", lambda each: foreign.append(each.url) if _is_foreign(each.url, screens) else None)
    load(page, f"http://127.0.0.1:{screens.port}")
    cards = page.locator("[class*='st-key-alert-']")
    expect(cards).to_have_count(3, timeout=SOON_MS)
    expect(cards.nth(0)).to_contain_text("First step")
    expect(page.locator("button.t-theme")).to_be_visible(timeout=SOON_MS)
    # Buttons come into their cards last: until then there is nothing that a key could move to.
    expect(page.locator("[class*='st-key-open-'] button")).to_have_count(3, timeout=SOON_MS)

    for key, name in (("j", "AVL"), ("j", "BTC"), ("j", "ETH"), ("k", "BTC")):
        page.keyboard.press(key)
        assert name in page.evaluate(FOCUSED), f"{key} leads to {name}"
    scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    page.wait_for_timeout(TWO_ROUNDS_MS)
    assert "BTC" in page.evaluate(FOCUSED)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scrolled
    page.keyboard.press("o")
    expect(cards.nth(1)).to_contain_text("First step", timeout=SOON_MS)
    expect(cards.nth(0)).not_to_contain_text("First step")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with Console.open(f"sqlite:///{screens.state}") as console:
        assert [each.acknowledgement for each in console.queries.alerts()] == [None] * 3

    _switches(page, screens)
    assert foreign == []


def _is_foreign(url: str, screens: Screens) -> bool:
    return not url.startswith((f"http://127.0.0.1:{screens.port}", "data:", "blob:"))


def _switches(page: Page, screens: Screens) -> None:
    """The theme is switched, and the choice holds on another page."""
    assert page.evaluate(PAGE_COLOUR) == DARK
    page.get_by_role("button", name="Light screens").click()
    expect(page.get_by_role("button", name="Dark screens")).to_be_visible(timeout=SOON_MS)
    assert page.evaluate(PAGE_COLOUR) == LIGHT
    page.goto(f"http://127.0.0.1:{screens.port}/positions", timeout=SOON_MS)
    expect(page.get_by_role("button", name="Dark screens")).to_be_visible(timeout=SOON_MS)
    assert page.evaluate(PAGE_COLOUR) == LIGHT


def test_the_bar_of_a_phone_acknowledges_what_was_opened_whatever_comes(
    screens: Screens, browser: Browser
) -> None:
    find(screens, {"AVL": 900})
    page = browser.new_page(viewport={"width": 390, "height": 844})
    load(page, f"http://127.0.0.1:{screens.port}")
    bar = page.locator(".st-key-bar")
    expect(bar).to_contain_text("Opened: AVL/USDT:USDT on main", timeout=SOON_MS)

    find(screens, {"AVL": 900, **{f"C{number}": 1000 + number for number in range(30)}})
    expect(page.get_by_role("button", name="Needs you 31")).to_be_visible(timeout=SOON_MS)
    expect(bar).to_contain_text("Opened: AVL/USDT:USDT on main")
    bar.get_by_role("button", name="Acknowledge").click()

    expect(page.get_by_role("dialog")).to_contain_text("AVL/USDT:USDT", timeout=SOON_MS)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
