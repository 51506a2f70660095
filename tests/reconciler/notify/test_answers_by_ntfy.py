"""ntfy over real sockets: messages with three actions that post to a topic which we read."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from reconciler.facts.finding import Severity
from reconciler.notify.message import Message
from reconciler.notify.ntfy import NtfyPhone
from reconciler.notify.phone_address import ntfy_of
from reconciler.service.replying import Replying
from reconciler.storage.store import Store
from simulator.messengers.ntfy import SimulatedNtfy
from tests.reconciler.notify.answered import House, until
from verification.facts.clock import SystemClock

NEW = "NEW CRITICAL: AVL"
TOLD = Message(NEW, f"{NEW}\nhttps://x.example/alert?id=1", Severity.CRITICAL, reply="tok")


def with_phone(
    play: Callable[[SimulatedNtfy, NtfyPhone], Awaitable[None]], login: str = "", topic: str | None = None
) -> None:
    async def played() -> None:
        async with SimulatedNtfy() as ntfy:
            address = ntfy_of(f"ntfy://{login}{ntfy.address}/alerts")
            assert address is not None
            phone = NtfyPhone(address, "ada", topic)
            try:
                await play(ntfy, phone)
            finally:
                await phone.close()

    asyncio.run(played())


def test_a_message_has_three_actions_a_priority_and_the_link() -> None:
    async def play(ntfy: SimulatedNtfy, phone: NtfyPhone) -> None:
        answer = await phone.send(TOLD)
        (message,) = ntfy.messages["alerts"]
        assert (answer.taken, answer.place) == (True, message["id"])
        assert [each["label"] for each in message["actions"]] == ["Looking", "Closing by hand", "Known"]
        assert (message["priority"], message["click"]) == (5, "https://x.example/alert?id=1")
        assert message["title"] == TOLD.title

    with_phone(play)


def test_where_an_answer_is_for_several_the_buttons_say_so() -> None:
    async def play(ntfy: SimulatedNtfy, phone: NtfyPhone) -> None:
        await phone.send(replace(TOLD, answers=3))
        (message,) = ntfy.messages["alerts"]
        assert message["actions"][0]["label"] == "Looking: all 3"

    with_phone(play)


def test_what_is_longer_than_ntfy_takes_is_cut_by_its_bytes() -> None:
    async def play(ntfy: SimulatedNtfy, phone: NtfyPhone) -> None:
        assert (await phone.send(Message("t" * 900, "€" * 3500, Severity.INFO))).taken
        (message,) = ntfy.messages["alerts"]
        assert len(message["message"].encode()) <= 4096
        assert "actions" not in message

    with_phone(play)


def test_it_waits_as_long_as_it_is_asked_and_says_what_is_wrong_without_the_topic() -> None:
    async def play(ntfy: SimulatedNtfy, phone: NtfyPhone) -> None:
        ntfy.busy, ntfy.headers = True, {"Retry-After": "9"}
        busy = await phone.send(TOLD)
        assert (busy.taken, busy.status, busy.wait) == (False, 429, 9.0)
        assert busy.said == "HTTP 429 limit reached: too many requests"
        ntfy.busy, ntfy.authorization = False, "Bearer tk_other"
        assert (await phone.send(TOLD)).refused
        assert (await phone.try_way()).said == "HTTP 403 forbidden"
        assert (await phone.hear("")).failed == "HTTP 403 forbidden"

    with_phone(play)


def test_a_tap_of_a_phone_without_our_login_is_heard_in_its_persons_name() -> None:
    async def play(ntfy: SimulatedNtfy, phone: NtfyPhone) -> None:
        ntfy.authorization, ntfy.open = "Bearer tk_ours", {"answers"}
        assert (await phone.try_way()).taken
        await phone.send(TOLD)

        assert await ntfy.tap(ntfy.messages["alerts"][0], "Known") == 200

        first, second = await phone.hear(""), await phone.hear("")
        assert first == second  # until it is given back
        (reply,) = first.replies
        assert (reply.by, reply.note, reply.token) == ("ada", "known", "tok")
        ntfy.publish("answers", "anything")
        (other,) = (await phone.hear(first.cursor)).replies
        assert other.token == "-"
        assert (other.stranger, other.number != reply.number) == ("ntfy:somebody", True)

    with_phone(play, "tk_ours@", "answers")


def test_a_tap_acknowledges_while_it_listens_and_the_phone_is_told(tmp_path: Path) -> None:
    async def play(ntfy: SimulatedNtfy, phone: NtfyPhone) -> None:
        url = f"sqlite:///{tmp_path / 'state.db'}"
        async with Store.open(url) as store:
            replying = Replying({"phone": phone}, store, lambda: True, SystemClock())
            house = House(url, None, store, phone, replying)  # type: ignore[arg-type]  # it has another phone
            listening = asyncio.create_task(replying.run())
            alert = await house.fires()
            await house.sends(alert)

            await ntfy.tap(ntfy.messages["alerts"][0], "Looking")
            await until(lambda: len(ntfy.messages["alerts"]) == 2)

            given = house.alert(alert.id).acknowledgement
            assert given is not None
            assert (given.by, given.note) == ("ada", "looking")
            told = ntfy.messages["alerts"][1]
            assert told["message"].startswith("AVL/USDT:USDT: acknowledged by ada, until ")
            assert told["priority"] == 2

            # the same tap again, and one that somebody made up: nothing is done, and no phone rings for that
            await ntfy.tap(ntfy.messages["alerts"][0], "Looking")
            await until(lambda: len(ntfy.messages["alerts"]) == 3)
            assert "has used this message's buttons" in ntfy.messages["alerts"][2]["message"]
            (topic,) = set(ntfy.messages) - {"alerts"}
            ntfy.publish(topic, "l:forged")
            ntfy.publish(topic, "hello")
            await ntfy.tap(ntfy.messages["alerts"][0], "Known")
            await until(lambda: len(ntfy.messages["alerts"]) == 4)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    with_phone(play)
