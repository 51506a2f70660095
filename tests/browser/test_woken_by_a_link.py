"""Woken by a link on a phone: read what it is and what to do, take it, and go back to the list."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from reconciler.alerts.alert import AlertState
from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Severity
from reconciler.storage import alerts
from reconciler.storage.database import Database
from tests.browser.performance import chromium, load
from tests.browser.screens import Screens
from tests.reconciler.alert_life import finding
from verification.facts.clock import SystemClock

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(240)]

SOON_MS = 30_000
ENDLESS = f'<img src=x onerror="document.title=1">{"W" * 4000}'
"""What an exchange might call a symbol one day."""


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Screens]:
    running = Screens(tmp_path)
    yield running
    running.end()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def find(screens: Screens, *symbols: str) -> None:
    """Find these, suspected first and then told, as the reconciler's process does."""
    now = SystemClock().now().utc
    with (
        Database.open(f"sqlite:///{screens.state}", create=False) as database,
        database.write() as connection,
    ):
        for before, confirmed in ((2, False), (0, True)):
            at = now - timedelta(seconds=before)
            found = tuple(
                Detected(finding(symbol=each, severity=Severity.CRITICAL), at, confirmed=confirmed)
                for each in symbols
            )
            alerts.observe(connection, Observed(found), AlertSettings(), now=at)


def on_a_phone(browser: Browser) -> Page:
    return browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    ).new_page()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_an_alert_is_read_and_taken_on_a_phone_and_nothing_leaves_the_screen(
    screens: Screens, browser: Browser
) -> None:
    find(screens, "AVL/USDT:USDT", ENDLESS)
    page = on_a_phone(browser)
    load(page, f"http://127.0.0.1:{screens.port}/alert?id=1")

    title = page.get_by_role("heading", name="AVL/USDT:USDT")
    expect(title).to_contain_text("long 86 AVL", timeout=SOON_MS)
    expect(page.get_by_text("If nobody wants it, close it")).to_be_visible()
    expect(page.get_by_role("table", name="Bot and exchange, side by side")).to_contain_text("+43 AVL")
    expect(page.get_by_text("The race in words")).to_be_visible()  # the drawing is for a wider screen
    expect(page.get_by_test_id("stPlotlyChart")).to_be_hidden()
    assert overflow(page) == 0

    page.get_by_role("button", name="Acknowledge").tap()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Your name")).to_be_focused(timeout=SOON_MS)
    page.keyboard.type("Ada")
    page.wait_for_timeout(5_000)  # two rounds of the page below
    expect(dialog.get_by_label("Your name")).to_be_focused()
    dialog.get_by_label(re.compile("^Note")).fill("selling it")
    expect(dialog.get_by_role("combobox", name="Until")).to_have_value(re.compile("15 m, until "))
    dialog.get_by_role("button", name="Acknowledge").tap()

    expect(page.get_by_text(re.compile("Acknowledged by Ada .*: selling it"))).to_be_visible(timeout=SOON_MS)
    expect(dialog).to_be_hidden()
    with Console.open(f"sqlite:///{screens.state}") as console:
        assert console.queries.alert(1).alert.state is AlertState.ACKNOWLEDGED

    page.get_by_role("link", name=re.compile("Alerts, 2 open")).tap()
    expect(page.locator(".t-alerts tbody tr")).to_have_count(2, timeout=SOON_MS)
    assert overflow(page) == 0
    page.locator(".t-alerts a").first.tap()  # it waits for somebody still
    expect(page.get_by_role("heading", name=re.compile("…WWW"))).to_be_visible(timeout=SOON_MS)
    assert overflow(page) == 0
    assert page.locator("img[src='x']").count() == 0


def test_many_are_chosen_by_their_numbers_while_others_come_and_are_taken_with_one_note(
    screens: Screens, browser: Browser
) -> None:
    find(screens, "AVL/USDT:USDT", "SUI/USDT:USDT")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    load(page, f"http://127.0.0.1:{screens.port}/alerts?state=firing")
    expect(page.locator(".t-alerts tbody tr")).to_have_count(2, timeout=SOON_MS)
    page.get_by_label("Choose alert 1").check()
    expect(page.get_by_text("1 alert chosen")).to_be_visible(timeout=SOON_MS)

    find(screens, "BTC/USDT:USDT")  # it comes above the others

    expect(page.locator(".t-alerts tbody tr")).to_have_count(3, timeout=SOON_MS)
    expect(page.get_by_label("Choose alert 1")).to_be_checked()
    expect(page.get_by_label("Choose alert 1")).to_be_focused()
    expect(page.get_by_label("Choose alert 3")).not_to_be_checked()
    page.get_by_label("Choose alert 2").check()
    page.get_by_role("button", name="Acknowledge").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Your name")).to_be_focused(timeout=SOON_MS)
    dialog.get_by_label("Your name").fill("Ada")
    dialog.get_by_label(re.compile("^Note")).fill("one outage")
    dialog.get_by_role("button", name="Acknowledge 2 alerts").click()

    # Those that are taken fit the filter no more; what was not chosen is left as it was.
    expect(page.locator(".t-alerts tbody tr")).to_have_count(1, timeout=SOON_MS)
    with Console.open(f"sqlite:///{screens.state}") as console:
        states = [console.queries.alert(number).alert.state for number in (1, 2, 3)]
    assert states == [AlertState.ACKNOWLEDGED, AlertState.ACKNOWLEDGED, AlertState.FIRING]

    page.locator(".t-alerts a").click()
    expect(page.get_by_role("heading", name="BTC/USDT:USDT")).to_be_visible(timeout=SOON_MS)
    page.get_by_role("link", name=re.compile("Alerts, 3 open")).click()
    expect(page).to_have_url(re.compile(r"/alerts\?state=firing"), timeout=SOON_MS)
    expect(page.locator(".t-alerts tbody tr")).to_have_count(1, timeout=SOON_MS)
