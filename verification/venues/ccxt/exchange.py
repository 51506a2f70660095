"""Builds ccxt exchanges that fail loudly: ccxt unmodified, subclassed at run time."""

import difflib
import json
import logging
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import ccxt
import ccxt.pro

from verification.facts.errors import SourceRejected
from verification.venues.capabilities import Capabilities, Shape
from verification.venues.ccxt.account_meant import must_be_meant, no_such_venue, obey, sandboxed
from verification.venues.ccxt.connections import Connections
from verification.venues.ccxt.failures import AnswerMisshapen, PlaceRefused, VenueNotServing
from verification.venues.ccxt.keys import signing_secret
from verification.venues.ccxt.likeness import Likeness, likeness_of
from verification.venues.ccxt.long_list import Undecoded, left
from verification.venues.ccxt.outgoing import OF_PROCESS, GovernorRegistry, Outgoing, led_through
from verification.venues.ccxt.shapes import lacking, misshapen, mute, rule_for
from verification.venues.port import Access

_SUCCESS = range(200, 300)
_LAWFUL_REFUSAL = 451
_FORBIDDEN = 403

# At debug level ccxt logs request headers, and with them the key.
logging.getLogger("ccxt.base.exchange").setLevel(logging.INFO)


# Asked for all open orders, ccxt asks the spot market of many venues unless it is told another.
_CONTRACTS = {"defaultType": "swap"}

_CONSTANT = ("api", "exceptions", "features", "has")
"""The tables of a venue that ccxt merges anew for each exchange and never writes to: a third of its size."""

_AS_DESCRIBED = frozenset(_CONSTANT) - {"features"}
"""Those of them that it leaves as they are while it makes an exchange, too."""

_tables: dict[str, dict[str, Any]] = {}
"""The last of these tables of each venue, for whatever exchange has equal ones."""


def build_exchange(
    access: Access,
    capabilities: Capabilities,
    governors: GovernorRegistry = OF_PROCESS,
    connections: Connections | None = None,
) -> Any:
    """Return a ccxt.pro exchange of the account's venue that raises instead of answering with nothing.

    What it sends passes the governor of its venue and address.

    Args:
        access: Whose keys, and what is merged into ccxt's constructor.
        capabilities: What is known of the venue.
        governors: Where the governor is found.
        connections: Where connections are shared with accounts that are alike; None for some of its own.

    Raises:
        SourceRejected: ccxt knows no such venue, it is not one to use, it takes no such key, or the settings
            mean an account that would not be read.
    """
    if capabilities.instead is not None:
        raise SourceRejected(
            f"`{access.venue}` is several venues in one: name the futures one, `{capabilities.instead}`"
        )
    kind = _strict(_class_of(access.venue), access.venue)
    must_be_meant(access, capabilities)
    try:
        exchange = kind(_settings(access, capabilities))
    except (ccxt.NotSupported, TypeError) as error:
        if not sandboxed(access):
            raise
        raise no_such_venue(access, sandboxed(access)) from error
    exchange.known = capabilities
    obey(exchange, access)
    if capabilities.exceptions_of is not None:
        table = exchange.exceptions[capabilities.exceptions_of]["exact"]
        exchange.exceptions = exchange.deep_extend(exchange.exceptions, {"exact": table})
    exchange.options["maxRetriesOnFailure"] = 0  # ccxt would send again, uncounted, and an order twice
    exchange.outgoing = Outgoing(
        access.account, capabilities.rates, governors.of(access, exchange, capabilities.rates)
    )
    if connections is not None:
        exchange.shares = connections, likeness_of(access, capabilities)
    _share_tables(exchange)
    return exchange


@cache
def _strict(parent: Any, venue: str) -> Any:
    """Return the class of all exchanges of a venue: ccxt's own, in which what must not pass silently raises.

    It is one for all of them, for ccxt writes a second name of each of its thousand methods into it.
    """
    body: dict[str, Any] = {
        "describe": _described(parent),
        "handle_errors": _strict_errors(parent),
        "on_json_response": _decode,
        "open": _opening(parent),
        "close": _closing(parent),
        "known": None,
        "outgoing": None,
        "shares": None,
        # Milliseconds that ccxt waits for connections to be gone: aiohttp waits for that itself by now.
        "timeout_on_exit": 0,
        **led_through(parent),
    }
    return type(f"Strict_{venue}", (parent,), body)


def _described(parent: Any) -> Any:
    """Return a `describe` that has ccxt put a venue's tables together once.

    They are the same for every exchange of a class, and to make them ccxt makes another whole exchange. Only
    where a table refers to its own exchange (how some of them are pinged) it is made anew for each.
    """
    known: dict[str, Any] = {}

    def describe(self: Any) -> dict[str, Any]:
        if not known:
            tables = parent.describe(self)
            if not _is_plain(tables):
                return dict(tables)
            known.update(tables)
        return {name: table if name in _AS_DESCRIBED else _copied(table) for name, table in known.items()}

    return describe


def _is_plain(table: Any) -> bool:
    if isinstance(table, dict | list | tuple):
        return all(map(_is_plain, table.values() if isinstance(table, dict) else table))
    return isinstance(table, type) or not callable(table)


def _copied(table: Any) -> Any:
    """Return a table that its exchange may write to."""
    if isinstance(table, dict):
        return {name: _copied(each) for name, each in table.items()}
    return [_copied(each) for each in table] if isinstance(table, list) else table


def _opening(parent: Any) -> Any:
    def open(self: Any, lazy: bool = False) -> None:  # noqa: A001, FBT001, FBT002 - ccxt's own
        shares: tuple[Connections, Likeness] | None = self.shares
        closed = lazy and self.closed_by_user
        if shares is not None and self.own_session and self.session is None and not closed:
            connections, likeness = shares
            connections.lend(self, likeness)
        parent.open(self, lazy)

    return open


def _closing(parent: Any) -> Any:
    async def close(self: Any, clean_instance_data: bool = False) -> None:  # noqa: FBT001, FBT002 - ccxt's own
        try:
            await parent.close(self, clean_instance_data)
        finally:
            if self.shares is not None:
                await self.shares[0].give_back(self)

    return close


def _share_tables(exchange: Any) -> None:
    tables = _tables.setdefault(str(exchange.id), {})
    for name in _CONSTANT:
        own = getattr(exchange, name)
        if tables.setdefault(name, own) == own:
            setattr(exchange, name, tables[name])


def _class_of(venue: str) -> Any:
    if venue in ccxt.pro.exchanges:
        return getattr(ccxt.pro, venue)
    near = difflib.get_close_matches(venue.lower(), ccxt.pro.exchanges, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "see the list of exchange ids in ccxt's manual"
    raise SourceRejected(f"ccxt knows no venue `{venue}`: {hint}")


def _settings(access: Access, capabilities: Capabilities) -> dict[str, Any]:
    general = _CONTRACTS if capabilities.dialect is None else {}
    own: dict[str, Any] = {
        "apiKey": access.api_key,
        "secret": signing_secret(access, capabilities),
        "number": Decimal,
        "options": {**general, **capabilities.options},
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
    undecoded = left(body)
    if undecoded is not None:
        return undecoded
    return _JSON.decode(body)


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object. One that says two things under one name says nothing, and is no JSON to ccxt.

    Raises:
        ValueError: It does.
    """
    made = dict(pairs)
    if len(made) != len(pairs) and any(made[name] != value for name, value in pairs):
        raise ValueError("an object has a name twice")
    return made


_JSON = json.JSONDecoder(parse_float=str, object_pairs_hook=_unambiguous)


def _must_be_let_in(code: int, response: object, body: str) -> None:
    if code == _LAWFUL_REFUSAL:
        raise PlaceRefused(body)
    if code == _FORBIDDEN and response is None:
        raise VenueNotServing(body)  # a page, and no answer of the venue's own


def _strict_errors(parent: Any) -> Any:
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
        capabilities: Capabilities = self.known
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
        if isinstance(response, Undecoded) and response.leave(
            rule_for(capabilities.shapes, method, asked[1])
        ):
            return result
        if code in _SUCCESS:
            wrong = misshapen(capabilities.shapes, *asked)
            if wrong is not None:
                raise AnswerMisshapen(wrong)
        return result

    return handle_errors
