"""Dials a WebSocket as ccxt would for an account: by its session, through its proxy, with its headers.

It is the session by which the account's ccxt exchange sends its requests: certificates and proxies of the
environment are the same, and where ccxt is given another session the stream goes by that. The settings have
ccxt's own names: `wsProxy`, `wssProxy`, `wsSocksProxy` (its other proxies are for requests only), and in
`options.ws` `keepAlive` and `connectionTimeout` in milliseconds, `headers`, `cookies` and `compress`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import ccxt

from verification.facts.errors import SourceError, SourceRejected, SourceUnreachable
from verification.venues.capabilities import StreamRules
from verification.venues.ccxt.failures import DOOR, PLACE

_LARGEST = 10 * 1024 * 1024  # bytes of one message, as many as ccxt takes
_WINDOW = 15  # offered for compression, as ccxt and browsers do: some venues turn away who offers none
_PLACE_NOT_SERVED, _FORBIDDEN, _OF_A_PROXY = 451, 403, 407
_SOCKS = {"aiohttp_socks", "python_socks"}


@dataclass(frozen=True, slots=True)
class Dialled:
    """A WebSocket that stands.

    Attributes:
        socket: It answers no ping, sends none and closes nothing by itself: whoever reads it does.
        keep_alive: Seconds between two pings; 0 if none is to be sent.
    """

    socket: aiohttp.ClientWebSocketResponse
    keep_alive: float


async def dial(exchange: Any, url: str, rules: StreamRules) -> Dialled:
    """Connect to an address, which may hold a key: no message and no error of this tells it.

    Args:
        exchange: The account's ccxt exchange.
        url: Where to.
        rules: How long it may take and how often it is to be pinged, where ccxt's options do not say.

    Raises:
        SourceError: There is no connection.
    """
    given = exchange.options.get("ws") or {}
    keep_alive = _seconds(given, "keepAlive", rules.keep_alive)
    seconds = _seconds(given, "connectionTimeout", 0) or rules.connect_timeout
    wire = given.get("options", {**exchange.streaming, **given})  # as ccxt takes them
    try:
        session, proxy = _way_out(exchange)
        for name, value in (wire.get("cookies") or {}).items():
            session.cookie_jar.update_cookies({name: value})
        async with asyncio.timeout(seconds):
            socket = await session.ws_connect(
                url,
                autoping=False,  # a pong shows that the venue is there, and is to be seen
                autoclose=False,
                headers=wire.get("headers"),
                proxy=proxy,
                compress=wire.get("compress", _WINDOW),
                max_msg_size=_LARGEST,
            )
    except TimeoutError:
        raise SourceUnreachable(f"{exchange.id}: the stream: no connection within {seconds:g} s") from None
    except (aiohttp.ClientError, ccxt.BaseError, OSError, ValueError) as error:
        raise _told(exchange.id, error) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in _SOCKS:
            raise
        raise _told(exchange.id, error) from None
    return Dialled(socket, keep_alive)


def _way_out(exchange: Any) -> tuple[aiohttp.ClientSession, str | None]:
    """Return the session to dial by and the proxy to name to it, as ccxt chooses them.

    Raises:
        ccxt.BaseError: The proxies contradict each other, or one needs a package that is not there.
    """
    exchange.open(True)  # noqa: FBT003 - ccxt's own: not once it is closed
    plain, secure, socks = exchange.check_ws_proxy_settings()
    session = exchange.get_socks_proxy_session(socks) if socks else exchange.session
    return session, plain or secure


def _seconds(options: Mapping[str, Any], name: str, usual: float) -> float:
    """Return an option of ccxt's, which counts milliseconds."""
    value = options.get(name)
    return usual if value is None else float(value) / 1000


def _told(venue: str, error: Exception) -> SourceError:
    """Return the error to raise instead. The text of the first one may hold the address, and in it a key."""
    start = f"{venue}: the stream's connection could not be made"
    if isinstance(error, ccxt.BaseError):
        return SourceRejected(f"{start}: {error}")  # its words are of the settings' names
    if isinstance(error, aiohttp.ClientResponseError):
        if isinstance(error, aiohttp.ClientHttpProxyError) or error.status == _OF_A_PROXY:
            return SourceUnreachable(f"{start}: its proxy answered HTTP {error.status}")
        if error.status == _PLACE_NOT_SERVED:
            return SourceRejected(f"{start}: {PLACE}")
        if error.status == _FORBIDDEN:
            return SourceUnreachable(f"{start}: {DOOR}")
        return SourceUnreachable(f"{start}: the venue answered HTTP {error.status}")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return SourceUnreachable(f"{start}: its proxy cannot be reached")
    if isinstance(error, aiohttp.InvalidURL):
        return SourceRejected(f"{start}: its address, or its proxy's, is none: see `urls` in its `ccxt`")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return SourceUnreachable(f"{start}: the certificate of what answers is not to be trusted")
    return SourceUnreachable(f"{start} ({type(error).__name__})")
