"""Cuts the connections to a database that says nothing, so that no write waits for ever."""

import os
import socket
import threading
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

SILENCE_SECONDS = 15.0
"""After so long without an answer a connection to PostgreSQL is cut. Its own time limits come before that;
a server that is stopped, or a network that swallows everything, keeps none of them."""


class Silence:
    """Ends the connections of an engine when an answer does not come in time: whoever waits gets an error."""

    def __init__(self, engine: sa.Engine) -> None:
        """Watch every connection that the engine makes."""
        self._open: set[Any] = set()
        self._timers: dict[int, threading.Timer] = {}
        sa.event.listen(engine, "connect", lambda raw, _: self._open.add(raw))
        sa.event.listen(engine, "close", lambda raw, _: self._open.discard(raw))

    def __enter__(self) -> None:
        """Begin to wait."""
        timer = threading.Timer(SILENCE_SECONDS, self._cut)
        timer.daemon = True
        self._timers[threading.get_ident()] = timer
        timer.start()

    def __exit__(self, *_: object) -> None:
        """The answer came, or an error did."""
        self._timers.pop(threading.get_ident()).cancel()

    def _cut(self) -> None:
        for raw in list(self._open):
            if not raw.closed:
                with suppress(OSError), socket.socket(fileno=os.dup(raw.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)
