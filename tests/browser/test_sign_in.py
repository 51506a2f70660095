"""Who is woken by a link signs in on the phone, lands on that very alert, and acts in their own name."""

import asyncio
import re
from collections.abc import Iterator
from decimal import Decimal

import aiohttp
import pytest
from playwright.sync_api import Page, expect

from reconciler.alerts.policy import AlertSettings, Detected, Observed
from reconciler.console import Console
from reconciler.facts.finding import Severity
from reconciler.facts.sign_in import Door, Way
from reconciler.facts.token import Role
from reconciler.storage import alerts
from reconciler.storage.database import Database
from tests.browser.performance import chromium, load
from tests.browser.screens import Screens
from tests.reconciler.alert_life import finding
from verification.facts.clock import SystemClock

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(240)]

PASSWORD = "correct horse battery"
SOON_MS = 30_000
PATHS = ("/", "/alert?id=1", "/static/index.html", "/_stcore/host-config", "/_stcore/metrics", "/media/x.png")
SOCKETS = ("/_stcore/stream", "/changes")


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screens]:
    running = Screens(tmp_path_factory.mktemp("screens"), Door(ways=(Way.LINK, Way.ACCOUNTS)))
    now = SystemClock().now().utc
    found = Detected(finding(exposure=Decimal(900), severity=Severity.CRITICAL), now, confirmed=True)
    with (
        Database.open(f"sqlite:///{running.state}", create=False) as database,
        database.write() as connection,
    ):
        alerts.observe(connection, Observed((found,)), AlertSettings(), now=now)
    with Console.open(f"sqlite:///{running.state}") as console:
        console.accounts.add("Ann", Role.OPERATOR, PASSWORD)
    yield running
    running.end()


def test_the_real_pages_files_and_sockets_are_served_to_no_stranger(screens: Screens) -> None:
    asyncio.run(_nothing_is_served_to_a_stranger(f"http://127.0.0.1:{screens.port}"))


def test_from_the_link_of_a_message_to_the_acknowledged_alert_and_out_again(screens: Screens) -> None:
    url = f"http://127.0.0.1:{screens.port}"
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
        load(page, f"{url}/alert?id=1")
        expect(page.get_by_role("heading", name="Trueup")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(f"not {PASSWORD}")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("do not go together")
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

        expect(page).to_have_url(re.compile(r"/alert\?id=1$"), timeout=SOON_MS)
        page.get_by_role("button", name="Acknowledge").first.click(timeout=SOON_MS)
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Note").fill("closing it")
        expect(dialog.get_by_label("Your name")).to_have_count(0)
        dialog.get_by_role("button", name="Acknowledge").click()
        expect(dialog).to_be_hidden(timeout=SOON_MS)
        assert _acknowledged_by(screens) == "Ann"

        _is_shown_out_once_the_account_is_gone(page, screens, url)


def _is_shown_out_once_the_account_is_gone(page: Page, screens: Screens, url: str) -> None:
    """The open page is cut off, and asks who is there; the way back to the alert is kept."""
    with Console.open(f"sqlite:///{screens.state}") as console:
        console.accounts.remove("Ann")
    expect(page.get_by_label("Password")).to_be_visible(timeout=SOON_MS)
    expect(page).to_have_url(f"{url}/sign-in?next=/alert%3Fid%3D1")


def _acknowledged_by(screens: Screens) -> str:
    with Console.open(f"sqlite:///{screens.state}") as console:
        given = console.queries.alert(1).alert.acknowledgement
    return "" if given is None else given.by


async def _nothing_is_served_to_a_stranger(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        await _is_alive(session, url)
        for path in PATHS:
            async with session.get(f"{url}{path}", allow_redirects=False) as answer:
                assert answer.status == 401, path
        for path in SOCKETS:
            forged = {"Origin": url, "X-Trueup-Person": "admin eve", "Cookie": "trueup=x"}
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(f"{url}{path}", headers=forged)
            assert refused.value.status == 403, path
        for number in range(6):
            # Streamlit's server would believe this of anybody on this machine.
            said = {"Origin": url, "X-Forwarded-For": f"198.51.100.{number}"}
            form = {"name": "Bob", "password": "guessed"}
            async with session.post(f"{url}/sign-in", data=form, headers=said) as answer:
                assert answer.status == (401 if number < 5 else 429)


async def _is_alive(session: aiohttp.ClientSession, url: str) -> None:
    """Wait until the one thing is said that everybody may know."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with session.get(f"{url}/_stcore/health") as answer:
                    assert (answer.status, await answer.text()) == (200, "ok")
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.2)
