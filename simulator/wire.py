"""One request and one answer, between the HTTP server and a venue's face."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

# What the venues call the sender's own id: of an order, of a conditional one, and where it is asked for.
_CLIENT_IDS = ("orderLinkId", "newClientOrderId", "origClientOrderId", "clientAlgoId")


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
    """

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

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
    """What the venue answers: a status, and a body that becomes JSON."""

    status: int
    body: Any


class Face(Protocol):
    """One venue's protocol over the engine."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Return what every answer carries."""

    def refuse(self, status: int, code: int, message: str) -> Answer:
        """Return an error in the venue's form, with any code."""

    def answer(self, call: Call) -> Answer:
        """Check a request, apply it, and return the answer. A refusal is an answer too."""
