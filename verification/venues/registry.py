"""What is known of a venue, by its ccxt exchange id: one line a venue."""

from collections.abc import Mapping

from verification.venues.binance import capabilities as binance
from verification.venues.bybit import capabilities as bybit
from verification.venues.capabilities import Capabilities, Conditionals
from verification.venues.parts import settle_coin
from verification.venues.untried import (
    bingx,
    bitfinex,
    bitget,
    btse,
    coinbase,
    cryptocom,
    deribit,
    dydx,
    gate,
    hashkey,
    htx,
    hyperliquid,
    kraken,
    kucoin,
    mexc,
    okx,
    phemex,
)

KNOWN: Mapping[str, Capabilities] = {
    "binance": binance.ALL_IN_ONE,
    "binancecoinm": binance.COIN_MARGINED,
    "binanceusdm": binance.CAPABILITIES,
    "bingx": bingx.CAPABILITIES,
    "bitfinex": bitfinex.CAPABILITIES,
    "bitget": bitget.CAPABILITIES,
    "btse": btse.CAPABILITIES,
    "bybit": bybit.CAPABILITIES,
    "coinbase": coinbase.CAPABILITIES,
    "cryptocom": cryptocom.CAPABILITIES,
    "deribit": deribit.CAPABILITIES,
    "dydx": dydx.CAPABILITIES,
    "gate": gate.CAPABILITIES,
    "hashkey": hashkey.CAPABILITIES,
    "htx": htx.CAPABILITIES,
    "hyperliquid": hyperliquid.CAPABILITIES,
    "krakenfutures": kraken.FUTURES,
    "kucoin": kucoin.CAPABILITIES,
    "kucoinfutures": kucoin.CAPABILITIES,
    "mexc": mexc.CAPABILITIES,
    "myokx": okx.CAPABILITIES,
    "okx": okx.CAPABILITIES,
    "okxus": okx.CAPABILITIES,
    "phemex": phemex.CAPABILITIES,
}

_UNKNOWN = Capabilities(part_of=settle_coin)
"""Nothing is documented, so what its lists leave out is not known; what they show is."""


def capabilities_of(venue: str) -> Capabilities:
    """Return what is known of a ccxt exchange id; for a venue without rules the cautious defaults."""
    return KNOWN.get(venue, _UNKNOWN)


def unseen_of(venue: str) -> tuple[str, ...]:
    """Return what is not seen of an untried venue, a few words each; empty for one with its own dialect."""
    known = capabilities_of(venue)
    if known.dialect is not None or known.instead is not None:
        return ()
    stops = ("stops and other conditional orders",) if known.conditionals is Conditionals.NOT_KNOWN else ()
    left_out = () if known.documented else ("whatever its lists leave out",)
    return (*stops, "pushes (it is asked, never listened to)", *left_out)


def untried(venue: str) -> str:
    """Return the line that calls a venue untried, with what of it is not seen; empty for a tried one."""
    unseen = unseen_of(venue)
    if not unseen:
        return ""
    return f"{venue} is untried: it is read in ccxt's general form. Not seen: {'; '.join(unseen)}"


def notes_of(venue: str) -> tuple[str, ...]:
    """Return what a person should know of how a venue is read, plain lines: what of it is not seen."""
    beside = capabilities_of(venue).beside
    lines = (untried(venue), f"{beside} of this account are not read" if beside else "")
    return tuple(line for line in lines if line)


def one_company(name: str, other: str) -> bool:
    """Return True where two names are of venues of one company.

    Not every common beginning is a family: some companies bear the name of another that they are not.
    """
    return any(name in known.names and other in known.names for known in KNOWN.values())


def contracts_id(name: str) -> str:
    """Return the ccxt exchange id that a venue's contracts are read by, whatever a bot calls it."""
    known = KNOWN.get(name)
    if known is not None:
        return known.instead or name
    family = (each.names for each in KNOWN.values() if name in each.names)
    return next((own for names in family for own in sorted(names) if own in KNOWN), name)
