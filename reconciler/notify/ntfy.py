"""ntfy: messages with three actions that post to a topic of their own, which we read: no port is open."""

import asyncio
from typing import Any

import orjson

from reconciler.facts.finding import Severity
from reconciler.notify.answer import Answer
from reconciler.notify.message import Message
from reconciler.notify.phone import Got, Line, fitting, got, met, said_of, utf8_bytes
from reconciler.notify.phone_address import NtfyAddress
from reconciler.notify.reply import BUTTONS, Heard, Reply, Shown, labelled, read_back, sent_back
from reconciler.notify.text import printable

LONGEST = 4000
"""Bytes of a message: ntfy makes a file of what is longer than 4096."""

TITLE_LONGEST = 250
STREAM_SECONDS = 55.0
"""How long one request listens: ntfy gives a sign of life every 45 s."""

ANSWER_SECONDS = 20.0
_PRIORITY = {Severity.CRITICAL: 5, Severity.WARNING: 4, Severity.INFO: 3}
_TAG = {Severity.CRITICAL: "rotating_light", Severity.WARNING: "warning", Severity.INFO: "information_source"}
_OK = 200


class NtfyPhone:
    """A topic of an ntfy server, and the topic on which it is answered."""

    def __init__(self, address: NtfyAddress, person: str, reply_topic: str | None = None) -> None:
        """Nothing is asked yet.

        Args:
            address: Server, topic and what lets us in.
            person: Whose phone it is: what is answered is said in this name.
            reply_topic: Where answers go; None for one that follows from the address.
        """
        self._address = address
        self._person = person
        self._reply_topic = reply_topic or address.reply_topic
        headers = {"Authorization": address.authorization} if address.authorization else {}
        self._line = Line(headers)
        self._hearing = Line(headers)

    async def send(self, message: Message) -> Answer:
        """Publish one message; with actions where answers are taken."""
        body = self._body(message.title, message.body, message.severity)
        if message.reply:
            body["actions"] = [
                {
                    "action": "http",
                    "label": labelled(each, message.answers),
                    "url": f"{self._address.server}/{self._reply_topic}",
                    "method": "POST",
                    "body": sent_back(each, message.reply),
                    "clear": True,
                }
                for each in BUTTONS
            ]
        return self._answer(await self._line.post(self._address.server, body))

    async def try_way(self) -> Answer:
        """Read the topic of answers once: nothing is sent."""
        heard = await self._asked("none", poll=True)
        if heard.ok:
            return Answer(taken=True, said="its server answers, and answers to messages can be heard there")
        return Answer(taken=False, said=self._said(heard), status=heard.status or None, wait=heard.wait)

    async def hear(self, cursor: str) -> Heard:
        """Read the topic of answers until something comes, or for a minute."""
        answered = await self._asked(cursor or "all", poll=False)
        if not answered.ok:
            return Heard(cursor=cursor, failed=self._said(answered), wait=answered.wait)
        replies, last = [], cursor
        for line in answered.lines.splitlines():
            try:
                event = orjson.loads(line)
            except ValueError:
                break  # cut short: it comes again
            if isinstance(event, dict) and event.get("event") == "message":
                last = printable(str(event.get("id", "")))[:64]
                replies.append(self._reply(str(event.get("message", "")), last))
        return Heard(tuple(replies), last)

    async def tell(self, reply: Reply, text: str) -> None:
        """Publish what came of it, without a sound."""
        del reply
        body = {"topic": self._address.topic, "message": fitting(text, LONGEST, utf8_bytes), "priority": 2}
        await self._line.post(self._address.server, body)

    async def amend(self, shown: Shown) -> Answer:
        """Leave it as it is: ntfy changes no message, and a further one would be one too many."""
        del shown
        return Answer(taken=True, said="ntfy changes no message")

    async def close(self) -> None:
        """End both connections."""
        await self._line.close()
        await self._hearing.close()

    def _body(self, title: str, text: str, severity: Severity) -> dict[str, Any]:
        body: dict[str, Any] = {
            "topic": self._address.topic,
            "title": fitting(title, TITLE_LONGEST, utf8_bytes),
            "message": fitting(text, LONGEST, utf8_bytes),
            "priority": _PRIORITY[severity],
            "tags": [_TAG[severity]],
        }
        link = next((line for line in text.splitlines() if line.startswith(("http://", "https://"))), "")
        return body | ({"click": link} if link else {})

    async def _asked(self, since: str, *, poll: bool) -> Got:
        """Read the topic of answers: what is there, and unless `poll` wait for the first that comes."""
        url = f"{self._address.server}/{self._reply_topic}/json"
        query = {"since": since} | ({"poll": "1"} if poll else {})
        lines = b""
        try:
            async with asyncio.timeout(ANSWER_SECONDS if poll else STREAM_SECONDS):
                async with self._hearing.session.get(url, params=query, allow_redirects=False) as answer:
                    if answer.status != _OK:
                        return got(answer, await answer.content.read(4096))
                    async for line in answer.content:
                        lines += line
                        if not poll and b'"message"' in line and line.endswith(b"\n"):
                            break
                    return Got(_OK, lines=lines)
        except TimeoutError:
            return Got(_OK, lines=lines) if not poll else Got(0, error=met(TimeoutError(), ANSWER_SECONDS))
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends nothing, and may hold the address
            return Got(0, error=met(error, STREAM_SECONDS))

    def _reply(self, text: str, number: str) -> Reply:
        note, token = read_back(text)
        return Reply(
            number=number,
            cursor=number,
            by=self._person,
            called=f"ntfy:{self._person}",
            stranger="ntfy:somebody",
            token=token or "-",
            note=note,
        )

    def _said(self, answered: Got) -> str:
        return said_of(answered, f"{self._address.topic} {self._reply_topic} {self._address.authorization}")

    def _answer(self, answered: Got) -> Answer:
        place = str(answered.body.get("id", "")) if answered.ok else ""
        said = f"HTTP {answered.status}" if answered.ok else self._said(answered)
        return Answer(answered.ok, said, answered.status or None, answered.wait, place)
