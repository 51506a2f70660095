"""An ntfy server on loopback: topics that are published to and read, and a phone that taps."""

import asyncio
import itertools
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from aiohttp import web
from typing_extensions import override

from simulator.engine.clock import VenueClock
from simulator.messengers.served import Served

MESSAGE_LONGEST = 4096
ACTIONS_MOST = 3
KEEPALIVE_SECONDS = 45.0


class SimulatedNtfy(Served):
    """A server for one user. Use it as an async context manager.

    Attributes:
        messages: What was published, oldest first, by topic.
        busy: It refuses what is published, as too much.
        headers: Further headers of such a refusal.
        authorization: By what it lets in, but to publish to a topic in `open`; empty for anybody.
        open: Topics to which anybody may publish.
    """

    def __init__(self) -> None:
        """Nothing is published yet."""
        super().__init__()
        self.messages: dict[str, list[dict[str, Any]]] = {}
        self.busy = False
        self.headers: dict[str, str] = {}
        self.authorization = ""
        self.open: set[str] = set()
        self._clock = VenueClock()
        self._numbers = itertools.count(1)
        self._news: dict[str, asyncio.Event] = {}

    @override
    def routes(self) -> list[web.RouteDef]:
        """Return what it answers."""
        return [
            web.post("/", self._publish_json),
            web.post("/{topic}", self._publish_text),
            web.get("/{topic}/json", self._read),
        ]

    @property
    def address(self) -> str:
        """What follows the scheme in its address."""
        return f"127.0.0.1:{self.port}"

    async def tap(self, message: Mapping[str, Any], label: str) -> int:
        """Do what the app does when a button is tapped, from a phone that knows nothing else."""
        action = next(each for each in message["actions"] if each["label"] == label)
        async with (
            aiohttp.ClientSession() as phone,
            phone.request(action.get("method", "POST"), action["url"], data=action["body"]) as answer,
        ):
            return answer.status

    def publish(self, topic: str, text: str, **more: Any) -> dict[str, Any]:
        """Publish something, whoever does it."""
        message = {
            "id": f"m{next(self._numbers):011}",
            "time": self._clock.ms() // 1000,
            "event": "message",
            "topic": topic,
            "message": text,
            **more,
        }
        self.messages.setdefault(topic, []).append(message)
        self._news.pop(topic, asyncio.Event()).set()
        return message

    async def _publish_json(self, request: web.Request) -> web.Response:
        asked = await request.json()
        refusal = self._refusal(request, str(asked["topic"]))
        if refusal is not None:
            return refusal
        if len(asked.get("message", "").encode()) > MESSAGE_LONGEST:
            return _error(413, 41301, "attachment too large, or bandwidth limit reached")
        if len(asked.get("actions", [])) > ACTIONS_MOST:
            return _error(
                400, 40018, f"invalid request: actions invalid; only {ACTIONS_MOST} actions allowed"
            )
        more = {name: value for name, value in asked.items() if name not in {"topic", "message"}}
        return web.json_response(self.publish(asked["topic"], asked.get("message", ""), **more))

    async def _publish_text(self, request: web.Request) -> web.Response:
        topic = request.match_info["topic"]
        refusal = self._refusal(request, topic)
        if refusal is not None:
            return refusal
        return web.json_response(self.publish(topic, (await request.text())[:MESSAGE_LONGEST]))

    async def _read(self, request: web.Request) -> web.StreamResponse:
        topic, since = request.match_info["topic"], request.query.get("since", "none")
        if self.authorization and request.headers.get("Authorization") != self.authorization:
            return _error(403, 40301, "forbidden")
        stream = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await stream.prepare(request)
        sent = self._after(topic, since)
        if request.query.get("poll") not in {"1", "true"}:
            await _line(
                stream, {"id": "open", "time": self._clock.ms() // 1000, "event": "open", "topic": topic}
            )
        while True:
            every = self.messages.get(topic, [])
            for message in every[sent:]:
                await _line(stream, message)
            sent = len(every)
            if request.query.get("poll") in {"1", "true"}:
                return stream
            news = self._news.setdefault(topic, asyncio.Event())
            try:
                async with asyncio.timeout(KEEPALIVE_SECONDS):
                    await news.wait()
            except TimeoutError:
                await _line(stream, {"id": "alive", "event": "keepalive", "topic": topic})

    def _after(self, topic: str, since: str) -> int:
        every = self.messages.get(topic, [])
        if since == "none":
            return len(every)
        numbers = [each["id"] for each in every]
        return numbers.index(since) + 1 if since in numbers else 0

    def _refusal(self, request: web.Request, topic: str) -> web.Response | None:
        if self.busy:
            return _error(429, 42901, "limit reached: too many requests", self.headers)
        let_in = not self.authorization or request.headers.get("Authorization") == self.authorization
        return None if let_in or topic in self.open else _error(403, 40301, "forbidden")


async def _line(stream: web.StreamResponse, event: Mapping[str, Any]) -> None:
    await stream.write(json.dumps(event).encode() + b"\n")


def _error(status: int, code: int, words: str, headers: Mapping[str, str] | None = None) -> web.Response:
    body = {"code": code, "http": status, "error": words}
    return web.json_response(body, status=status, headers=headers)
