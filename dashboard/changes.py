"""Tells every open page at once that something has changed which it shows: one reader for all of them.

A page draws itself anew every few seconds all the same. What is told here is never more than "look now": one
that hears nothing of it, for whatever reason, is as it was without.
"""

import asyncio
from collections.abc import Callable
from itertools import count

from starlette.websockets import WebSocket, WebSocketDisconnect

from dashboard import state_reader
from dashboard.words.chips import chips
from dashboard.words.verdict import Unread, judge
from reconciler.views.alert import ChangesView

PATH = "/changes"

READ_SECONDS = 0.25
"""How often the state database is asked whether there is anything new: one number, and a few times it."""

LOOK_EVERY = 8
"""Of so many questions one is followed by a look at what time alone may turn: who is heard, what is old."""

UNREAD_SECONDS = 2.0
"""How long it is left alone after it could not be read; the pages see that by themselves."""

Ask = Callable[[int | None], ChangesView | Unread]


def loudness() -> object:
    """Return how loud the sentence on top is, and each fact under it, whatever ages they name."""
    view = state_reader.now_of_all()  # nobody sits before this: it says no more than "look now"
    verdict = judge(view)
    return verdict.level, verdict.count, [(chip.tone, chip.sign) for chip in chips(view)]


class Changes:
    """The pages that are open, and the one task that reads for them while there are any."""

    def __init__(
        self,
        ask: Ask = state_reader.changes,
        look: Callable[[], object] = loudness,
        *,
        every: float = READ_SECONDS,
    ) -> None:
        """Nobody listens yet, and nothing is read. `ask` and `look` block; `every` is in seconds."""
        self._ask = ask
        self._look = look
        self._every = every
        self._pages: set[asyncio.Event] = set()
        self._reading: asyncio.Task[None] | None = None

    async def serve(self, socket: WebSocket) -> None:
        """Tell one page, until it is gone. What it says itself is not listened to."""
        await socket.accept()
        news = asyncio.Event()
        self._pages.add(news)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read())
        telling = asyncio.create_task(_tell(socket, news))
        try:
            while (await socket.receive())["type"] != "websocket.disconnect":
                pass
        finally:
            telling.cancel()
            self._pages.discard(news)
            if not self._pages:
                self._reading.cancel()

    async def _read(self) -> None:
        newest: int | None = None
        seen = await asyncio.to_thread(self._look)
        for turn in count(1):
            told = await asyncio.to_thread(self._ask, newest)
            if isinstance(told, Unread):
                await asyncio.sleep(UNREAD_SECONDS)
                continue
            before = seen
            if turn % LOOK_EVERY == 0:
                seen = await asyncio.to_thread(self._look)
            if told.shown or seen != before:
                for page in self._pages:
                    page.set()
            newest = told.newest
            await asyncio.sleep(self._every)


async def _tell(socket: WebSocket, news: asyncio.Event) -> None:
    """Say that there is news, once however much it is by the time that the page can be told."""
    try:
        while True:
            await news.wait()
            news.clear()
            await socket.send_text("changed")
    except WebSocketDisconnect:
        return
