"""The venues that can be simulated, by name: each an engine's face towards the wire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from simulator.binance import urls as binance_urls
from simulator.binance.context import Context as BinanceContext
from simulator.binance.face import BinanceFace
from simulator.binance.limits import BinanceLimits
from simulator.binance.listen_keys import ListenKeys
from simulator.binance.stream import BinanceStream
from simulator.bybit import urls as bybit_urls
from simulator.bybit.attached import Attached
from simulator.bybit.context import Context as BybitContext
from simulator.bybit.face import BybitFace
from simulator.bybit.limits import BybitLimits
from simulator.bybit.stream import BybitStream
from simulator.bybit.trading import forget_ended
from simulator.engine.exchange import Exchange
from simulator.faults.faults import Faults
from simulator.serving.acceptance import Acceptance
from simulator.serving.credentials import Credentials
from simulator.serving.limits import Limits
from simulator.serving.streams import StreamFace
from simulator.wire import Face


@dataclass(frozen=True, slots=True)
class Venue:
    """What every face is made for.

    Attributes:
        exchange: The engine.
        faults: The faults in force.
        credentials: Who may ask.
        listen_keys: The keys of the user streams, where the venue has any.
        acceptance: What is acknowledged before it is carried out, where the venue does that.
    """

    exchange: Exchange
    faults: Faults
    credentials: Credentials
    listen_keys: ListenKeys
    acceptance: Acceptance


@dataclass(frozen=True, slots=True)
class Spoken:
    """One venue's protocol.

    Attributes:
        title: The venue's name, for people.
        ccxt_id: Its exchange id in ccxt.
        rest: Its requests.
        stream: Its sockets.
        limits: How often it lets itself be asked.
        ccxt_config: Returns what points ccxt at an address.
        started: Called when the venue opens its doors, the first time or anew.
    """

    title: str
    ccxt_id: str
    rest: Face
    stream: StreamFace
    limits: Limits
    ccxt_config: Callable[[str], dict[str, Any]]
    started: Callable[[], None]


def _binance(venue: Venue) -> Spoken:
    keys = venue.listen_keys
    context = BinanceContext(venue.exchange, venue.faults, venue.credentials, keys)
    stream = BinanceStream(venue.exchange.truth, keys)
    face, config = BinanceFace(context), binance_urls.ccxt_config
    limits = BinanceLimits(venue.exchange.clock)
    return Spoken("Binance USD-M", "binanceusdm", face, stream, limits, config, started=lambda: None)


def _bybit(venue: Venue) -> Spoken:
    context = BybitContext(venue.exchange, venue.faults, venue.credentials, venue.acceptance)
    venue.exchange.listen(Attached(venue.exchange).follow)
    stream = BybitStream(context)
    face, config = BybitFace(context), bybit_urls.ccxt_config
    limits, started = BybitLimits(venue.exchange.clock), partial(forget_ended, context)
    return Spoken("Bybit v5", "bybit", face, stream, limits, config, started)


FACES: Mapping[str, Callable[[Venue], Spoken]] = {"binance": _binance, "bybit": _bybit}
