"""Telegram over real sockets: messages with buttons, answers by long polling, within what its API allows."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.console import Console
from reconciler.facts.finding import Severity
from reconciler.notify.message import Message
from reconciler.notify.phone_address import TelegramAddress, ntfy_of, telegram_of
from reconciler.notify.reply import Shown
from reconciler.notify.telegram import TelegramPhone, text_of
from simulator.messengers.telegram import SimulatedTelegram
from tests.reconciler.notify.answered import ADA, CHAT, PEOPLE, STRANGER, House, living, until

NEW = "NEW CRITICAL: BTC has no stop"
PLAIN = Message(NEW, f"{NEW}\nsince noon", Severity.CRITICAL)


def with_phone(
    play: Callable[[SimulatedTelegram, TelegramPhone], Awaitable[None]], token: str | None = None
) -> None:
    async def played() -> None:
        async with SimulatedTelegram(names=PEOPLE_NAMES) as telegram:
            telegram.chats = {CHAT}
            phone = TelegramPhone(TelegramAddress(token or telegram.token, str(CHAT)), PEOPLE, telegram.url)
            try:
                await play(telegram, phone)
            finally:
                await phone.close()

    asyncio.run(played())


PEOPLE_NAMES = {ADA: "Ada", STRANGER: "Mallory"}


def test_a_message_is_sent_with_its_words_once_and_three_buttons() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        answer = await phone.send(Message(PLAIN.title, PLAIN.body, PLAIN.severity, reply="x" * 24))
        (message,) = telegram.messages
        assert (answer.taken, answer.place, answer.said) == (
            True,
            f"4242/{CHAT}/{message.number}",
            "HTTP 200",
        )
        assert message.text == PLAIN.body
        assert [label for label, _ in message.buttons[0]] == ["Looking", "Closing by hand", "Known"]

    with_phone(play)


def test_one_without_a_token_has_no_buttons_and_one_that_is_long_is_cut_to_what_is_allowed() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        answer = await phone.send(Message("title", "😀" * 3000, Severity.INFO))
        assert answer.taken
        (message,) = telegram.messages
        assert message.buttons == []
        assert len(message.text.encode("utf-16-le")) // 2 <= 4096

    with_phone(play)


def test_it_waits_as_long_as_telegram_asks_and_says_what_is_wrong_without_the_token() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        telegram.busy_for = 7
        busy = await phone.send(PLAIN)
        assert (busy.taken, busy.status, busy.wait) == (False, 429, 7.0)
        telegram.down = True
        assert (await phone.send(PLAIN)).status == 502
        assert (await phone.hear("")).failed == "HTTP 502"

    with_phone(play)


def test_a_wrong_token_is_refused_by_words_that_do_not_hold_it() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        for answer in (await phone.send(PLAIN), await phone.try_way()):
            assert (answer.taken, answer.refused, answer.said) == (False, True, "HTTP 401 Unauthorized")
        assert (await phone.hear("")).failed == "HTTP 401 Unauthorized"
        assert telegram.messages == []

    with_phone(play, token="4242:c4n4ry")


def test_the_way_is_tried_without_a_message_and_tells_of_a_webhook() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        assert (await phone.try_way()).taken
        telegram.webhook = "https://elsewhere.example"
        assert "the bot has a webhook" in (await phone.try_way()).said
        telegram.webhook = ""
        telegram.chats = set()
        assert (await phone.try_way()).said == "HTTP 400 Bad Request: chat not found"
        assert telegram.messages == []

    with_phone(play)


def test_two_who_listen_to_one_bot_are_told_so() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        other = TelegramPhone(TelegramAddress(telegram.token, str(CHAT)), PEOPLE, telegram.url)
        first = asyncio.create_task(phone.hear(""))
        await until(lambda: bool(telegram.asked.get("getUpdates")))
        second = asyncio.create_task(other.hear(""))
        assert (await first).failed.startswith("HTTP 409 Conflict: terminated by other getUpdates request")
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        await other.close()

    with_phone(play)


def test_what_was_heard_is_heard_again_until_it_is_given_back() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        await phone.send(Message("t", "b", Severity.CRITICAL, reply="tok"))
        telegram.press(telegram.messages[0], "Looking", by=ADA)
        first, second = await phone.hear(""), await phone.hear("")
        assert first == second
        (reply,) = first.replies
        assert (reply.by, reply.token, reply.note, reply.refused) == ("ada", "tok", "looking", "")
        # of another bot, as after a change of the address
        assert (await phone.hear("99:900000")).replies == first.replies
        telegram.write("hi", by=ADA, chat=CHAT)
        third = await phone.hear(first.cursor)
        assert third.replies == ()  # people may talk
        assert third.cursor > first.cursor
        assert len(telegram.waiting) == 1

    with_phone(play)


def test_strangers_and_other_chats_are_told_apart() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        await phone.send(Message("t", "b", Severity.CRITICAL, reply="tok"))
        (message,) = telegram.messages
        telegram.press(message, "Known", by=STRANGER)
        telegram.press(message, "Known", by=ADA, chat=5)
        telegram.write("/start", by=STRANGER, chat=5)
        stranger, elsewhere, start = (await phone.hear("")).replies
        assert (stranger.by, stranger.called) == ("", f"telegram:user {STRANGER}")
        assert f"user {STRANGER} in chat {CHAT} is not among `people`" in stranger.refused
        assert elsewhere.refused == "Nothing was done: chat 5 is not the chat of this channel."
        assert (start.token, start.note) == ("", "/start")

    with_phone(play)


def test_a_message_that_is_gone_or_says_so_already_needs_no_change() -> None:
    async def play(telegram: SimulatedTelegram, phone: TelegramPhone) -> None:
        place = (await phone.send(Message("t", "t\nb", Severity.CRITICAL, reply="tok"))).place
        shown = Shown("m1", place, "t\nb", "", "Acknowledged by ada, until 04:10 UTC", over=False)
        assert (await phone.amend(shown)).taken
        assert telegram.messages[0].text == "t\nb\n\nAcknowledged by ada, until 04:10 UTC"
        assert telegram.messages[0].buttons == []
        assert (await phone.amend(shown)).taken
        telegram.messages.clear()
        assert (await phone.amend(shown)).taken
        edits = telegram.asked["editMessageText"]
        for elsewhere in ("7/81/1", "m0001", "4242/81/x"):  # of another bot, of ntfy
            assert (await phone.amend(replace(shown, place=elsewhere))).taken
        assert telegram.asked["editMessageText"] == edits

    with_phone(play)


def test_a_tap_acknowledges_and_the_phone_shows_who_has_it_and_until_when(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        alert = await house.fires()
        message = await house.sent(alert)

        query = house.telegram.press(message, "Closing by hand", by=ADA)
        await house.until(lambda: query in house.telegram.popups and not message.buttons)

        given = house.alert(alert.id).acknowledgement
        assert given is not None
        assert (given.by, given.note) == ("ada", "closing by hand")
        assert house.telegram.popups[query].startswith("AVL/USDT:USDT: acknowledged by ada, until ")
        shown = re.search(r"Acknowledged by ada, until (.*) UTC \(closing by hand\)", message.text)
        assert shown, message.text
        assert shown[1] in {f"{given.until:%H:%M}", f"{given.until:%Y-%m-%d %H:%M}"}, (
            "with its day on another"
        )

    living(tmp_path, story)


def test_a_reply_in_words_acknowledges_and_is_answered(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        alert = await house.fires()
        message = await house.sent(alert)

        wrote = house.telegram.write("in the app, closing", by=ADA, chat=CHAT, reply_to=message)
        await house.until(lambda: house.telegram.messages[-1].reply_to == wrote.number)

        given = house.alert(alert.id).acknowledgement
        assert given is not None
        assert given.note == "in the app, closing"
        assert "acknowledged by ada" in house.telegram.messages[-1].text

    living(tmp_path, story)


def test_what_was_acknowledged_on_the_screens_is_shown_on_the_phone(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        alert = await house.fires()
        message = await house.sent(alert)

        with Console.open(house.url) as console:
            console.commands.acknowledge(alert.id, by="bob", note="mine", origin="dashboard")
        house.replying.changed(recorded=True)
        await house.until(lambda: not message.buttons)

        assert "Acknowledged by bob" in message.text

    living(tmp_path, story)


def test_a_stranger_is_refused_and_written_down_and_the_alert_fires_on(tmp_path: Path) -> None:
    async def story(house: House) -> None:
        alert = await house.fires()
        message = await house.sent(alert)

        query = house.telegram.press(message, "Known", by=STRANGER)
        await house.until(lambda: query in house.telegram.popups)

        assert house.alert(alert.id).acknowledgement is None
        with Console.open(house.url) as console:
            (reply,) = console.queries.replies()
        assert (reply.by, reply.taken) == (f"telegram:user {STRANGER}", False)

    living(tmp_path, story)


def test_an_answer_given_while_trueup_is_down_is_taken_once_it_is_back(tmp_path: Path) -> None:
    async def before(house: House) -> None:
        message = await house.sent(await house.fires())
        house.stop()
        house.telegram.press(message, "Looking", by=ADA)

    async def back(house: House) -> None:
        await house.until(lambda: house.alert(1).acknowledgement is not None)
        await house.until(lambda: not house.telegram.waiting)

    living(tmp_path, before, back)


@pytest.mark.parametrize(
    ("url", "chat", "thread"),
    [
        ("tgram://123:Ab-c_d/-100456", "-100456", None),
        ("tgram://bot123:Abc/456/", "456", None),
        ("tgram://123:Abc/@traders?topic=7&format=text", "@traders", 7),
        ("tgram://123:Abc/-5:9", "-5", 9),
    ],
)
def test_an_address_is_read_as_apprise_reads_it(url: str, chat: str, thread: int | None) -> None:
    found = telegram_of(url)

    assert found is not None
    assert (found.bot, found.chat, found.thread) == ("123", chat, thread)
    assert "Ab" not in repr(found)


@pytest.mark.parametrize("url", ["tgram://123:Abc", "tgram://123:Abc/1/2", "ntfy://topic", "tgram://x/1", ""])
def test_what_is_no_single_chat_is_not_read(url: str) -> None:
    assert telegram_of(url) is None


@pytest.mark.parametrize(
    ("url", "server", "topic", "authorization"),
    [
        ("ntfy://MyTopic", "https://ntfy.sh", "MyTopic", ""),
        ("ntfys://ntfy.sh/MyTopic", "https://ntfy.sh", "MyTopic", ""),
        ("ntfy://127.0.0.1:8080/alerts", "http://127.0.0.1:8080", "alerts", ""),
        ("ntfys://ann:pass@push.example/alerts", "https://push.example", "alerts", "Basic YW5uOnBhc3M="),
        ("ntfys://tk_abc@push.example/alerts", "https://push.example", "alerts", "Bearer tk_abc"),
    ],
)
def test_an_ntfy_address_is_read_as_apprise_reads_it(
    url: str, server: str, topic: str, authorization: str
) -> None:
    found = ntfy_of(url)

    assert found is not None
    assert (found.server, found.topic, found.authorization) == (server, topic, authorization)
    assert found.reply_topic != found.topic
    assert len(found.reply_topic) >= 32


def test_words_begin_with_the_title_once() -> None:
    assert text_of(PLAIN) == PLAIN.body
    assert text_of(Message("3 alerts", "NEW a", Severity.INFO)) == "3 alerts\n\nNEW a"
