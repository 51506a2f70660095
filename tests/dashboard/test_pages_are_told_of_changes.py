"""One reader asks for all open pages whether something has changed; they are told, and nothing else is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.types import Message
from starlette.websockets import WebSocket

from dashboard.changes import LOOK_EVERY, PATH, Changes, loudness
from dashboard.words.verdict import Unread
from reconciler.views.alert import ChangesView
from tests.dashboard import drawn
from tests.dashboard.memory_console import Memory
from tests.dashboard.screen import reading

EVERY = 0.001


class State:
    """A state database with a history of so many changes."""

    def __init__(self) -> None:
        self.newest = 5
        self.broken = False
        self.asked = 0
        self.loud = "well"

    def changes(self, after: int | None) -> ChangesView | Unread:
        self.asked += 1
        if self.broken:
            return Unread("gone", drawn.NOW)
        return ChangesView(self.newest, shown=after is not None and after != self.newest)

    async def asked_again(self, times: int = 2) -> None:
        """Wait until it was asked so often once more."""
        before = self.asked
        while True:
            if self.asked >= before + times:
                return
            await asyncio.sleep(EVERY)


class Browser:
    """A page at the other end of the socket."""

    def __init__(self, changes: Changes) -> None:
        self.heard: list[str] = []
        self._said: asyncio.Queue[Message] = asyncio.Queue()
        self._said.put_nowait({"type": "websocket.connect"})
        scope: dict[str, Any] = {"type": "websocket", "path": PATH, "headers": []}
        self._served = asyncio.create_task(changes.serve(WebSocket(scope, self._said.get, self._hear)))

    async def _hear(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            self.heard.append(message["text"])

    async def leave(self) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self._served


def told(story: Callable[[State, Changes], Awaitable[None]]) -> None:
    state = State()
    asyncio.run(asyncio.wait_for(_live(story, state), 30))


async def _live(story: Callable[[State, Changes], Awaitable[None]], state: State) -> None:
    await story(state, Changes(state.changes, lambda: state.loud, every=EVERY))


def test_every_page_hears_of_a_change_once_and_of_none_at_rest() -> None:
    async def story(state: State, changes: Changes) -> None:
        pages = [Browser(changes) for _ in range(3)]
        await state.asked_again(5)
        assert [page.heard for page in pages] == [[], [], []]
        state.newest += 2
        await state.asked_again(5)
        assert [page.heard for page in pages] == [["changed"]] * 3
        for page in pages:
            await page.leave()

    told(story)


def test_every_page_hears_at_once_that_time_alone_has_turned_what_it_says() -> None:
    async def story(state: State, changes: Changes) -> None:
        pages = [Browser(changes) for _ in range(2)]
        await state.asked_again(3 * LOOK_EVERY)
        assert [page.heard for page in pages] == [[], []]
        state.loud = "blind"
        await state.asked_again(3 * LOOK_EVERY)
        assert [page.heard for page in pages] == [["changed"]] * 2
        for page in pages:
            await page.leave()

    told(story)


def test_nothing_is_read_while_no_page_is_open() -> None:
    async def story(state: State, changes: Changes) -> None:
        first, second = Browser(changes), Browser(changes)
        await state.asked_again()
        await first.leave()
        await state.asked_again()
        await second.leave()
        before = state.asked
        await asyncio.sleep(100 * EVERY)
        assert state.asked <= before + 1, "a question under way is asked to its end"
        third = Browser(changes)
        await state.asked_again()
        state.newest += 1
        await state.asked_again(3)
        assert third.heard == ["changed"]
        assert first.heard == second.heard == []
        await third.leave()

    told(story)


def test_a_state_that_cannot_be_read_tells_of_nothing_and_is_left_alone_for_a_while() -> None:
    async def story(state: State, changes: Changes) -> None:
        state.broken = True
        page = Browser(changes)
        await state.asked_again(1)
        await asyncio.sleep(50 * EVERY)
        assert (state.asked, page.heard) == (1, [])
        await page.leave()

    told(story)


def test_a_reconciler_that_is_silent_is_louder_whatever_was_decided_of_alerts() -> None:
    alive = drawn.view()
    with reading(Memory(alive), person=None):  # the one reader for all pages is no page of anybody's
        well = loudness()
    with reading(Memory(replace(alive, read_at=alive.read_at + timedelta(seconds=1))), person=None):
        older = loudness()
    with reading(Memory(replace(alive, read_at=alive.read_at + timedelta(minutes=10))), person=None):
        silent = loudness()

    assert older == well
    assert silent != well
