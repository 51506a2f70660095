"""What stands in front of Streamlit: only those who were let in, and only the page's own requests.

A foreign page in the same browser can send requests and open sockets to this machine. Streamlit answers a
foreign socket only after it has asked an outside address for its own, during which the page stands still, and
one without an origin it lets in. So both are turned away before it sees them. And whoever has not signed in
sees nothing of Streamlit, its files and its sockets neither: only that it is alive.
"""

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response

from dashboard.entrance.answers import on_to, refused
from dashboard.entrance.asgi import App, Message, Receive, Scope, Send, small, values
from dashboard.entrance.doorkeeper import Doorkeeper, Entered
from dashboard.entrance.dress import Dress
from dashboard.entrance.entrance import Entrance
from dashboard.entrance.key import KeyFileError
from dashboard.entrance.place import Place
from dashboard.entrance.proxied import SECRET_HEADER, is_forged
from dashboard.entrance.sender import came_past_the_proxy
from dashboard.entrance.vigil import watched
from dashboard.identity import HEADER, written
from reconciler.facts.person import Person

HEALTH = "/_stcore/health"
"""Says that the process is alive, and nothing else."""

NOW = "/now"
"""The first page, which Streamlit serves at the top alone; all others have an address of this kind."""

_POLICY_VIOLATION = 1008  # RFC 6455, 7.4.1


class Gate:
    """ASGI middleware. A request goes on in the name of whoever was let in, under the machine's own name."""

    def __init__(
        self,
        app: App,
        places: Mapping[str, Place],
        doorkeeper: Doorkeeper,
        entrance: Entrance,
        index: Path,
    ) -> None:
        """`places` are those that are served, by host; `index` is Streamlit's page."""
        self._app = app
        self._places = places
        self._prefixes = {place.prefix for place in places.values() if place.prefix}
        self._own = next(iter(places))
        self._doorkeeper = doorkeeper
        self._entrance = entrance
        self._dress = Dress(index.read_bytes())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Turn a foreign request away, ask who comes, or pass it on and dress the answer."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, self._dress.on(send))
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = self._stripped(scope)
        if scope["path"] == HEALTH and scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        place = self._place(scope, socket=False)
        if isinstance(place, str):
            await refused(place, 403)(scope, receive, send)
            return
        try:
            entered = await self._doorkeeper.entered(scope, place)
            answer = await self._instead(scope, receive, place, entered)
        except KeyFileError as error:
            await refused(str(error), 503)(scope, receive, send)
            return
        if answer is not None:
            await answer(scope, receive, send)
        elif entered is not None:
            await self._entrance.passes(scope, entered)
            renewed = self._doorkeeper.renewed(entered, place)
            await self._app(self._inward(scope, entered.person), receive, _setting(send, renewed))

    async def _instead(
        self, scope: Scope, receive: Receive, place: Place, entered: Entered | None
    ) -> Response | None:
        """Return what is answered in Streamlit's place; None where somebody may go on to it."""
        if self._entrance.is_mine(scope["path"]):
            return await self._entrance.answer(scope, receive, place, entered)
        linked = await self._entrance.comes_by_link(scope, place, entered)
        if linked is not None:
            return linked
        if entered is None:
            return await self._entrance.challenge(scope, place)
        if scope["path"].rstrip("/") == NOW and scope["method"] in {"GET", "HEAD"}:
            asked = scope["query_string"].decode("latin-1")
            return on_to(place, f"/?{asked}" if asked else "/")
        return None

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope = self._stripped(scope)
        place = self._place(scope, socket=True)
        try:
            entered = None if isinstance(place, str) else await self._doorkeeper.entered(scope, place)
            key = self._doorkeeper.key() if entered is not None and entered.session is not None else None
        except KeyFileError:
            entered, key = None, None
        if entered is None:
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return

        async def stands() -> bool:
            try:
                return key is None or await self._doorkeeper.stands(entered, key)
            except KeyFileError:
                return False

        await watched(self._app, self._inward(scope, entered.person), receive, send, stands)

    def _place(self, scope: Scope, *, socket: bool) -> Place | str:
        """Return where a request was sent to; or why it is not the page's own."""
        hosts, origins = small(scope, "host"), small(scope, "origin")
        place = self._places.get(hosts[0]) if len(hosts) == 1 else None
        if place is None:
            return "This is Trueup's dashboard. It is served under its own address only: see the terminal."
        if came_past_the_proxy(scope, self._doorkeeper.door):
            return "This is Trueup's dashboard. It is served through its proxy only."
        if is_forged(scope, self._doorkeeper.door):
            return "Only the proxy of the settings may say who is there."
        if socket and not origins:
            return "A socket without an origin is not of this page."
        if any(origin != place.origin for origin in origins) or _from_elsewhere(scope):
            return "This request comes from another page."
        return place

    def _stripped(self, scope: Scope) -> Scope:
        """Return the request as if the pages stood at the top of their host, whatever a proxy left on."""
        for prefix in self._prefixes:
            path = scope["path"]
            if path == prefix or path.startswith(f"{prefix}/"):
                rest = path[len(prefix) :] or "/"
                return {**scope, "path": rest, "raw_path": rest.encode(), "root_path": ""}
        return scope

    def _inward(self, scope: Scope, person: Person) -> Scope:
        """Return the request as Streamlit gets it: of this person, and under a name that it knows."""
        scope = vouched(scope, person)
        own = self._places[self._own]
        ours = {b"host": own.host.encode(), b"origin": own.origin.encode()}
        hidden = {SECRET_HEADER.encode(), b"authorization"}
        headers = [
            (key, ours.get(bytes(key).lower(), value))
            for key, value in scope["headers"]
            if bytes(key).lower() not in hidden
        ]
        return {**scope, "headers": headers}


def vouched(scope: Scope, person: Person) -> Scope:
    """Return the request in the name of this person, and of nobody that it names itself."""
    name = HEADER.encode()
    kept = [pair for pair in scope["headers"] if bytes(pair[0]).lower().replace(b"_", b"-") != name]
    return {**scope, "headers": [*kept, (name, written(person).encode())]}


def _from_elsewhere(scope: Scope) -> bool:
    """Return True where the browser itself says so: an image or a script of a page names no origin.

    A person who follows a link from elsewhere is let in (`navigate`), but not into a frame.
    """
    if not set(small(scope, "sec-fetch-site")) & {"cross-site", "same-site"}:
        return False
    followed = small(scope, "sec-fetch-mode") == ["navigate"] and scope.get("method") == "GET"
    return not (followed and values(scope, "sec-fetch-dest") == ["document"])


def _setting(send: Send, cookie: str | None) -> Send:
    """Return `send` that gives out a cookie with the answer, where there is one to give."""
    if cookie is None:
        return send

    async def setting(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", ()), (b"set-cookie", cookie.encode())]
            message = {**message, "headers": headers}
        await send(message)

    return setting
