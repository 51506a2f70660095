"""One request and one answer, between the HTTP server and a venue's face."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

# What the venues call the header that carries the sender's key.
_API_KEYS = ("x-mbx-apikey", "x-bapi-api-key")
# What the venues call the sender's own id: of an order, of a conditional one, and where it is asked for.
_CLIENT_IDS = ("orderLinkId", "newClientOrderId", "origClientOrderId", "clientAlgoId")


def sender_of(api_key: str) -> str:
    """Return what a sender is called where its key must not stand: the beginning of the key's digest."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:8] if api_key else "no key"


def venue_id(symbol: str) -> str:
    """Return a symbol as venues write it, whichever spelling it came in: `AVLUSDT`."""
    return symbol.split(":", maxsplit=1)[0].replace("/", "").upper()


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived.

    Attributes:
        method: `GET`, `POST`, `PUT` or `DELETE`.
        path: Without the query.
        query: The query as sent.
        body: The body as sent.
        headers: By lower-case name.
        peer: The address that it came from.
    """

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    peer: str = "127.0.0.1"

    @property
    def address(self) -> str:
        """Return the address that it is counted to: what a proxy says (`X-Forwarded-For`), or the peer.

        All clients of a machine come from one loopback address. What stands for another exit says so with
        this header, which ccxt sends when its `headers` have it.
        """
        return self.headers.get("x-forwarded-for") or self.peer

    @property
    def api_key(self) -> str:
        """Return the sender's API key, empty when there is none."""
        return next((self.headers[name] for name in _API_KEYS if self.headers.get(name)), "")

    @property
    def params(self) -> dict[str, str]:
        """Return the parameters of query and body, be it a form or JSON."""
        found = dict(parse_qsl(self.query, keep_blank_values=True))
        if self.body.startswith("{"):
            return found | _of_json(self.body)
        return found | dict(parse_qsl(self.body, keep_blank_values=True))

    @property
    def symbol(self) -> str | None:
        """Return the venue's id of the symbol the request names; None when it names none."""
        named = self.params.get("symbol")
        return venue_id(named) if named else None

    @property
    def client_id(self) -> str | None:
        """Return the sender's own id of the order that the request is about; None when it names none."""
        params = self.params
        return next((params[name] for name in _CLIENT_IDS if params.get(name)), None)


def _of_json(body: str) -> dict[str, str]:
    """Return the fields of a JSON object as text; none of what is no such object."""
    try:
        fields = json.loads(body, parse_float=str)
    except ValueError:
        return {}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in fields.items()
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the venue answers: a status, a body that becomes JSON (a text stays one), and its headers."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Face(Protocol):
    """One venue's protocol over the engine."""

    def refuse(self, status: int, code: int, message: str) -> Answer:
        """Return an error in the venue's form, with any code."""

    def answer(self, call: Call) -> Answer:
        """Check a request, apply it, and return the answer. A refusal is an answer too."""
