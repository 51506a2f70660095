"""The journal is written beside what is done: in order, again where it failed, and nobody waits for it."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from verification.opening import journal_writer
from verification.opening.journal_port import JournalFailed
from verification.opening.journal_writer import JournalWriter


def failing(times: int, said: list[str], word: str, *, again: bool = True) -> Callable[[], None]:
    left = [times]

    def step() -> None:
        if left[0]:
            left[0] -= 1
            raise JournalFailed("locked", again=again)
        said.append(word)

    return step


async def caught_up(books: JournalWriter) -> None:
    assert await books._wait_until(lambda: not books._queue, 10)


async def test_steps_are_written_in_order_on_a_thread_of_their_own() -> None:
    said: list[tuple[int, int]] = []
    books = JournalWriter()
    for number in range(50):
        books.write(1, lambda number=number: said.append((number, threading.get_ident())))  # type: ignore[misc] # bound
    await caught_up(books)
    assert [number for number, _ in said] == list(range(50))
    assert {thread for _, thread in said} != {threading.get_ident()}
    await books.close()


async def test_what_failed_is_written_before_what_came_after() -> None:
    said: list[str] = []
    books = JournalWriter()
    books.write(1, failing(2, said, "first"))
    books.write(1, lambda: said.append("second"))
    assert await books.concerns(1) == ()
    assert said == ["first", "second"]
    await books.close()


async def test_what_can_never_be_written_is_told_and_holds_nothing_up() -> None:
    said: list[str] = []
    books = JournalWriter()
    books.write(1, failing(1, said, "never", again=False))
    books.write(2, lambda: said.append("another's"))
    (concern,) = await books.concerns(1)
    assert "and never will" in concern
    assert await books.concerns(2) == ()
    assert said == ["another's"]
    await books.close()


async def test_a_journal_of_somebodys_own_that_breaks_is_told() -> None:
    books = JournalWriter()
    books.write(1, lambda: 1 / 0)  # type: ignore[arg-type] # it never returns
    (concern,) = await books.concerns(1)
    assert "ZeroDivisionError" in concern
    await books.close()


async def test_nobody_waits_for_a_journal_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_writer, "PATIENCE", 0.2)
    monkeypatch.setattr(journal_writer, "GRACE", 0.1)
    hangs, books = threading.Event(), JournalWriter()
    began = time.perf_counter()

    def hang() -> None:
        hangs.wait()

    books.write(1, hang)
    (concern,) = await books.concerns(1)
    assert "(it does not answer): it is behind by 1" in concern
    with pytest.raises(JournalFailed, match="behind"):
        await books.write_durably(lambda: 7, lambda _: None)
    await books.close()
    assert time.perf_counter() - began < 5
    hangs.set()


async def test_an_entry_that_nobody_waits_for_any_more_is_written_off() -> None:
    goes_on, off, books = threading.Event(), list[int](), JournalWriter()

    def slow() -> int:
        goes_on.wait()
        return 7

    waiting = asyncio.create_task(books.write_durably(slow, off.append))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    goes_on.set()
    for _ in range(100):
        await asyncio.sleep(0.02)
        if off:
            break
    assert off == [7]
    await books.close()
