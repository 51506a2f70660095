"""Where messages to people arrive: it counts them, and may be busy, broken or deaf for a while."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from reconciler.alerts.alert import Alert

_ALERT = re.compile(r"/alert\?id=(\d+)")
_HEAD = re.compile(r"^([A-Z][A-Z ]*?)(?= (?:CRITICAL|WARNING|INFO):|:)", re.MULTILINE)
TOKEN = "c4n4ryTOKENc4n4ry"
"""In its address: it must be written nowhere."""

ENDS = frozenset({"RESOLVED", "CLOSED", "WATCHED NO MORE", "OVER BY NOW"})


@dataclass(slots=True)
class Mailbox:
    """Takes messages as apprise's `json://` sends them.

    Attributes:
        mood: `well`, `broken` (503), `busy` (429 and Retry-After) or `deaf` (no answer at all).
        told: How often each alert came with each head, in messages that were answered with 200.
        came: When, monotonic seconds.
        messages: How many such messages came.
        again: How many of them told nothing that had not come before.
    """

    mood: str = "well"
    told: Counter[tuple[int, str]] = field(default_factory=Counter)
    came: dict[tuple[int, str], list[float]] = field(default_factory=dict)
    messages: int = 0
    again: int = 0
    _runner: web.AppRunner | None = None

    async def open(self) -> str:
        """Begin to listen; return the address for apprise."""
        application = web.Application()
        application.router.add_post("/{token}", self._take)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port: int = self._runner.addresses[0][1]
        return f"json://127.0.0.1:{port}/{TOKEN}?rto=5&cto=5"

    async def close(self) -> None:
        """Listen no more."""
        if self._runner is not None:
            await self._runner.cleanup()

    def missing(self, alerts: Sequence[Alert]) -> list[str]:
        """Return what people were not told of these alerts, one line each."""
        heads: dict[int, set[str]] = {}
        for number, head in self.told:
            heads.setdefault(number, set()).add(head)
        lines = []
        for alert in alerts:
            if alert.fired_at is None:
                continue
            said = heads.get(alert.id, set())
            if alert.state.open and not said - ENDS:
                lines.append(f"nobody was told of alert {alert.id}: {alert.key.kind} of {alert.key.symbol}")
            elif not alert.state.open and not said & ENDS:
                lines.append(f"nobody was told that alert {alert.id} is over")
        return lines

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.mood == "broken":
            return web.Response(status=503, text="not now")
        if self.mood == "busy":
            return web.Response(status=429, headers={"Retry-After": "2"})
        if self.mood == "deaf":
            await asyncio.sleep(60)
            return web.Response(status=503)
        text = str(body["message"])
        pairs = list(zip(map(int, _ALERT.findall(text)), _HEAD.findall(text), strict=False))
        # `STILL` is owed again and again, and is no repetition.
        if pairs and all(self.told[pair] for pair in pairs) and all(head != "STILL" for _, head in pairs):
            self.again += 1
        self.told.update(pairs)
        for pair in pairs:
            self.came.setdefault(pair, []).append(asyncio.get_running_loop().time())
        self.messages += 1
        return web.Response(text="{}", content_type="application/json")
