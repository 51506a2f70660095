"""What is known of a venue, by its ccxt exchange id."""

from collections.abc import Mapping

from verification.capabilities import Capabilities
from verification.venues import binance, bybit

_KNOWN: Mapping[str, Capabilities] = {
    "binance": binance.ALL_IN_ONE,
    "binanceusdm": binance.CAPABILITIES,
    "bybit": bybit.CAPABILITIES,
}


def capabilities_of(venue: str) -> Capabilities:
    """Return what is known of a ccxt exchange id; for a venue without rules the cautious defaults."""
    return _KNOWN.get(venue, Capabilities())
