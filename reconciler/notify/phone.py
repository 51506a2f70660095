"""A channel that can be answered: the port, and how its servers are asked, within bounds."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp
import orjson

from reconciler.notify.answer import Answer, masked
from reconciler.notify.courier import SEND_SECONDS, Courier
from reconciler.notify.reply import Heard, Reply, Shown
from verification.budget.venue_pause import told_wait
from verification.facts.clock import SystemClock

HEAR_SECONDS = 25.0
"""How long a server is asked to wait until somebody answers."""

ANSWER_BYTES = 4 * 1024 * 1024
_LONGEST_WAIT = 24 * 3600
_OK = 200


class Phone(Courier, Protocol):
    """What takes messages to a phone and hears its answers. Nothing of it raises for what a server does."""

    async def hear(self, cursor: str) -> Heard:
        """Return what was answered after `cursor`, empty for the first time; waits until there is something.

        What was heard is heard again until its cursor was given back: give it back once it is stored.
        """

    async def tell(self, reply: Reply, text: str) -> None:
        """Show a person what came of their answer. It may be lost: what counts is stored."""

    async def amend(self, shown: Shown) -> Answer:
        """Have a message on the phone say how what it tells stands now; taken too where it is gone."""


@dataclass(frozen=True, slots=True)
class Got:
    """What a server answered.

    Attributes:
        status: The HTTP status; 0 where there was no answer.
        body: The JSON of it; empty where it is no JSON object.
        wait: Seconds for which it asks us to wait; None where it does not say.
        error: Why there was no answer, in words without the address.
        lines: The body as it came, for what is JSON line by line.
    """

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    wait: float | None = None
    error: str = ""
    lines: bytes = b""

    @property
    def ok(self) -> bool:
        """True where it did what it was asked for."""
        return self.status == _OK


class Line:
    """One HTTP session to a server of ours, made when it is first needed."""

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        """`headers` go with every request."""
        self._headers = headers or {}
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session; proxies of the environment are used."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                trust_env=True, headers={"User-Agent": "trueup", **self._headers}
            )
        return self._session

    async def post(self, url: str, body: Mapping[str, Any], seconds: float = SEND_SECONDS) -> Got:
        """Post JSON and return what came back. Redirects are not followed: a secret is in the address."""
        return await self.post_bytes(url, orjson.dumps(body), {}, seconds)

    async def post_bytes(
        self, url: str, body: bytes, headers: Mapping[str, str], seconds: float = SEND_SECONDS
    ) -> Got:
        """As `post`, of JSON that is written already, with further headers."""
        return await self._ask("POST", url, body, {"Content-Type": "application/json", **headers}, seconds)

    async def get(self, url: str, seconds: float = SEND_SECONDS) -> Got:
        """Ask and return what came back. Redirects are not followed."""
        return await self._ask("GET", url, None, {}, seconds)

    async def _ask(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float
    ) -> Got:
        try:
            async with (
                asyncio.timeout(seconds),
                self.session.request(
                    method, url, data=body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                raw = await answer.content.read(ANSWER_BYTES)
                while not answer.content.at_eof() and len(raw) < ANSWER_BYTES:
                    raw += await answer.content.read(ANSWER_BYTES - len(raw))
                return got(answer, raw)
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends nothing, and may hold the address
            return Got(0, error=met(error, seconds))

    async def close(self) -> None:
        """End it."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()


def got(answer: aiohttp.ClientResponse, raw: bytes) -> Got:
    """Return what a server answered, as far as it is JSON."""
    try:
        body = orjson.loads(raw)
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    parameters = body.get("parameters")
    named = parameters.get("retry_after") if isinstance(parameters, dict) else None
    wait = float(named) if isinstance(named, int | float) and 0 < named <= _LONGEST_WAIT else None
    if wait is None:
        wait = told_wait(answer.headers, "", SystemClock().now().utc)
    return Got(answer.status, body, wait, lines=raw)


def met(error: BaseException, seconds: float) -> str:
    """Say what a request met, and nothing of where it went."""
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:.0f} s"
    if isinstance(error, aiohttp.ClientConnectorError):
        return "its server cannot be reached"
    return f"it could not be sent ({type(error).__name__})"


def said_of(answered: Got, secret: str) -> str:
    """Return what a server said, one line without the secret."""
    if answered.error:
        return masked(answered.error, secret)
    named = answered.body.get("description") or answered.body.get("error") or ""
    return masked(f"HTTP {answered.status} {named if isinstance(named, str) else ''}".strip(), secret)


def fitting(text: str, most: int, size: "Sizes") -> str:
    """Return text cut to what a service takes, by its own measure."""
    if size(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(text[:middle] + "…") <= most else (low, middle - 1)
    return text[:low] + "…"


class Sizes(Protocol):
    """How a service measures text."""

    def __call__(self, text: str, /) -> int:
        """Return its size."""


def utf16_units(text: str) -> int:
    """Return the size as Telegram measures it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """Return the size as ntfy measures it."""
    return len(text.encode("utf-8", "surrogatepass"))
