"""What stands in front of Streamlit: only the page's own requests get in, and no other page may frame it.

A foreign page in the same browser can send requests and open sockets to this machine. Streamlit answers a
foreign socket only after it has asked an outside address for its own, during which the page stands still, and
one without an origin it lets in. So both are turned away before it sees them.
"""

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

from dashboard.identity import HEADER, written
from dashboard.launch import LOOPBACK
from reconciler.facts.person import Person
from reconciler.facts.token import Role

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_WITH_THE_LINK = Person("", Role.ADMIN)
_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1
_INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def places(port: int) -> frozenset[str]:
    """Return the hosts, with the port, under which a dashboard on this machine is reached."""
    return frozenset(f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in LOOPBACK)


def policy(page: bytes) -> str:
    """Return the content policy of the page: nothing from anywhere else, in no frame, its own inline script.

    Streamlit's components are modules of the page's own, made in it (`blob:`).
    """
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in _INLINE.findall(page))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: 'wasm-unsafe-eval' {scripts}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _digest(script: bytes) -> str:
    return base64.b64encode(hashlib.sha256(script).digest()).decode()


class Gate:
    """ASGI middleware. Reads headers only; what it lets in goes on as it came."""

    def __init__(self, app: App, hosts: Iterable[str], index: Path) -> None:
        """`hosts` are the places that are served, `127.0.0.1:8501`; `index` is Streamlit's page."""
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = (
            (b"content-security-policy", policy(index.read_bytes()).encode()),
            (b"x-frame-options", b"DENY"),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turn a foreign request away, or pass it on and dress the answer."""
        if scope["type"] == "websocket":
            if self._foreign(scope, socket=True) is None:
                await self._app(vouched(scope, _WITH_THE_LINK), receive, send)
                return
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        elif scope["type"] == "http":
            why = self._foreign(scope, socket=False)
            if why is None:
                await self._app(vouched(scope, _WITH_THE_LINK), receive, self._dressed(send))
            else:
                await _refuse(self._dressed(send), why)
        else:
            await self._app(scope, receive, send)

    def _foreign(self, scope: Scope, *, socket: bool) -> str | None:
        """Return why a request is not the page's own; None if it is."""
        hosts, origins = _all(scope, b"host"), _all(scope, b"origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return "This is Trueup's dashboard. It is served under its own address only: see the terminal."
        if socket and not origins:
            return "A socket without an origin is not of this page."
        if any(origin != f"http://{hosts[0]}" for origin in origins) or _from_elsewhere(scope):
            return "This request comes from another page."
        return None

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = {name for name, _ in self._headers}
                kept = [pair for pair in message.get("headers", ()) if bytes(pair[0]).lower() not in ours]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        return dressed


def _from_elsewhere(scope: Scope) -> bool:
    """Return True where the browser itself says so: an image or a script of a page names no origin.

    A person who follows a link from elsewhere is let in (`navigate`), but not into a frame.
    """
    if not set(_all(scope, b"sec-fetch-site")) & {"cross-site", "same-site"}:
        return False
    followed = _all(scope, b"sec-fetch-mode") == ["navigate"] and scope.get("method") == "GET"
    return not (followed and _all(scope, b"sec-fetch-dest") == ["document"])


def vouched(scope: Scope, person: Person) -> Scope:
    """Return the request in the name of this person, and of nobody that it names itself."""
    name = HEADER.encode()
    kept = [pair for pair in scope["headers"] if bytes(pair[0]).lower().replace(b"_", b"-") != name]
    return {**scope, "headers": [*kept, (name, written(person).encode())]}


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip().lower() for key, value in scope["headers"] if key.lower() == name]


async def _refuse(send: Send, why: str) -> None:
    body = f"{why}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
