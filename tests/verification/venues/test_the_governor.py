"""The governor lets out what fits, the urgent first, and obeys the venue; by the monotonic clock alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.virtual_time import VirtualClock, run
from verification.budget.patience import PATIENCE
from verification.budget.purpose import (
    Purpose,
    SharedPurpose,
    asked_for,
    present_shared_purpose,
    waiting_at_most,
)
from verification.venues.binance.capabilities import CAPABILITIES as BINANCE
from verification.venues.bybit.capabilities import CAPABILITIES as BYBIT
from verification.venues.ccxt.failures import NotSent
from verification.venues.ccxt.governor import Governor, Request

HELD_BACK = [purpose for purpose in Purpose if not purpose.trades]
TRADES = [purpose for purpose in Purpose if purpose.trades]


class Scene:
    """One governor in virtual time; what it let out, and when."""

    def __init__(self, rates: Any = BINANCE.rates) -> None:
        self.clock = VirtualClock()
        self.governor = Governor(rates, rates.name, rates.address, self.clock)
        self.sent: list[tuple[float, str, Purpose, float]] = []

    async def ask(
        self,
        purpose: Purpose,
        weight: float = 5,
        account: str = "main",
        path: str = "/",
        user: float = 0,
        *,
        patience: float | None = None,
    ) -> str:
        """Ask once; return why not, or an empty text."""
        request = Request(account, path, weight, user)
        try:
            await self.governor.admit(request, SharedPurpose(purpose, patience))
        except NotSent as error:
            return str(error)
        self.sent.append((self.now, account, purpose, weight))
        self.governor.done(request)
        return ""

    async def many(
        self, purpose: Purpose, number: int, weight: float = 5, account: str = "main"
    ) -> list[str]:
        return list(await asyncio.gather(*(self.ask(purpose, weight, account) for _ in range(number))))

    def hear(
        self, status: int, body: str = "", account: str = "main", path: str = "/", **headers: str
    ) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.governor.heard(account, path, status, named, body)

    @property
    def now(self) -> float:
        return self.clock.now().monotonic


Story = Callable[[Scene], Awaitable[None]]


def play(story: Story, rates: Any = BINANCE.rates) -> Scene:
    async def whole() -> Scene:
        scene = Scene(rates)
        await story(scene)
        return scene

    return run(whole())


def test_what_fits_goes_at_once_and_the_rest_is_refused_in_words() -> None:
    async def story(scene: Scene) -> None:
        answers = await scene.many(Purpose.LOOK, 100)
        assert answers.count("") == 59
        assert scene.now == 0
        assert set(answers) - {""} == {
            "not asked: the budget of request weight of Binance is spent until 10:01:00 UTC"
        }

    play(story)


def test_what_can_fit_in_time_waits_for_its_turn_and_what_cannot_is_refused_at_once() -> None:
    async def story(scene: Scene) -> None:
        await scene.many(Purpose.LOOK, 59)
        await scene.clock.sleep(59 - PATIENCE[Purpose.LOOK])
        assert "is spent" in await scene.ask(Purpose.LOOK)
        assert scene.now == 59 - PATIENCE[Purpose.LOOK]
        await scene.clock.sleep(4)
        assert "is spent" in await scene.ask(Purpose.LOOK, patience=0.3)
        assert scene.now == 63 - PATIENCE[Purpose.LOOK]
        assert await scene.ask(Purpose.LOOK) == ""
        assert scene.now == pytest.approx(60, abs=0.01)

    play(story)


def test_what_somebody_more_urgent_takes_the_room_of_is_given_up_after_its_patience() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Purpose.COMMAND, 480)
        await scene.clock.sleep(58)
        urgent = asyncio.create_task(scene.ask(Purpose.COMMAND, 480))
        assert "is spent" in await scene.ask(Purpose.LOOK, 40)
        assert scene.now == 58 + PATIENCE[Purpose.LOOK]
        assert await urgent == ""

    play(story)


def test_what_need_not_be_known_at_once_is_given_up_sooner() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Purpose.COMMAND, 480)
        await scene.clock.sleep(59.8)
        urgent = asyncio.create_task(scene.ask(Purpose.COMMAND, 480))
        assert "is spent" in await scene.ask(Purpose.LOOK, 40, patience=0.3)
        assert scene.now == pytest.approx(60.1)
        assert await urgent == ""
        with asked_for(Purpose.LOOK), waiting_at_most(0.5):
            assert present_shared_purpose() == SharedPurpose(Purpose.LOOK, 0.5)

    play(story)


def test_no_minute_holds_more_than_a_fifth_however_much_is_asked_for_ten_minutes() -> None:
    async def story(scene: Scene) -> None:
        async def keeps_asking(purpose: Purpose, account: str) -> None:
            while scene.now < 600:
                if await scene.ask(purpose, 40 if purpose is Purpose.SWEEP else 5, account):
                    await scene.clock.sleep(0.5)
                else:
                    await scene.clock.sleep(0.05)

        await asyncio.gather(
            *(keeps_asking(each, name) for each in HELD_BACK if each < Purpose.COMMAND for name in ("a", "b"))
        )

    scene = play(story)
    for begins, *_ in scene.sent:
        assert sum(weight for at, *_, weight in scene.sent if begins <= at < begins + 60) <= 480
    for purpose in (Purpose.SWEEP, Purpose.VERIFICATION):
        for begins in range(60, 480, 60):
            within = [one for one in scene.sent if begins <= one[0] < begins + 120]
            assert {account for _, account, asked_for, _ in within if asked_for is purpose} == {"a", "b"}


def test_who_waits_goes_by_urgency_and_then_by_who_had_least() -> None:
    async def story(scene: Scene) -> None:
        scene.governor.know("busy")
        scene.governor.know("quiet")
        await scene.ask(Purpose.COMMAND, 200, "busy")
        await scene.clock.sleep(40)
        await scene.ask(Purpose.LOOK, 5, "busy")
        await scene.ask(Purpose.COMMAND, 275, "busy")
        await scene.clock.sleep(16)
        waiting = [
            asyncio.create_task(scene.ask(purpose, 1, account))
            for purpose, account in (
                (Purpose.SWEEP, "busy"),
                (Purpose.LOOK, "busy"),
                (Purpose.LOOK, "quiet"),
                (Purpose.COMMAND, "busy"),
            )
        ]
        await asyncio.gather(*waiting)
        assert [(who, what) for at, who, what, _ in scene.sent if at >= 58] == [
            ("busy", Purpose.COMMAND),
            ("quiet", Purpose.LOOK),
            ("busy", Purpose.LOOK),
            ("busy", Purpose.SWEEP),
        ]

    play(story)


@pytest.mark.parametrize("status", [429, 418])
def test_nobody_asks_before_the_time_that_the_venue_has_told(status: int) -> None:
    async def story(scene: Scene) -> None:
        scene.hear(status, Retry_After="75")
        for purpose in HELD_BACK:
            for account in ("main", "other"):
                assert await scene.ask(purpose, account=account) == (
                    "not asked: Binance asks us to wait until 10:01:15 UTC"
                )
        assert scene.now == 0, "whoever would wait in vain is told at once"
        await scene.clock.sleep(74)
        assert await scene.ask(Purpose.VERIFICATION) == ""
        assert scene.sent[0][0] == pytest.approx(75, abs=0.01)

    play(story)


def test_a_ban_that_is_told_in_the_body_is_obeyed_whatever_the_status() -> None:
    async def story(scene: Scene) -> None:
        until = int((scene.clock.now().utc + timedelta(minutes=20)).timestamp() * 1000)
        scene.hear(418, f'{{"code":-1003,"msg":"Way too many requests; IP(1.2.3.4) banned until {until}."}}')
        assert "asks us to wait until 10:20:00 UTC" in await scene.ask(Purpose.COMMAND)

    play(story)


def test_what_protects_goes_all_the_same_and_an_entry_is_refused_unsent() -> None:
    async def story(scene: Scene) -> None:
        scene.hear(418, Retry_After="75")
        assert await scene.ask(Purpose.PROTECTION) == ""
        assert await scene.ask(Purpose.ENTRY) == "not sent: Binance asks us to wait until 10:01:15 UTC"

    play(story)


def test_a_part_of_the_venue_that_is_out_of_order_is_not_asked_before_the_time_it_has_told() -> None:
    """RFC 9110, 10.2.3: a 503 may say when to come back. The other paths are asked meanwhile."""

    async def story(scene: Scene) -> None:
        scene.hear(503, "<html>out of order</html>", path="/list", Retry_After="75")
        refused = await scene.ask(Purpose.COMMAND, path="/list")
        assert refused == "not asked: Binance asks us to wait until 10:01:15 UTC"
        assert scene.now == 0
        assert await scene.ask(Purpose.SWEEP, path="/order") == ""
        assert await scene.ask(Purpose.ENTRY, path="/order") == ""
        await scene.clock.sleep(75)
        assert await scene.ask(Purpose.SWEEP, path="/list") == ""

    play(story)


def test_a_server_error_without_a_time_asks_nobody_to_wait() -> None:
    async def story(scene: Scene) -> None:
        scene.hear(503, "<html>out of order</html>", path="/list")
        assert await scene.ask(Purpose.SWEEP, path="/list") == ""

    play(story)


def test_after_a_wait_one_request_tries_before_all_others_go() -> None:
    async def story(scene: Scene) -> None:
        scene.hear(429, Retry_After="10")
        await scene.clock.sleep(10)
        first, second = Request("main", "/", 5), Request("main", "/", 5)
        await scene.governor.admit(first, SharedPurpose(Purpose.VERIFICATION))
        waiting = asyncio.create_task(scene.governor.admit(second, SharedPurpose(Purpose.VERIFICATION)))
        await scene.clock.sleep(1)
        assert not waiting.done()
        scene.hear(200)
        scene.governor.done(first)
        await waiting
        assert [await scene.ask(Purpose.LOOK) for _ in range(3)] == ["", "", ""]

    play(story)


def test_a_trial_that_gets_no_answer_lets_the_next_one_try() -> None:
    async def story(scene: Scene) -> None:
        scene.hear(429, Retry_After="10")
        await scene.clock.sleep(10)
        first = Request("main", "/", 5)
        await scene.governor.admit(first, SharedPurpose(Purpose.VERIFICATION))
        assert "has not answered again yet" in await scene.ask(Purpose.VERIFICATION)
        scene.governor.done(first)
        assert await scene.ask(Purpose.VERIFICATION) == ""

    play(story)


def test_a_step_of_the_wall_clock_changes_nothing() -> None:
    def played(step: timedelta) -> list[tuple[float, str, Purpose, float]]:
        async def story(scene: Scene) -> None:
            await scene.many(Purpose.LOOK, 200)
            scene.clock.step(step)
            await scene.many(Purpose.LOOK, 10)
            scene.hear(429, Retry_After="30")
            scene.clock.step(step)
            await scene.clock.sleep(29)
            await scene.many(Purpose.LOOK, 10)
            await scene.clock.sleep(40)
            await scene.many(Purpose.LOOK, 200)

        return play(story).sent

    still = played(timedelta())
    assert still
    assert played(timedelta(hours=-1)) == still
    assert played(timedelta(hours=1)) == still


def test_who_is_cancelled_in_the_line_takes_no_room() -> None:
    async def story(scene: Scene) -> None:
        await scene.ask(Purpose.COMMAND, 480)
        waiting = asyncio.create_task(scene.ask(Purpose.COMMAND, 5))
        await scene.clock.sleep(31)
        assert waiting.done()
        late = asyncio.create_task(scene.ask(Purpose.COMMAND, 480))
        await scene.clock.sleep(1)
        late.cancel()
        await asyncio.gather(late, return_exceptions=True)
        await scene.clock.sleep(28)
        assert await scene.ask(Purpose.COMMAND, 480) == ""
        assert len(scene.sent) == 2

    play(story)


def test_a_user_of_bybit_is_counted_by_path_and_second() -> None:
    async def story(scene: Scene) -> None:
        asked = [scene.ask(Purpose.COMMAND, 1, path="/list", user=1) for _ in range(60)]
        assert set(await asyncio.gather(*asked)) == {""}
        assert await scene.ask(Purpose.COMMAND, 1, path="/order", user=1) == ""

    sent = [at for at, *_ in play(story, BYBIT.rates).sent[:-1]]
    for begins in sent:
        assert sum(begins <= at < begins + 1 for at in sent) <= 25


def test_what_the_bot_has_left_of_its_second_is_left_to_it() -> None:
    async def story(scene: Scene) -> None:
        scene.hear(200, path="/list", X_Bapi_Limit="50", X_Bapi_Limit_Status="2")
        began = scene.now
        assert await scene.ask(Purpose.VERIFICATION, 1, path="/list", user=1) == ""
        assert scene.now - began >= 1, "48 of 50 are used in this second"
        assert await scene.ask(Purpose.VERIFICATION, 1, path="/order", user=1) == ""

    play(story, BYBIT.rates)


def test_bybit_makes_one_user_wait_for_its_own_rate_and_all_for_the_address() -> None:
    async def story(scene: Scene) -> None:
        reset = str(int((scene.clock.now().utc + timedelta(seconds=20)).timestamp() * 1000))
        scene.hear(200, '{"retCode":10006,"retMsg":"Too many visits!"}', X_Bapi_Limit_Reset_Timestamp=reset)
        assert "Bybit asks us to wait until 10:00:20 UTC" in await scene.ask(Purpose.VERIFICATION)
        assert await scene.ask(Purpose.VERIFICATION, account="other") == ""
        scene.hear(403, "403, access too frequent", account="other")
        for account in ("main", "other"):
            assert "until 10:10:00 UTC" in await scene.ask(Purpose.VERIFICATION, account=account)

    play(story, BYBIT.rates)


def test_a_page_about_the_place_asks_nobody_to_wait() -> None:
    async def story(scene: Scene) -> None:
        scene.hear(403, "<html>CloudFront: the distribution is not available in your country</html>")
        assert await scene.ask(Purpose.VERIFICATION) == ""

    play(story, BYBIT.rates)
