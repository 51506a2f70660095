"""Telegram's Bot API on loopback: one bot, the chats it is in, and the people in them, within its limits."""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from typing_extensions import override

from simulator.engine.clock import VenueClock
from simulator.messengers.chat import Refused, Shown, buttons_of, units
from simulator.messengers.served import Served

TEXT_LONGEST = 4096
POPUP_LONGEST = 200
MINUTE_SECONDS = 60.0
A_MINUTE = 20
"""Messages that a chat takes in a minute."""

TOKEN = "4242:simulated"  # noqa: S105 - of a bot that is nowhere


class SimulatedTelegram(Served):
    """The Bot API for one bot. Use it as an async context manager, or mount `routes`.

    Attributes:
        token: The bot's.
        messages: All of them, oldest first.
        popups: What was answered to presses: by the query's number.
        busy_for: Seconds that it asks to wait at the next message; 0 for none.
        down: It answers nothing but 502.
        lose_next: So many calls of a method are carried out, and their answers lost.
        asked: How often each method was called.
    """

    def __init__(self, token: str = TOKEN, *, names: Mapping[int, str] | None = None) -> None:
        """`names` are the people's first names, by their numbers."""
        super().__init__()
        self.token = token
        self.bot = int(token.partition(":")[0])
        self.names = dict(names or {})
        self.messages: list[Shown] = []
        self.popups: dict[str, str] = {}
        self.busy_for = 0
        self.down = False
        self.lose_next: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        self.chats: set[int] = set()
        self.webhook = ""
        self._clock = VenueClock()
        self.changed = asyncio.Event()
        self._updates: deque[dict[str, Any]] = deque()
        self._numbers = itertools.count(1)
        self._update_numbers = itertools.count(700)
        self._queries: dict[str, int] = {}
        self._sent: deque[float] = deque()
        self._poll: asyncio.Future[None] | None = None
        self._news = asyncio.Event()

    @property
    def url(self) -> str:
        """The base of the API."""
        return f"http://127.0.0.1:{self.port}"

    @override
    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [web.post("/bot{token}/{method}", self._answer), web.get("/bot{token}/{method}", self._answer)]

    # What people do in their app

    def press(self, message: Shown, label: str, *, by: int, data: str = "", chat: int | None = None) -> str:
        """Have somebody press a button; return the query's number, under which its answer pops up.

        `data` and `chat` stand for an app that is not to be trusted.
        """
        known = {name: value for row in message.buttons for name, value in row}
        query = f"q{next(self._numbers)}"
        self._queries[query] = message.number
        about = self._told(message) | ({} if chat is None else {"chat": {"id": chat, "type": "private"}})
        self._tell(
            {
                "callback_query": {
                    "id": query,
                    "from": self._person(by),
                    "message": about,
                    "data": data or known[label],
                }
            }
        )
        return query

    def write(self, text: str, *, by: int, chat: int, reply_to: Shown | None = None) -> Shown:
        """Have somebody write something, as a reply perhaps."""
        answers = None if reply_to is None else reply_to.number
        wrote = Shown(
            next(self._numbers),
            chat,
            by,
            text,
            reply_to=answers,
            at=self._clock.ms() / 1000,
        )
        self._add(wrote)
        told = self._told(wrote)
        if reply_to is not None:
            told["reply_to_message"] = self._told(reply_to)
        self._tell({"message": told})
        return wrote

    def again(self, update: Mapping[str, Any]) -> None:
        """Deliver an update under a new number: a replay."""
        self._tell({name: value for name, value in update.items() if name != "update_id"})

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The updates that were not confirmed yet."""
        return list(self._updates)

    def _tell(self, update: dict[str, Any]) -> None:
        self._updates.append({"update_id": next(self._update_numbers), **update})
        self._news.set()

    def _add(self, message: Shown) -> None:
        self.messages.append(message)
        self._note()

    def _note(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def _person(self, number: int) -> dict[str, Any]:
        bot = number == self.bot
        return {
            "id": number,
            "is_bot": bot,
            "first_name": self.names.get(number, "Bot" if bot else "Somebody"),
        }

    def _told(self, message: Shown) -> dict[str, Any]:
        return {
            "message_id": message.number,
            "date": int(message.at),
            "from": self._person(message.by),
            "chat": {"id": message.chat, "type": "private" if message.chat > 0 else "group"},
            "text": message.text,
        }

    # What the API answers

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        self.asked[method] = self.asked.get(method, 0) + 1
        if self.down:
            return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            asked = await request.json() if request.can_read_body else dict(request.query)
            result = await self._called(method, asked)
        except Refused as refusal:
            body: dict[str, Any] = {"ok": False, "error_code": refusal.status, "description": str(refusal)}
            if refusal.parameters:
                body["parameters"] = refusal.parameters
            return web.json_response(body, status=refusal.status)
        if self.lose_next.get(method, 0) > 0:
            self.lose_next[method] -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"ok": True, "result": result})

    async def _called(self, method: str, asked: Mapping[str, Any]) -> Any:
        known: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "getMe": lambda _: {
                "id": self.bot,
                "is_bot": True,
                "first_name": "Trueup",
                "username": "trueup_bot",
            },
            "getWebhookInfo": lambda _: {"url": self.webhook, "pending_update_count": len(self._updates)},
            "getChat": self._chat,
            "sendMessage": self._send,
            "editMessageText": self._edit,
            "answerCallbackQuery": self._popup,
        }
        if method == "getUpdates":
            return await self._get_updates(asked)
        if method not in known:
            raise Refused(404, "Not Found")
        return known[method](asked)

    def _chat(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        number = str(asked.get("chat_id", ""))
        if number not in {str(each) for each in self.chats}:
            raise Refused(400, "Bad Request: chat not found")
        return {"id": int(number), "type": "private" if int(number) > 0 else "group"}

    def _send(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        chat = self._chat(asked)["id"]
        if self.busy_for:
            wait, self.busy_for = self.busy_for, 0
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        text, buttons = self._text(asked), buttons_of(asked.get("reply_markup"))
        now = asyncio.get_running_loop().time()
        while self._sent and now - self._sent[0] > MINUTE_SECONDS:
            self._sent.popleft()
        if len(self._sent) >= A_MINUTE:
            wait = int(61 - (now - self._sent[0]))
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        self._sent.append(now)
        answers = asked.get("reply_parameters", {}).get("message_id")
        sent = Shown(next(self._numbers), chat, self.bot, text, buttons, answers, self._clock.ms() / 1000)
        self._add(sent)
        return self._told(sent)

    def _edit(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        chat, number = self._chat(asked)["id"], asked.get("message_id")
        found = next((x for x in self.messages if (x.chat, x.number, x.by) == (chat, number, self.bot)), None)
        if found is None:
            raise Refused(400, "Bad Request: message to edit not found")
        text, buttons = self._text(asked), buttons_of(asked.get("reply_markup"))
        if (text, buttons) == (found.text, found.buttons):
            raise Refused(400, "Bad Request: message is not modified")
        found.text, found.buttons, found.edited = text, buttons, True
        self._note()
        return self._told(found)

    def _popup(self, asked: Mapping[str, Any]) -> bool:
        query, text = str(asked.get("callback_query_id")), str(asked.get("text", ""))
        if query not in self._queries:
            raise Refused(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        if units(text) > POPUP_LONGEST:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        self.popups[query] = text
        self._note()
        return True

    def _text(self, asked: Mapping[str, Any]) -> str:
        text = str(asked.get("text", ""))
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if units(text) > TEXT_LONGEST:
            raise Refused(400, "Bad Request: message is too long")
        return text

    async def _get_updates(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)  # the one before is ended
        loop = asyncio.get_running_loop()
        poll = self._poll = loop.create_future()
        offset = asked.get("offset")
        while offset is not None and self._updates and self._updates[0]["update_id"] < int(offset):
            self._updates.popleft()
        allowed = asked.get("allowed_updates") or []
        allowed = json.loads(allowed) if isinstance(allowed, str) else allowed
        end = loop.time() + float(asked.get("timeout", 0))
        while not self._updates and loop.time() < end and not poll.done():
            self._news.clear()
            news = asyncio.ensure_future(self._news.wait())
            await asyncio.wait(
                {news, poll}, timeout=end - asyncio.get_running_loop().time(), return_when="FIRST_COMPLETED"
            )
            news.cancel()
        if poll.done():
            raise Refused(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return [each for each in self._updates if not allowed or set(each) & set(allowed)][:100]
