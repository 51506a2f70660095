"""The gate before a page that notes who came; a browser that keeps its cookies; a clock that stands."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode

from dashboard.entrance.asgi import Message, Receive, Scope, Send
from dashboard.entrance.diary import Diary
from dashboard.entrance.doorkeeper import Doorkeeper
from dashboard.entrance.entrance import Entrance
from dashboard.entrance.key import KeyFile
from dashboard.entrance.known import Known
from dashboard.entrance.oidc import Conversation
from dashboard.entrance.place import places
from dashboard.entrance.vouching import AskedProvider
from dashboard.gate import Gate
from dashboard.identity import read
from dashboard.words.verdict import Unread
from reconciler.console import Accounts
from reconciler.facts.sign_in import Door
from reconciler.storage.accounts import StoredAccounts
from reconciler.storage.database import Database, migrate
from verification.facts.clock import Moment

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
PORT = 8501
HERE = f"127.0.0.1:{PORT}"
PAGE = {"accept": "text/html", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@dataclass
class Clock:
    """Stands until it is told to go on."""

    at: datetime = NOON

    def now(self) -> Moment:
        return Moment.at(self.at, (self.at - NOON).total_seconds())

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody sleeps {seconds} s here")

    def goes_on(self, by: timedelta) -> None:
        self.at += by


@dataclass
class Streamlit:
    """Stands behind the gate, and notes what reaches it."""

    seen: list[Scope] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(scope)
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"page"})
            return
        await receive()
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass

    @property
    def last(self) -> str:
        """Who came last, as the header says it: `operator ann`."""
        (header,) = [value for name, value in self.seen[-1]["headers"] if name == b"x-trueup-person"]
        person = read(header.decode())
        assert person is not None
        return f"{person.role} {person.name}"


@dataclass
class Answer:
    """What the gate answers."""

    status: int
    headers: list[tuple[str, str]]
    body: str

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name), "")

    @property
    def cookies(self) -> list[str]:
        return [value for key, value in self.headers if key == "set-cookie"]


class Doorway:
    """A gate of these settings over a folder that holds its secret, and a database of accounts."""

    def __init__(
        self,
        folder: Path,
        door: Door,
        *,
        clock: Clock | None = None,
        provider: AskedProvider | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.streamlit = Streamlit()
        self.away = False
        self.slow: Event | None = None
        self.key_file = folder / "trueup.sign-in"
        file = folder / "trueup.db"
        if not file.exists():
            file.write_bytes(_empty_database())
        self.database = Database.open(f"sqlite:///{file}", create=False)
        self.accounts = StoredAccounts(self.database, self.clock)
        whole = replace(door, key_file=str(self.key_file))
        keys, known = KeyFile(self.key_file), Known(self.clock, self._ask)
        self.doorkeeper = Doorkeeper(whole, keys, known, self.clock, PORT)
        diary = Diary(self.clock, self._ask)
        conversation = None if provider is None else Conversation(self.doorkeeper, provider, diary)
        self.entrance = Entrance(self.doorkeeper, diary, conversation)
        index = folder / "index.html"
        index.write_text("<html></html>")
        served = places(PORT, tls=door.certificate is not None, public_url=door.public_url)
        self.gate = Gate(self.streamlit, served, self.doorkeeper, self.entrance, index)

    def _ask(self, question: Callable[[Accounts], Any]) -> Any:
        if self.slow is not None:
            self.slow.wait(10)
        return Unread("away", self.clock.at) if self.away else question(self.accounts)

    @property
    def token(self) -> str:
        return KeyFile(self.key_file).key().link_token


@cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"sqlite:///{folder}/empty.db")
        return Path(folder, "empty.db").read_bytes()


class Browser:
    """Keeps cookies, says where it is, and follows nothing by itself."""

    def __init__(
        self, doorway: Doorway, host: str = HERE, scheme: str = "http", address: str = "127.0.0.1"
    ) -> None:
        self.doorway = doorway
        self.host, self.origin, self.address = host, f"{scheme}://{host}", address
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.asks("GET", path, {**PAGE, **headers})

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
        return self.asks("POST", path, {"origin": self.origin, **headers}, urlencode(form or {}).encode())

    def signs_in(self, name: str, password: str, onward: str = "/") -> Answer:
        return self.post("/sign-in", {"name": name, "password": password, "next": onward})

    def asks(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        said: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        asyncio.run(self.doorway.gate(self.scope("http", path, headers, method), receive, send))
        start, rest = said[0], b"".join(each.get("body", b"") for each in said[1:])
        found = [(key.decode().lower(), value.decode()) for key, value in start["headers"]]
        answer = Answer(start["status"], found, rest.decode())
        self._keeps(answer.cookies)
        return answer

    def opens_socket(self, **headers: str) -> list[Message]:
        """Open a socket, be silent, and return what is said until it closes or says nothing more."""
        return asyncio.run(self.on_socket(lambda: None, **headers))

    async def on_socket(self, meanwhile: Callable[[], None], **headers: str) -> list[Message]:
        said: list[Message] = []
        words = [{"type": "websocket.connect"}]

        async def receive() -> Message:
            if words:
                return words.pop()
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            said.append(message)
            if message["type"] == "websocket.accept":
                meanwhile()

        scope = self.scope("websocket", "/_stcore/stream", {"origin": self.origin, **headers})
        try:
            await asyncio.wait_for(self.doorway.gate(scope, receive, send), 0.5)
        except TimeoutError:
            said.append({"type": "still open"})
        return said

    def scope(self, kind: str, path: str, headers: dict[str, str], method: str = "GET") -> Scope:
        bare, _, query = path.partition("?")
        given = {"host": self.host, **headers}
        if self.cookies:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {
            "type": kind,
            "path": bare,
            "raw_path": bare.encode(),
            "query_string": query.encode(),
            "method": method,
            "client": (self.address, 40000),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
        }

    def _keeps(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
