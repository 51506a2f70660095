"""The demo's phone: a message arrives, a tap acknowledges, and the page says who has it and until when."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect

from simulator.demo.phone import PERSON, DemoPhone
from tests.browser.performance import CHROMIUM, QUIET
from tests.reconciler.notify.answered import House, lived

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PATIENT_MS = 30_000
SMALL = {"width": 390, "height": 844}


def test_a_tap_acknowledges_and_another_alert_is_answered_in_words(tmp_path: Path) -> None:
    async def look(browser: Browser, phone: DemoPhone, house: House) -> None:
        page = await browser.new_page(viewport=SMALL)  # type: ignore[arg-type]
        await page.goto(phone.url)
        await expect(page.get_by_text("No message yet")).to_be_visible(timeout=PATIENT_MS)
        alert = await house.fires()
        await house.sent(alert)

        message = page.locator("article")
        await expect(message).to_contain_text("NEW CRITICAL: AVL", timeout=PATIENT_MS)
        await message.get_by_role("button", name="Closing by hand").click()
        await expect(page.get_by_role("status")).to_contain_text("acknowledged by", timeout=PATIENT_MS)
        await expect(message.locator(".state")).to_contain_text("Acknowledged by ada", timeout=PATIENT_MS)
        await expect(message.get_by_role("button")).to_have_count(0)

        given = house.alert(alert.id).acknowledgement
        assert given is not None
        assert given.note == "closing by hand"

        other = await house.fires("BTC/USDT:USDT")
        await house.sent(other)
        await page.get_by_role("button", name="Answer in words").click()
        await page.get_by_label("Your answer to").fill("on the train, home in 10")
        await page.get_by_role("button", name="Send").click()
        await expect(page.locator("article").last).to_contain_text("acknowledged by", timeout=PATIENT_MS)
        words = house.alert(other.id).acknowledgement
        assert words is not None
        assert words.note == "on the train, home in 10"
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= SMALL["width"]

    async def played() -> None:
        async with DemoPhone(0) as phone, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
            await lived(tmp_path, phone.telegram, lambda house: look(browser, phone, house), person=PERSON)
            await browser.close()

    asyncio.run(played())
