"""Two dashboards on one PostgreSQL behind nginx, each request to whichever is next: people see one."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from msgspec.json import encode
from playwright.sync_api import Page, Response, expect

from dashboard.launch import DOOR
from reconciler.console import Console
from reconciler.facts.sign_in import Door, Way
from reconciler.facts.token import Role
from reconciler.storage.database import migrate
from tests.browser.full_desk import WITH_A_RACE, fill
from tests.browser.performance import chromium, load
from tests.deploy.nginx import NAME, free_port, proxying
from tests.postgres import Server

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.postgres, pytest.mark.timeout(240)]

PASSWORD = "correct horse battery"
NOTE = "closing it by hand"
ALERT = f"/alert?id={WITH_A_RACE}"
SOON_MS = 60_000
ADDRESSES: Final = ("127.0.0.2", "127.0.0.3")
"""Two machines, to the screens: their port is the same, and so is the cookie that is named after it."""


class Pair:
    """The two of them, of one key, and nginx before them."""

    def __init__(self, folder: Path, state_url: str) -> None:
        self._state_url = state_url
        self.public, self.port = free_port(), free_port(ADDRESSES[0])
        self.url = f"https://{NAME}:{self.public}"
        self._door = Door(
            ways=(Way.ACCOUNTS,),
            public_url=self.url,
            proxies=("127.0.0.1",),
            key_file=str(folder / "key"),
        )
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, address: str) -> None:
        command = [sys.executable, "-m", "dashboard", "--state-url", self._state_url]
        self._running[address] = subprocess.Popen(
            [*command, "--port", str(self.port), "--address", address],
            env={**os.environ, DOOR: encode(self._door).decode()},
        )

    def kill(self, address: str) -> None:
        process = self._running.pop(address)
        process.kill()
        process.wait()

    def end(self) -> None:
        for address in list(self._running):
            self.kill(address)


@contextmanager
def pair(folder: Path, state_url: str) -> Iterator[Pair]:
    migrate(state_url)
    fill(state_url)
    with closing(Console.open(state_url)) as console:
        console.accounts.add("Ann", Role.OPERATOR, PASSWORD)
    both = Pair(folder, state_url)
    try:
        for address in ADDRESSES:
            both.start(address)
        with proxying(folder, [f"{address}:{both.port}" for address in ADDRESSES], both.public):
            yield both
    finally:
        both.end()


def test_people_see_one_of_them_and_what_each_gives_them_and_one_that_dies_is_not_missed(
    tmp_path: Path, own_postgres: Server
) -> None:
    mapped = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    with pair(tmp_path, own_postgres.url) as both, chromium(mapped) as browser:
        context = browser.new_context(ignore_https_errors=True, viewport={"width": 1280, "height": 900})
        refused: list[str] = []
        context.on("response", lambda answer: refused.append(answer.url) if _is_missing(answer) else None)
        page, other = context.new_page(), context.new_page()
        for address in ADDRESSES:
            load(page, f"http://{address}:{both.port}/_stcore/health")  # it answers
        page.goto(f"{both.url}{ALERT}")
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Acknowledge").first).to_be_visible(timeout=SOON_MS)
        other.goto(f"{both.url}{ALERT}")
        expect(other.get_by_role("button", name="Acknowledge").first).to_be_visible(timeout=SOON_MS)
        page.bring_to_front()  # a page behind another one is drawn when the browser has time
        _acknowledges(page)
        for each in (page, other):
            _shows_who_has_it(each)

        _takes_files_away(page, both.url)
        assert refused == []

        both.kill(ADDRESSES[0])
        for each in (page, other):
            _hears_again(each)
        _shows_who_has_it(other)
        other.reload()
        _shows_who_has_it(other)


def _is_missing(answer: Response) -> bool:
    """Return whether it is an error; not where Streamlit's page asks under which path it is served."""
    asked = urlsplit(answer.url).path
    return answer.status >= 400 and not ("/_stcore/" in asked and not asked.startswith("/_stcore/"))


def _shows_who_has_it(page: Page) -> None:
    expect(page.get_by_text(NOTE).first).to_be_visible(timeout=SOON_MS)


def _acknowledges(page: Page) -> None:
    page.get_by_role("button", name="Acknowledge").first.click(timeout=SOON_MS)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Note").fill(NOTE)
    dialog.get_by_role("button", name="Acknowledge").click()
    expect(dialog).to_be_hidden(timeout=SOON_MS)


def _takes_files_away(page: Page, url: str) -> None:
    for path, name in (("alerts", "trueup-alerts.csv"), ("audit", "trueup-audit-")):
        page.goto(f"{url}/{path}")
        taken, content = _taken(page, "CSV")
        assert taken.startswith(name)
        assert b"AVL/USDT:USDT" in content
    page.goto(f"{url}/accounts")
    page.get_by_role("button", name="State it").click(timeout=SOON_MS)
    told = page.get_by_text("SHA-256 of the JSON:")
    expect(told).to_be_visible(timeout=SOON_MS)
    assert hashlib.sha256(_taken(page, "JSON")[1]).hexdigest() in (told.text_content() or "")
    assert b"<html" in _taken(page, "Page")[1]


def _taken(page: Page, button: str) -> tuple[str, bytes]:
    pressed = page.get_by_role("button", name=button, exact=True)
    expect(pressed).to_be_enabled(timeout=SOON_MS)
    with page.expect_download(timeout=SOON_MS) as taking:
        pressed.click()
    file = taking.value
    assert file.failure() is None
    return file.suggested_filename, file.path().read_bytes()


def _hears_again(page: Page) -> None:
    """Wait for a word of after this moment, under no cover: no reload, the page comes back by itself."""
    before = page.evaluate("performance.now()")
    for _ in range(SOON_MS // 200):
        if page.evaluate("window.__trueupSilence.at") > before + 500:
            break
        page.wait_for_timeout(200)
    else:
        pytest.fail("no word came")
    expect(page.locator("#trueup-silence")).to_have_count(0)
