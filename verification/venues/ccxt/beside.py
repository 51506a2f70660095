"""Lets ccxt work beside the event loop: in a thread, with a loop and connections of its own.

ccxt decodes, judges and makes what it reads in one go. Of a long list that is a second in which nothing else
of the process would run.
"""

import asyncio
import contextvars
import copy
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from typing_extensions import override

from verification.venues.ccxt.governor import Request
from verification.venues.ccxt.outgoing import Outgoing

T = TypeVar("T")


async def beside(exchange: Any, work: Callable[[Any], Awaitable[T]]) -> T:
    """Do work with a twin of a ccxt exchange in another thread, and return what comes of it.

    The twin has the same keys and settings, and connections that end with the work. An exchange that was
    given its session can only work where that lives, and does.

    Raises:
        Exception: What the work raises.
    """
    if not exchange.own_session:
        return await work(exchange)
    errand = _Errand(exchange, work, asyncio.get_running_loop())
    context = contextvars.copy_context()
    # A thread of the standard pools is joined at exit: one that hangs would hold that up.
    run = partial(context.run, errand.run)
    threading.Thread(target=run, name=f"{exchange.id} beside", daemon=True).start()
    try:
        return await asyncio.wrap_future(errand.outcome)
    except asyncio.CancelledError:
        errand.give_up()
        raise


class _Errand:
    """One piece of work in a thread."""

    def __init__(
        self, exchange: Any, work: Callable[[Any], Awaitable[Any]], home: asyncio.AbstractEventLoop
    ) -> None:
        self.outcome: Future[Any] = Future()
        self._exchange = exchange
        self._work = work
        self._home = home
        self._given_up = False
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> None:
        """Do it. Called in the thread."""
        try:
            result = asyncio.run(self._done())
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is for whoever asked
            told: Callable[[], None] = partial(self.outcome.set_exception, error)
        else:
            told = partial(self.outcome.set_result, result)
        if self.outcome.set_running_or_notify_cancel():  # else nobody waits for it any more
            told()

    def give_up(self) -> None:
        """End it at its next request. Called at home."""
        self._given_up = True
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # it has ended just now
                self._loop.call_soon_threadsafe(self._task.cancel)

    async def _done(self) -> Any:
        self._task, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        if self._given_up:
            raise asyncio.CancelledError
        twin = _twin(self._exchange, self._home)
        try:
            return await self._work(twin)
        finally:
            await twin.close()


def _twin(exchange: Any, home: asyncio.AbstractEventLoop) -> Any:
    """Return an exchange with the same keys and settings, of which nothing belongs to another loop."""
    twin = copy.copy(exchange)
    twin.session = twin.tcp_connector = twin.aiohttp_socks_connector = twin.socks_proxy_sessions = None
    twin.asyncio_loop = twin.markets_loading = twin.shares = None
    twin.reloading_markets = False
    twin.clients = {}
    twin.options = dict(exchange.options)
    twin.throttler = copy.copy(exchange.throttler)
    twin.outgoing = _FromAfar(exchange.outgoing, home)
    return twin


class _FromAfar(Outgoing):
    """Asks the governor where it lives."""

    def __init__(self, own: Outgoing, home: asyncio.AbstractEventLoop) -> None:
        super().__init__(own.account, own.rates, own.governor)
        self._home = home

    @override
    async def admit(self, request: Request) -> None:
        asked: Future[None] = asyncio.run_coroutine_threadsafe(super().admit(request), self._home)
        try:
            await asyncio.wrap_future(asked)
        except asyncio.CancelledError:
            if asked.done() and not asked.cancelled() and asked.exception() is None:
                self.done(request)  # it was let out just now, and is not sent after all
            raise

    @override
    def done(self, request: Request) -> None:
        self._home.call_soon_threadsafe(super().done, request)

    @override
    def heard(self, path: str, status: int, headers: Mapping[str, str], body: str) -> None:
        self._home.call_soon_threadsafe(super().heard, path, status, headers, body)
