"""The connections to a server, all of which can be ended at once, also under whoever waits for an answer."""

import os
import socket
import threading
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import sqlalchemy as sa

HURRIED_SECONDS = 2
"""How long a new connection is waited for by a process that ends; nothing can cut that short."""


class Lines:
    """Knows every connection of an engine.

    A server that stands still, and a network that drops everything, neither answer nor refuse; a thread that
    waits for them hears nothing but that its socket was shut.
    """

    def __init__(self, engine: sa.Engine) -> None:
        """Nothing is connected yet."""
        self._lock = threading.Lock()
        self._made: WeakSet[Any] = WeakSet()
        self._hurried = self._ended = False
        sa.event.listen(engine, "do_connect", self._before)
        sa.event.listen(engine, "connect", self._after)

    def hurry(self) -> None:
        """Wait for each new connection a moment only."""
        self._hurried = True

    def end(self) -> None:
        """End every connection, and make no other one: whoever waits hears that it is lost."""
        with self._lock:
            self._ended = True
            made = tuple(self._made)
        for each in made:
            _shut(each)

    def _before(self, dialect: sa.Dialect, _: object, __: object, given: dict[str, Any]) -> None:
        if self._ended:
            driver: Any = dialect.loaded_dbapi
            raise driver.OperationalError("it was given up: this process ends")
        if self._hurried:
            given["connect_timeout"] = HURRIED_SECONDS

    def _after(self, connection: Any, _: object) -> None:
        with self._lock:
            self._made.add(connection)
            ended = self._ended
        if ended:
            _shut(connection)


def _shut(connection: Any) -> None:
    # Its own thread may just be closing it: then there is nothing to shut, and the driver says so.
    with suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
