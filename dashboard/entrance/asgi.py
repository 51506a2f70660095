"""The shapes of ASGI, and what is read of a request."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def values(scope: Scope, name: str) -> list[str]:
    """Return what a request says under a header, once for each time that it does."""
    wanted = name.encode()
    return [
        bytes(value).decode("latin-1").strip()
        for key, value in scope["headers"]
        if bytes(key).lower() == wanted
    ]


def small(scope: Scope, name: str) -> list[str]:
    """Return the same in small letters."""
    return [value.lower() for value in values(scope, name)]


def cookies(scope: Scope, name: str) -> list[str]:
    """Return every cookie of a name, for a browser may hold several of different paths."""
    pairs = (part.partition("=") for line in values(scope, "cookie") for part in line.split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def peer(scope: Scope) -> str:
    """Return the address from which a request came; empty where that is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""
