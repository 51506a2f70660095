"""Every page is drawn whole, dark, light and on a phone; nothing leaves the screen, everybody can read it."""

from collections.abc import Iterator
from typing import Final, Literal

import pytest
from playwright.sync_api import Error, Page, ViewportSize, expect

from dashboard.entrance import pages
from dashboard.entrance.place import Place
from reconciler.facts.person import Person
from reconciler.facts.token import Role
from tests.browser.accessibility import problems
from tests.browser.full_desk import OPEN_ALERTS, WITH_A_RACE, fill
from tests.browser.performance import chromium, load
from tests.browser.screens import Screens

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(300)]

SOON_MS = 60_000
WIDE: ViewportSize = {"width": 1440, "height": 1000}
PHONE: ViewportSize = {"width": 390, "height": 844}
BLACK, WHITE = "rgb(13, 16, 21)", "rgb(246, 247, 249)"
PAGE_COLOUR = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
PAGES: Final = {
    "": "[class*='-card-critical'] .t-open",
    "alerts": f".t-alerts tbody tr:nth-child({OPEN_ALERTS})",
    "positions": "[data-testid='stDataFrame'] canvas",
    "latency": "[data-testid='stPlotlyChart'] .main-svg",
    "verifications": "[data-testid='stDataFrame'] canvas, .t-table tbody tr",
    "verifications?id=1": "[data-testid='stPlotlyChart'] .main-svg",
    "accounts": ".st-key-desk .t-table tbody tr",
    "health": ".t-budget",
    "audit": ".t-table tbody tr:nth-child(2)",
    f"alert?id={WITH_A_RACE}": "[data-testid='stPlotlyChart'] .main-svg",
}
"""Every page, and what it shows of what is stored."""


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    running = Screens(tmp_path_factory.mktemp("desk"))
    fill(f"sqlite:///{running.state}")
    yield running
    running.end()


@pytest.fixture(scope="module")
def page(screens: Screens) -> Iterator[Page]:
    """One page for all: what Streamlit is made of is then loaded and compiled once."""
    with chromium() as browser:
        shown = browser.new_page()
        load(shown, address(screens))
        yield shown


@pytest.fixture(autouse=True)
def broken(page: Page) -> Iterator[list[str]]:
    """What a script of the page failed at; nothing may."""
    found: list[str] = []

    def keep(error: Error) -> None:
        found.append(str(error))

    page.on("pageerror", keep)
    yield found
    page.remove_listener("pageerror", keep)
    assert found == []


def address(screens: Screens, path: str = "") -> str:
    return f"http://127.0.0.1:{screens.port}/{path}"


def whole(page: Page, shown: str) -> None:
    """Wait until a page has been drawn; it stands without an error of its own, within the screen."""
    expect(page.locator(shown).locator("visible=true").first).to_be_visible(timeout=SOON_MS)
    expect(page.locator("[data-testid='stSkeleton']")).to_have_count(0, timeout=SOON_MS)
    expect(page.locator("[data-testid='stException']")).to_have_count(0)
    within(page)


def within(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def written(page: Page, html: str) -> None:
    """Show a page that is nobody's to ask for, in place of the last with all its scripts."""
    page.goto("about:blank")
    page.set_content(html)


@pytest.mark.parametrize("path", PAGES)
def test_it_can_be_read_dark_and_light_and_nothing_leaves_a_phone(
    path: str, screens: Screens, page: Page
) -> None:
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="dark")
    page.goto(address(screens, path), timeout=SOON_MS)
    whole(page, PAGES[path])
    assert page.evaluate(PAGE_COLOUR) == BLACK
    assert problems(page) == []

    page.emulate_media(color_scheme="light")
    expect(page.locator(".stApp")).to_have_css("background-color", WHITE, timeout=SOON_MS)
    assert problems(page, "color-contrast") == []

    page.set_viewport_size(PHONE)
    expect(page.locator(".t-banner").first).to_be_visible(timeout=SOON_MS)
    within(page)
    assert problems(page, "scrollable-region-focusable") == []


def test_on_a_phone_a_folded_card_has_one_button_and_its_page_opens_under_its_name(
    screens: Screens, page: Page
) -> None:
    page.set_viewport_size(PHONE)
    page.goto(address(screens, "now"), timeout=SOON_MS)
    cards = page.locator("[class*='st-key-alert-']")
    expect(cards).to_have_count(3, timeout=SOON_MS)

    assert page.url == address(screens)
    expect(cards.nth(0).get_by_role("button", name="Fold")).to_be_visible(timeout=SOON_MS)
    expect(cards.nth(0).get_by_role("button", name="Check again")).to_be_visible()
    expect(cards.nth(2).get_by_role("button")).to_have_count(1)
    cards.nth(2).get_by_role("button", name="Open").click()
    expect(cards.nth(2).get_by_role("button", name="Check again")).to_be_visible(timeout=SOON_MS)


def test_what_asks_a_person_can_be_read_too(screens: Screens, page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    page.goto(address(screens, f"alert?id={WITH_A_RACE}"), timeout=SOON_MS)
    page.get_by_role("button", name="Acknowledge").first.click(timeout=SOON_MS)
    expect(page.get_by_role("dialog").get_by_label("Your name")).to_be_focused(timeout=SOON_MS)
    within(page)
    assert problems(page) == []

    page.emulate_media(color_scheme="light")
    expect(page.locator(".stApp")).to_have_css("background-color", WHITE, timeout=SOON_MS)
    assert problems(page, "color-contrast") == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_who_is_not_let_in_yet_can_read_why(scheme: Literal["dark", "light"], page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme=scheme)
    here = Place("https", "trueup.example.com")
    ada = Person("ada", Role.VIEWER)
    for html in (
        pages.sign_in(here, "/", form=True, provider=True, link=True, told="Name and password do not match."),
        pages.signed_in(here, ada, leaves=True),
        pages.told("Not signed in", "That took too long.", way_on=("Try again", "/sign-in")),
    ):
        written(page, html)
        within(page)
        assert problems(page) == []


def test_what_cannot_be_read_is_found(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    written(page, pages.page("Poor", '<h1>Trueup</h1><p style="color: #bbbbbb">Nobody can read this.</p>'))

    assert [line.split(":")[0] for line in problems(page)] == ["color-contrast"]
