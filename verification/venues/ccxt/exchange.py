"""Builds ccxt exchanges that fail loudly: ccxt unmodified, subclassed at run time."""

import asyncio
import difflib
import json
import logging
from decimal import Decimal
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

import aiohttp
import ccxt
import ccxt.pro
import orjson

from verification.facts.errors import SourceRejected
from verification.venues.capabilities import Capabilities, Shape, StreamRules
from verification.venues.ccxt.account_meant import must_be_meant, no_such_venue, obey, sandboxed
from verification.venues.ccxt.failures import AnswerMisshapen, PlaceRefused, VenueNotServing
from verification.venues.ccxt.keys import signing_secret
from verification.venues.ccxt.outgoing import OF_PROCESS, GovernorRegistry, Outgoing
from verification.venues.ccxt.shapes import lacking, misshapen, mute
from verification.venues.port import Access

_SUCCESS = range(200, 300)
_LAWFUL_REFUSAL = 451
_FORBIDDEN = 403
_TEXT = aiohttp.WSMsgType.TEXT

# At debug level ccxt logs request headers, and with them the key.
logging.getLogger("ccxt.base.exchange").setLevel(logging.INFO)


# Asked for all open orders, ccxt asks the spot market of many venues unless it is told another.
_CONTRACTS = {"defaultType": "swap"}


class Tap(Protocol):
    """What sits on the wire of a streaming exchange. `client` is ccxt's connection object."""

    def connected(self, client: Any) -> None:
        """A connection was made."""

    def heard(self, client: Any) -> None:
        """Any frame arrived, a pong too."""

    def frame(self, client: Any, text: str) -> None:
        """A frame arrived, which should be JSON."""

    def broken(self, client: Any, error: Exception) -> None:
        """Reading a frame failed."""

    def ended(self, client: Any, why: str) -> None:
        """The connection is gone."""


def build_exchange(
    access: Access,
    capabilities: Capabilities,
    tap: Tap | None = None,
    governors: GovernorRegistry = OF_PROCESS,
) -> Any:
    """Return a ccxt.pro exchange of the account's venue that raises instead of answering with nothing.

    What it sends passes the governor of its venue and address.

    Args:
        access: Whose keys, and what is merged into ccxt's constructor.
        capabilities: What is known of the venue.
        tap: Receives every frame of its streams; None for an exchange that only asks.
        governors: Where the governor is found.

    Raises:
        SourceRejected: ccxt knows no such venue, it is not one to use, it takes no such key, or the settings
            mean an account that would not be read.
    """
    if capabilities.instead is not None:
        raise SourceRejected(
            f"`{access.venue}` is several venues in one: name the futures one, `{capabilities.instead}`"
        )
    parent = _class_of(access.venue)
    outgoing = Outgoing(access.account, capabilities)
    body: dict[str, Any] = {
        "handle_errors": _strict_errors(parent, capabilities),
        "on_json_response": _decode,
        **outgoing.methods(parent),
    }
    if tap is not None:
        body |= _tapped(parent, tap)
    must_be_meant(access, capabilities)
    try:
        exchange = type(f"Strict_{access.venue}", (parent,), body)(_settings(access, capabilities))
    except (ccxt.NotSupported, TypeError) as error:
        if not sandboxed(access):
            raise
        raise no_such_venue(access, sandboxed(access)) from error
    obey(exchange, access)
    if capabilities.exceptions_of is not None:
        table = exchange.exceptions[capabilities.exceptions_of]["exact"]
        exchange.exceptions = exchange.deep_extend(exchange.exceptions, {"exact": table})
    exchange.options["maxRetriesOnFailure"] = 0  # ccxt would send again, uncounted, and an order twice
    outgoing.governor = governors.of(access, exchange, capabilities.rates)
    exchange.outgoing = outgoing
    return exchange


def _class_of(venue: str) -> Any:
    if venue in ccxt.pro.exchanges:
        return getattr(ccxt.pro, venue)
    near = difflib.get_close_matches(venue.lower(), ccxt.pro.exchanges, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "see the list of exchange ids in ccxt's manual"
    raise SourceRejected(f"ccxt knows no venue `{venue}`: {hint}")


def _settings(access: Access, capabilities: Capabilities) -> dict[str, Any]:
    stream = capabilities.stream or StreamRules()
    wire = {
        "keepAlive": int(stream.keep_alive * 1000),
        "connectionTimeout": int(stream.connect_timeout * 1000),
    }
    general = _CONTRACTS if capabilities.dialect is None else {}
    own: dict[str, Any] = {
        "apiKey": access.api_key,
        "secret": signing_secret(access, capabilities),
        "number": Decimal,
        "options": {**general, **capabilities.options, "ws": wire},
    }
    own = dict(ccxt.Exchange.deep_extend(own, dict(capabilities.settings)))
    if access.password is not None:
        own["password"] = access.password
    merged = ccxt.Exchange.deep_extend(own, dict(access.ccxt))
    merged["verbose"] = False  # it prints the keys
    merged["enableRateLimit"] = (
        False  # the governor limits; ccxt's window is of one client, by the wall clock
    )
    return dict(merged)


def _decode(_exchange: object, body: str) -> Any:
    """Decode JSON with fractions kept as the venue wrote them, which ccxt reads like any other text."""
    return json.loads(body, parse_float=str, object_pairs_hook=_unambiguous)


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. One that says two things under one name says nothing, and is no JSON to ccxt.

    Raises:
        ValueError: It does.
    """
    made = dict(pairs)
    if len(made) != len(pairs) and any(made[name] != value for name, value in pairs):
        raise ValueError("an object has a name twice")
    return made


def _must_be_let_in(code: int, response: object, body: str) -> None:
    if code == _LAWFUL_REFUSAL:
        raise PlaceRefused(body)
    if code == _FORBIDDEN and response is None:
        raise VenueNotServing(body)  # a page, and no answer of the venue's own


def _strict_errors(parent: Any, capabilities: Capabilities) -> Any:
    def handle_errors(  # noqa: PLR0917 - ccxt's own signature
        self: Any,
        code: int,
        reason: str,
        url: str,
        method: str,
        headers: Any,
        body: str,
        response: Any,
        request_headers: Any,
        request_body: Any,
    ) -> Any:
        _must_be_let_in(code, response, body)
        if code in _SUCCESS and response is None:
            raise AnswerMisshapen("the body is not JSON")
        if code in _SUCCESS and capabilities.envelope:
            wrong = lacking(response, Shape("the body", method, None, (capabilities.envelope,)))
            if wrong is not None:
                raise AnswerMisshapen(wrong)
        asked = (method, urlsplit(url).path, response, request_body if isinstance(request_body, str) else "")
        if code in _SUCCESS:
            wrong = mute(capabilities.shapes, *asked)
            if wrong is not None:
                raise AnswerMisshapen(wrong)
        result = parent.handle_errors(
            self, code, reason, url, method, headers, body, response, request_headers, request_body
        )
        if code in _SUCCESS:
            wrong = misshapen(capabilities.shapes, *asked)
            if wrong is not None:
                raise AnswerMisshapen(wrong)
        return result

    return handle_errors


def _tapped(parent: Any, tap: Tap) -> dict[str, Any]:
    def client(self: Any, url: str) -> Any:
        made = parent.client(self, url)
        if "handle_message" not in vars(made):
            made.handle_message = _guarded(made, tap)
            made.receive_loop = partial(_start_receiving, made)
        return made

    def handle_message(self: Any, client: Any, message: object) -> None:
        # ccxt's own parsers are left out: they keep stale rows, and what they raise ends its receive loop.
        # Only what is no JSON object still comes this way. With ccxt's parsers goes its note of pongs that
        # come as text: whoever sends anything at all is there.
        client.lastPong = self.milliseconds()
        tap.frame(client, message if isinstance(message, str) else orjson.dumps(message).decode())

    def on_connected(self: Any, client: Any, message: Any = None) -> None:
        parent.on_connected(self, client, message)
        tap.connected(client)

    def on_close(self: Any, client: Any, error: Any) -> None:
        parent.on_close(self, client, error)
        tap.ended(client, f"the venue closed the connection ({error})")

    def on_error(self: Any, client: Any, error: Any) -> None:
        parent.on_error(self, client, error)
        tap.ended(client, _kind_of_error(error))

    return {
        "client": client,
        "handle_message": handle_message,
        "on_connected": on_connected,
        "on_close": on_close,
        "on_error": on_error,
    }


def _kind_of_error(error: object) -> str:
    """Name a connection's failure without its text, which holds the address and in it the stream's key."""
    if isinstance(error, ccxt.RequestTimeout):
        return "the venue has fallen silent (no pong)"
    return f"the connection could not be made, or broke ({type(error).__name__})"


def _start_receiving(client: Any) -> None:
    # Kept by the connection, for the loop itself keeps tasks only weakly.
    client.receiving = client.asyncio_loop.create_task(_receive(client))


async def _receive(client: Any) -> None:
    """Read frames one after the other. ccxt starts a task for each, and a verdict waits for it."""
    try:
        while not client.closed():
            client.handle_message(await client.receive())
            await asyncio.sleep(0)  # whoever waits for what it said goes on before all the rest
            client.lastPong = client.last_message_at = ccxt.Exchange.milliseconds()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing more is read, and that is told
        client.on_error(ccxt.NetworkError(str(error)))
    else:
        client.on_close(1006)


def _guarded(client: Any, tap: Tap) -> Any:
    inner = client.handle_message

    def handle_message(message: Any) -> None:
        try:
            text = message.data
            if message.type is _TEXT and text[:1] == "{":
                tap.frame(client, text)  # ccxt gets here in five calls: a verdict waits for each of them
            else:
                tap.heard(client)
                inner(message)
        except Exception as error:  # noqa: BLE001 - in ccxt's receive loop it would end the loop unseen
            tap.broken(client, error)

    return handle_message
