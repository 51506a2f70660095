"""Telegram by its Bot API: messages with buttons, answers by long polling, no port that anybody could reach.

A chat's answers are taken from people whom the settings name, by their numbers, which nobody else can have.
"""

from collections.abc import Mapping
from typing import Any

from reconciler.facts.finding import Severity
from reconciler.notify.answer import Answer
from reconciler.notify.message import Message
from reconciler.notify.phone import HEAR_SECONDS, Got, Line, fitting, said_of, utf16_units
from reconciler.notify.phone_address import TELEGRAM, TelegramAddress
from reconciler.notify.reply import BUTTONS, Heard, Reply, Shown, labelled, read_back, sent_back
from reconciler.notify.text import printable

LONGEST = 4096
POPUP_LONGEST = 200
_MARGIN = 10.0
_GONE = ("message is not modified", "message to edit not found", "message can't be edited")


class TelegramPhone:
    """A chat with a bot."""

    def __init__(self, address: TelegramAddress, people: Mapping[str, str], server: str = TELEGRAM) -> None:
        """Nothing is asked yet.

        Args:
            address: The bot's token and the chat.
            people: Who may answer: their numbers, and their names.
            server: The base of the Bot API.
        """
        self._address = address
        self._people = people
        self._base = f"{server.rstrip('/')}/bot{address.token}"
        self._line = Line()
        self._hearing = Line()

    async def send(self, message: Message) -> Answer:
        """Send one message; with buttons where answers are taken."""
        body: dict[str, Any] = {
            **self._chat(),
            "text": fitting(text_of(message), LONGEST, utf16_units),
            "link_preview_options": {"is_disabled": True},
            "disable_notification": message.severity is Severity.INFO,
        }
        if message.reply:
            body["reply_markup"] = keyboard(message)
        answered = await self._line.post(f"{self._base}/sendMessage", body)
        return self._answer(answered)

    async def try_way(self) -> Answer:
        """Ask who the bot is, whether the chat is there, and whether something else takes its answers."""
        chat = {"chat_id": self._address.chat}
        result: object = None
        for method, body in (("getMe", {}), ("getChat", chat), ("getWebhookInfo", {})):
            answered = await self._line.post(f"{self._base}/{method}", body)
            if not answered.ok:
                return self._answer(answered)
            result = answered.body.get("result")
        if isinstance(result, dict) and result.get("url"):
            said = "the bot has a webhook, its answers go elsewhere: call deleteWebhook, or make another bot"
            return Answer(taken=False, said=said, status=409)
        return Answer(taken=True, said="the bot is known, its chat is there, its answers can be heard")

    async def hear(self, cursor: str) -> Heard:
        """Wait for answers by long polling."""
        body: dict[str, Any] = {
            "timeout": int(HEAR_SECONDS),
            "allowed_updates": ["callback_query", "message"],
        }
        bot, _, offset = cursor.partition(":")
        if bot == self._address.bot and offset.isdigit():
            body["offset"] = int(offset)
        answered = await self._hearing.post(f"{self._base}/getUpdates", body, HEAR_SECONDS + _MARGIN)
        updates = answered.body.get("result")
        if not answered.ok or not isinstance(updates, list):
            return Heard(cursor=cursor, failed=self._said(answered), wait=answered.wait)
        replies, last = [], cursor
        for update in updates:
            if isinstance(update, dict) and isinstance(update.get("update_id"), int):
                last = f"{self._address.bot}:{update['update_id'] + 1}"
                reply = self._reply(update, last)
                replies += [reply] if reply is not None else []
        return Heard(tuple(replies), last)

    async def tell(self, reply: Reply, text: str) -> None:
        """Show it above the buttons, or as a reply to the words."""
        kind, _, handle = reply.handle.partition(":")
        if kind == "query":
            shown = {"text": fitting(text, POPUP_LONGEST, utf16_units), "show_alert": True}
            await self._line.post(f"{self._base}/answerCallbackQuery", {"callback_query_id": handle, **shown})
        elif handle.isdigit():
            body = {**self._chat(), "text": fitting(text, LONGEST, utf16_units)}
            body["reply_parameters"] = {"message_id": int(handle), "allow_sending_without_reply": True}
            await self._line.post(f"{self._base}/sendMessage", body)

    async def amend(self, shown: Shown) -> Answer:
        """Write below the message how it stands, and take its buttons away."""
        where, _, number = shown.place.rpartition("/")
        if where != self._where or not number.isdigit():
            return Answer(taken=True, said="it was sent by another bot, or to another chat")
        text = f"{fitting(shown.text, LONGEST - 500, utf16_units)}\n\n{shown.standing}"
        body = {
            "chat_id": self._address.chat,
            "message_id": int(number),
            "text": fitting(text, LONGEST, utf16_units),
            "link_preview_options": {"is_disabled": True},
        }
        answered = await self._line.post(f"{self._base}/editMessageText", body)
        described = str(answered.body.get("description", ""))
        if answered.status == 400 and any(each in described for each in _GONE):  # noqa: PLR2004 - HTTP's
            return Answer(taken=True, said="it needs no change, or is gone", status=400)
        return self._answer(answered)

    async def close(self) -> None:
        """End both connections."""
        await self._line.close()
        await self._hearing.close()

    def _chat(self) -> dict[str, Any]:
        thread = self._address.thread
        return {"chat_id": self._address.chat} | ({} if thread is None else {"message_thread_id": thread})

    @property
    def _where(self) -> str:
        return f"{self._address.bot}/{self._address.chat}"

    def _place(self, message: object) -> str:
        """Return what a message is called: its number alone would be another one's after a change of bots."""
        number = message.get("message_id") if isinstance(message, dict) else None
        return f"{self._where}/{number}" if isinstance(number, int) else ""

    def _said(self, answered: Got) -> str:
        return said_of(answered, self._address.token)

    def _answer(self, answered: Got) -> Answer:
        result = answered.body.get("result")
        taken = answered.ok and answered.body.get("ok") is True
        place = self._place(result) if taken else ""
        said = f"HTTP {answered.status}" if taken else self._said(answered)
        return Answer(taken, said, answered.status or None, answered.wait, place)

    def _reply(self, update: Mapping[str, Any], cursor: str) -> Reply | None:
        """Return what an update answers; None for what is none of ours."""
        query, message = update.get("callback_query"), update.get("message")
        if isinstance(query, dict):
            note, token = read_back(str(query.get("data", "")))
            about, by = query.get("message"), query.get("from")
            about = about if isinstance(about, dict) else {}
            place, handle = self._place(about), f"query:{query.get('id', '')}"
            token = token or "-"
        elif isinstance(message, dict):
            about, by, token = message, message.get("from"), ""
            place = self._answered(message.get("reply_to_message"))
            note = printable(str(message.get("text", ""))).strip()
            handle = f"message:{message.get('message_id', '')}"
            if not note or not (place or note.startswith("/start")):
                return None  # people talk to each other
        else:
            return None
        number = str(by.get("id", "")) if isinstance(by, dict) else ""
        name = self._people.get(number, "")
        return Reply(
            number=printable(f"{update['update_id']} {handle}"),
            cursor=cursor,
            by=name,
            called=f"telegram:{name}" if name else f"telegram:user {number or 'unknown'}",
            token=token,
            note=note,
            place=place,
            refused=self._refusal(name, number, about.get("chat")),
            handle=handle,
        )

    def _answered(self, message: object) -> str:
        """Return which message of ours is answered; empty for none."""
        message = message if isinstance(message, dict) else {}
        by = message.get("from")
        ours = isinstance(by, dict) and str(by.get("id", "")) == self._address.bot
        return self._place(message) if ours else ""

    def _refusal(self, name: str, number: str, chat: object) -> str:
        """Return why somebody may not answer here; empty where they may."""
        chat = chat if isinstance(chat, dict) else {}
        here = {str(chat.get("id", "")), f"@{chat.get('username', '')}"}
        if not name:
            who = f"user {number or 'unknown'} in chat {chat.get('id', 'unknown')}"
            return f"Nothing was done: {who} is not among `people`, who may answer here."
        if self._address.chat not in here:
            where = f"chat {chat.get('id', 'unknown')}"
            return f"Nothing was done: {where} is not the chat of this channel."
        return ""


def text_of(message: Message) -> str:
    """Return the words: of one alert the body begins with what the title says."""
    if message.body.startswith(message.title):
        return message.body
    return f"{message.title}\n\n{message.body}"


def keyboard(message: Message) -> dict[str, Any]:
    """Return the buttons of a message."""
    row = [
        {"text": labelled(each, message.answers), "callback_data": sent_back(each, message.reply)}
        for each in BUTTONS
    ]
    return {"inline_keyboard": [row]}
