"""A page that gets no word from Trueup covers itself, whatever is the cause, and recovers alone."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.performance import chromium, load
from tests.browser.screens import Screens

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(240)]

COVER = "#trueup-silence"
SINCE = "no word from Trueup since "
SOON_MS = 14_000  # ten seconds of silence, and what a loaded machine takes
BACK_MS = 60_000


class Tunnel:
    """Leads from the IPv6 loopback to the dashboard, until it is cut: then nothing gets through, nor ends."""

    def __init__(self, port: int) -> None:
        self.url = f"http://[::1]:{port}"
        self.whole = threading.Event()
        self.whole.set()
        self._lost: list[threading.Event] = []
        self._port = port
        self._ends: list[asyncio.StreamWriter] = []
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        async with await asyncio.start_server(self._join, "::1", self._port):
            await self._over.wait()
            for end in self._ends:
                end.close()
            await asyncio.gather(*(end.wait_closed() for end in self._ends), return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._ends.append(writer)
        whole = self.whole
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._port)
            self._ends.append(back)
            await asyncio.gather(self._pump(reader, back, whole), self._pump(there, writer, whole))

    def lose_what_is_open(self) -> None:
        """Cut what is connected, for good; a new connection gets through."""
        old, self.whole = self.whole, threading.Event()
        self.whole.set()
        old.clear()
        self._lost.append(old)

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, whole: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await asyncio.to_thread(whole.wait)
                target.write(data)
                await target.drain()
        target.close()

    def close(self) -> None:
        for each in self._lost:
            each.set()
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)


@pytest.fixture
def screens(tmp_path: Path) -> Iterator[Screens]:
    running = Screens(tmp_path)
    yield running
    if running.process.poll() is None:
        running.tell(signal.SIGCONT)
    running.end()


def opened(page: Page, url: str) -> None:
    """Load the page as soon as the dashboard answers, and wait for its first beat."""
    load(page, url)
    for _ in range(BACK_MS // 500):  # not `wait_for_function`, which the page's policy forbids
        if page.evaluate("window.__trueupSilence?.said"):
            break
        page.wait_for_timeout(500)
    expect(page.locator(COVER)).to_have_count(0)


def covered(page: Page, within: int = SOON_MS) -> None:
    """See that the page is covered: in words, in title and picture, for every click and key."""
    cover = page.locator(f"body > {COVER}")
    expect(cover).to_be_visible(timeout=within)
    said = str(page.evaluate("window.__trueupSilence.said"))
    expect(cover).to_contain_text(f"{SINCE}{said}")
    expect(page).to_have_title("(no word) Trueup")
    assert str(page.evaluate("document.querySelector(\"link[rel~='icon']\").href")).startswith(
        "data:image/svg"
    )
    box = page.viewport_size
    assert box is not None
    for x, y in ((5, 5), (box["width"] // 2, box["height"] // 2), (box["width"] - 5, box["height"] - 5)):
        on_top = page.evaluate(f"document.elementFromPoint({x}, {y}).closest('{COVER}') !== null")
        shown = page.evaluate(f"document.elementFromPoint({x}, {y}).outerHTML.slice(0, 200)")
        assert on_top, f"{shown} something is over the cover at {x}, {y}"
    page.keyboard.press("Escape")
    page.mouse.click(60, 30)
    page.wait_for_timeout(700)
    expect(cover).to_be_visible()


def recovered(page: Page) -> None:
    expect(page.locator(COVER)).to_have_count(0, timeout=BACK_MS)
    expect(page).not_to_have_title("(no word) Trueup")
    assert page.evaluate("[...document.body.children].every(each => !each.inert)")


def test_a_stopped_a_killed_and_an_unreachable_dashboard_each_cover_the_page_until_they_are_back(
    screens: Screens,
) -> None:
    foreign: list[str] = []
    tunnel = Tunnel(screens.port)
    with chromium() as browser:
        page = browser.new_page()
        page.on("request", lambda asked: foreign.append(asked.url) if _elsewhere(asked.url) else None)
        opened(page, f"http://127.0.0.1:{screens.port}")
        far = browser.new_page()
        opened(far, tunnel.url)

        screens.tell(signal.SIGSTOP)
        covered(page)
        covered(far)
        screens.tell(signal.SIGCONT)
        recovered(page)
        recovered(far)

        tunnel.whole.clear()
        covered(far)
        recovered(page)  # the other one is well
        tunnel.whole.set()
        recovered(far)

        # Nothing comes on its socket any more, and yet a dashboard answers: it begins again with that one.
        tunnel.lose_what_is_open()
        far.evaluate("Object.assign(window.__trueupSilence, { at: -1e6, heard: -1e6, since: -1e6, mine: 1 })")
        far.wait_for_event("load", timeout=BACK_MS)
        recovered(far)
        assert far.evaluate("window.__trueupSilence?.mine") is None

        screens.end()
        covered(page)
        screens.start()
        recovered(page)
    tunnel.close()
    assert foreign == []


def test_a_page_that_cannot_read_the_state_is_covered_with_the_reason(screens: Screens) -> None:
    with chromium() as browser:
        page = browser.new_page()
        opened(page, f"http://127.0.0.1:{screens.port}")
        away = screens.state.rename(screens.state.with_name("away.db"))

        cover = page.locator(COVER)
        expect(cover).to_be_visible(timeout=SOON_MS)
        expect(cover).to_contain_text(SINCE)
        expect(cover).to_contain_text("database")

        away.rename(screens.state)
        recovered(page)


def test_a_tab_that_was_frozen_looks_at_once_when_it_is_seen_again(screens: Screens) -> None:
    with chromium() as browser:
        page = browser.new_page()
        opened(page, f"http://127.0.0.1:{screens.port}")
        session = page.context.new_cdp_session(page)
        session.send("Page.setWebLifecycleState", {"state": "frozen"})
        screens.tell(signal.SIGSTOP)
        page.wait_for_timeout(11_000)
        session.send("Page.setWebLifecycleState", {"state": "active"})
        covered(page, within=1_500)
        screens.tell(signal.SIGCONT)
        recovered(page)


OURS = ("http://127.0.0.1:", "http://[::1]:", "ws://127.0.0.1:", "ws://[::1]:", "data:", "blob:")


def _elsewhere(url: str) -> bool:
    return not url.startswith(OURS)
