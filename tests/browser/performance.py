"""The demo as a running process, and a browser that looks at it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

LINK = re.compile(r"http://127\.0\.0\.1:\d+/\?token=[0-9a-f]+")
CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


class Demo:
    """One running `trueup demo`."""

    def __init__(self, port: int, process: subprocess.Popen[str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self.log = log

    def kill(self, module: str) -> None:
        """Kill -9 the one process of the demo that runs `python -m module`."""
        found = [pid for pid in self._children() if module in self._words(pid)]
        assert len(found) == 1, f"{module} runs {len(found)} times: {self.log.read_text()}"
        os.kill(found[0], signal.SIGKILL)

    def story(self) -> str:
        """What the demo has told so far."""
        return self.log.read_text()

    def link(self) -> str:
        """The link that the demo tells, once it does."""
        for _ in range(600):
            if self.process.poll() is not None:
                break
            found = LINK.search(self.story())
            if found is not None:
                return found[0]
            Event().wait(0.2)
        pytest.fail(f"the demo tells no link: {self.story()}")

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in tasks.read_text().split()]

    @staticmethod
    def _words(pid: int) -> list[str]:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[Demo]:
    """Run `trueup demo` on a free port until the block is left; then it must end by itself on Ctrl-C."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    log = folder / "demo.log"
    command = [sys.executable, "-m", "reconciler", "demo", "--port", str(port), *options]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, text=True)
    try:
        yield Demo(port, process, log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def load(page: Page, url: str) -> None:
    """Load the page as soon as the dashboard answers; the browser itself does not try in vain.

    One that was refused is still on its way to its own error page, and that may break into the next try.
    """
    address = urlsplit(url)
    for _ in range(240):
        try:
            with urlopen(f"http://{address.netloc}/_stcore/health", timeout=30):
                break
        except OSError:
            page.wait_for_timeout(500)
    else:
        pytest.fail(f"no dashboard at {url} after two minutes")
    page.goto(url, timeout=60_000)


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """Run a headless Chromium, with these words more on its command line."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *more])
        try:
            yield browser
        finally:
            browser.close()
