"""A trader opens the dashboard, sees what the bot missed, acknowledges it; the reconciler is killed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.performance import chromium, demo, load

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(300)]
MINUTES_MS = 120_000
PHONE = re.compile(r"your phone:\s+(http://127.0.0.1:\d+)")


def test_sees_the_orphan_acknowledges_it_and_nothing_is_lost_when_the_reconciler_is_killed(
    tmp_path: Path,
) -> None:
    with demo(tmp_path, "--hold", "75") as running, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        load(page, running.link())
        expect(page).to_have_url(f"{running.url}/")  # signed in: the token has left the address
        card = page.locator("[class*='st-key-alert-']").filter(has_text="SOL/USDT:USDT")
        expect(card).to_be_visible(timeout=MINUTES_MS)
        expect(card).to_contain_text("Critical")
        expect(card).to_contain_text("Bot, read")
        expect(card).to_contain_text("Exchange, read")
        expect(page).to_have_title(re.compile(r"\(1\)"), timeout=15_000)

        phone = browser.new_page(viewport={"width": 390, "height": 844})
        phone.goto(PHONE.findall(running.story())[0])
        message = phone.locator("article").filter(has_text="SOL/USDT:USDT")
        expect(message).to_contain_text("NEW CRITICAL", timeout=20_000)
        expect(message.get_by_role("button", name="Closing by hand")).to_be_visible()

        card.get_by_role("button", name="Acknowledge").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Your name").fill("Ada")
        dialog.get_by_label(re.compile("^Note")).fill("closing it by hand")
        dialog.get_by_role("button", name="Acknowledge").click()
        expect(card).to_contain_text("Ada", timeout=20_000)
        expect(card).to_contain_text("closing it by hand")
        expect(message).to_contain_text("Acknowledged by Ada, until", timeout=20_000)

        running.kill("reconciler")
        blind = page.locator(".st-key-verdict-blind")
        expect(blind).to_be_visible(timeout=30_000)
        expect(blind).to_contain_text("blind")
        expect(page).to_have_title(re.compile("blind"), timeout=15_000)

        expect(blind).to_be_hidden(timeout=60_000)
        expect(card).to_contain_text("Ada", timeout=20_000)
        page.goto(f"{running.url}/alerts?state=acknowledged")
        expect(page.get_by_text("SOL/USDT:USDT").first).to_be_visible(timeout=20_000)
    assert running.process.returncode == 0
    assert "acknowledged by Ada: closing it by hand" in running.story()
