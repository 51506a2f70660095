"""`make pictures`: every page in three shapes, into build/pictures; what documents show into docs/images."""

import asyncio
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

import typer
from playwright.sync_api import Browser, Page, expect

from tests.browser.performance import chromium, load
from tests.docs.pages import PAGES, ROOT
from tests.pictures.scene import ALERTS, running

WHERE = ROOT / "build" / "pictures"
KEPT = ROOT / "docs" / "images"
ROWS = "[data-testid='stDataFrame'] canvas, .legs .leg, .t-alerts tbody tr"
CARD = "[class*='st-key-alert-']"
LONG_MS = 60_000
SETTLED_MS = 1_500
SCREENS: Final = {
    "now": "",
    **{
        name: name
        for name in ("alerts", "positions", "latency", "verifications", "health", "audit", "accounts")
    },
}
TABLES: Final = {"alerts", "positions"}
SHAPES: Final = {
    "dark": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "dark"},
    "light": {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "color_scheme": "dark",
        "is_mobile": True,
        "has_touch": True,
    },
}


def take(url: str) -> list[Path]:
    """Take every page in every shape, and return the files."""
    with chromium() as browser:
        return [file for shape in SHAPES for file in _shape(browser, url, shape)]


def _shape(browser: Browser, url: str, shape: str) -> list[Path]:
    page = browser.new_context(**SHAPES[shape]).new_page()  # type: ignore[arg-type] # Playwright's own names
    load(page, url)
    expect(page.locator(CARD)).to_have_count(ALERTS, timeout=LONG_MS)
    card = page.locator(CARD).first
    number = re.search(r"st-key-alert-(\d+)", card.get_attribute("class") or "")
    assert number is not None
    files = []
    for name, path in {**SCREENS, "alert": f"alert?id={number[1]}"}.items():
        page.goto(f"{url}/{path}", timeout=LONG_MS)
        _drawn(page, table=name in TABLES)
        files.append(WHERE / f"{name}-{shape}.png")
        page.screenshot(path=files[-1])
    page.context.close()
    return files


def _drawn(page: Page, *, table: bool) -> None:
    expect(page.get_by_text("need you").first).to_be_visible(timeout=LONG_MS)
    if table:
        drawn = page.locator("[data-testid='stDataFrame'] canvas, .legs .leg, .t-alerts tbody tr").locator(
            "visible=true"
        )
        expect(drawn.first).to_be_visible(timeout=LONG_MS)
    expect(page.locator("[data-test-script-state='notRunning']")).to_have_count(1, timeout=LONG_MS)
    expect(page.locator("[data-testid='stSkeleton']")).to_have_count(0, timeout=LONG_MS)
    page.wait_for_timeout(SETTLED_MS)  # charts and icons come after the words


def shown() -> set[str]:
    """Return the names of the pictures that documents show."""
    texts = [page.read_text("utf-8") for page in PAGES]
    return {name for text in texts for name in re.findall(r"images/([a-z-]+\.png)", text)}


async def main() -> None:
    """Run the scene, take the pictures, and keep what documents show."""
    WHERE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="trueup-pictures-") as folder:
        async with running(Path(folder)) as url:
            files = await asyncio.to_thread(take, url)
    for file in files:
        if file.name in shown():
            shutil.copy(file, KEPT / file.name)
    typer.echo(
        f"{len(files)} pictures in {WHERE.relative_to(ROOT)}; in docs/images: {', '.join(sorted(shown()))}"
    )


if __name__ == "__main__":
    asyncio.run(main())
