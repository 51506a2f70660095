"""What the dialog showed is acknowledged: what has grown under it, or was taken by another, is told."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

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


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Screens]:
    running = Screens(tmp_path)
    yield running
    running.end()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def find(screens: Screens, exposure: int, severity: Severity) -> None:
    """Find the one condition, as the reconciler's process does."""
    now = SystemClock().now().utc
    found = Detected(finding(exposure=Decimal(exposure), severity=severity), now, confirmed=True)
    with (
        Database.open(f"sqlite:///{screens.state}", create=False) as database,
        database.write() as connection,
    ):
        alerts.observe(connection, Observed((found,)), AlertSettings(), now=now)


def opened(browser: Browser, screens: Screens) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    load(page, f"http://127.0.0.1:{screens.port}")
    return page


def asked(page: Page, name: str) -> Locator:
    """Open the dialog of the one card and fill it in; it is not sent yet."""
    card = page.locator("[class*='st-key-alert-']")
    card.get_by_role("button", name="Acknowledge").click(timeout=SOON_MS)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Your name").fill(name)
    dialog.get_by_label("Note").fill(f"of {name}")
    return dialog


def test_what_has_grown_under_the_dialog_fires_again_and_the_person_is_told(
    screens: Screens, browser: Browser
) -> None:
    find(screens, 1000, Severity.WARNING)
    page = opened(browser, screens)
    dialog = asked(page, "Ada")
    expect(dialog).to_contain_text("Warning, $1,000 exposed")

    find(screens, 5000, Severity.CRITICAL)
    page.wait_for_timeout(5_000)  # two rounds of the page below, which shows the growth by then
    dialog.get_by_role("button", name="Acknowledge").click()

    expect(dialog).to_contain_text("It has grown since you saw it", timeout=SOON_MS)
    expect(dialog).to_contain_text("1000 USDT exposed then, 5000 USDT now")
    expect(dialog.get_by_label("Your name")).to_have_count(0)
    with Console.open(f"sqlite:///{screens.state}") as console:
        view = console.queries.alert(1)
    assert (view.alert.state, view.alert.acknowledgement) == (AlertState.FIRING, None)
    assert [(each.action, each.actor) for each in view.transitions[-2:]] == [
        ("acknowledged", "Ada"),
        ("worsened", "trueup"),
    ]


def test_the_second_of_two_people_is_told_of_the_first(screens: Screens, browser: Browser) -> None:
    find(screens, 1000, Severity.WARNING)
    first, second = (asked(opened(browser, screens), name) for name in ("Ada", "Bob"))

    first.get_by_role("button", name="Acknowledge").click()
    expect(first).to_be_hidden(timeout=SOON_MS)
    # At once, while the page below draws the card anew: a click that comes with that must not be lost.
    second.get_by_role("button", name="Acknowledge").click()

    expect(second).to_contain_text("Acknowledged by Ada before you, at ", timeout=SOON_MS)
    expect(second).to_contain_text("note: of Ada")
    with Console.open(f"sqlite:///{screens.state}") as console:
        given = console.queries.alert(1).alert.acknowledgement
    assert given is not None
    assert given.by == "Ada"


def test_a_dialog_that_was_closed_stays_closed_and_can_be_opened_again(
    screens: Screens, browser: Browser
) -> None:
    find(screens, 1000, Severity.WARNING)
    page = opened(browser, screens)
    dialog = asked(page, "Ada")

    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden(timeout=SOON_MS)
    for other in ("Alerts", "Now"):
        page.get_by_role("link", name=re.compile(rf"\b{other}$")).first.click()  # its picture has a name, too
    expect(page.locator("[class*='st-key-alert-']")).to_be_visible(timeout=SOON_MS)
    expect(dialog).to_be_hidden()
    again = asked(page, "Bob")
    again.get_by_role("button", name="Acknowledge").click()

    expect(again).to_be_hidden(timeout=SOON_MS)
    expect(page.locator("[class*='st-key-alert-']")).to_contain_text("Acknowledged by Bob", timeout=SOON_MS)
