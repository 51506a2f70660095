"""The phone of the demo: a page on loopback, on which Trueup's messages arrive and can be answered.

Trueup sends them by its real channel for Telegram, to a simulated Telegram that runs here too.
"""

import asyncio
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from typing_extensions import override

from simulator.messengers.chat import Shown
from simulator.messengers.served import Served
from simulator.messengers.telegram import SimulatedTelegram

PERSON = 1
NAME = "you"
PAGE = Path(__file__).with_name("phone.html")
WAIT_SECONDS = 20.0
TOLD_SECONDS = 8.0
"""How long a press waits for what Trueup says to it."""


class DemoPhone(Served):
    """A phone with one chat. Use it as an async context manager.

    Attributes:
        telegram: The messenger.
        url: Where the page is.
    """

    def __init__(self, port: int) -> None:
        """Nothing listens yet; 0 takes a free port."""
        super().__init__(port)
        self.telegram = SimulatedTelegram(names={PERSON: "You"})
        self.telegram.chats = {PERSON}
        self.url = ""

    @override
    def routes(self) -> list[web.RouteDef]:
        """Return what it answers: its page, and what the messenger behind it does."""
        return [
            web.get("/", self._page),
            web.get("/messages", self._messages),
            web.post("/press", self._press),
            web.post("/write", self._write),
            *self.telegram.routes(),
        ]

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.telegram.port = self.port
        self.url = self.telegram.url
        return self

    @property
    def address(self) -> str:
        """The channel's address, as the settings want it."""
        return f"tgram://{self.telegram.token}/{PERSON}"

    @property
    def settings(self) -> str:
        """The channel, as a table of the settings."""
        return "\n".join(
            (
                '[notify.phone]\nurl_env = "DEMO_PHONE"',
                f'people = {{ "{PERSON}" = "{NAME}" }}',
                f'server = "{self.url}"\n',
            )
        )

    async def _page(self, _: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text("utf-8"), content_type="text/html")

    async def _messages(self, request: web.Request) -> web.Response:
        """Answer with all messages, once they are not what the page knows."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while self._mark == request.query.get("known"):
                    await self.telegram.changed.wait()
        except TimeoutError:
            pass
        told = [_told(each) for each in self.telegram.messages]
        return web.json_response({"mark": self._mark, "messages": told})

    async def _press(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        query = self.telegram.press(self._message(asked["number"]), "", by=PERSON, data=str(asked["data"]))
        try:
            async with asyncio.timeout(TOLD_SECONDS):
                while query not in self.telegram.popups:
                    await self.telegram.changed.wait()
        except TimeoutError:
            pass
        return web.json_response({"told": self.telegram.popups.get(query, "")})

    async def _write(self, request: web.Request) -> web.Response:
        asked = await _asked(request)
        answers = self._message(asked["reply_to"])
        self.telegram.write(str(asked["text"]), by=PERSON, chat=PERSON, reply_to=answers)
        return web.json_response({})

    @property
    def _mark(self) -> str:
        """What tells one state of the chat from another."""
        return str(hash(tuple((each.text, len(each.buttons)) for each in self.telegram.messages)))

    def _message(self, number: object) -> Shown:
        found = next((each for each in self.telegram.messages if each.number == number), None)
        if found is None:
            raise web.HTTPNotFound
        return found


async def _asked(request: web.Request) -> dict[str, Any]:
    """Return what the page asks; a form of another page cannot send JSON."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    asked: dict[str, Any] = await request.json()
    return asked


def _told(message: Shown) -> dict[str, Any]:
    return {
        "number": message.number,
        "mine": message.by == PERSON,
        "text": message.text,
        "buttons": message.buttons,
        "at": message.at,
        "edited": message.edited,
    }
