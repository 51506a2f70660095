"""A venue on a free port, and unmodified ccxt pointed at it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulator.server import SimulatedVenue

SECRET = "the secret"


@pytest.fixture
async def venue() -> AsyncIterator[SimulatedVenue]:
    async with SimulatedVenue(seed=1, secret=SECRET) as venue:
        yield venue


@pytest.fixture
async def bot(venue: SimulatedVenue) -> AsyncIterator[Any]:
    client = ccxt_client(venue)
    yield client
    await client.close()


def ccxt_client(venue: SimulatedVenue, **more: Any) -> Any:
    """Return unmodified ccxt.pro for the venue: nothing but keys and the overrides the venue names."""
    import ccxt.pro

    config = venue.ccxt_config()
    options = {"warnOnFetchOpenOrdersWithoutSymbol": False, "fetchOpenOrders": {"warnWithoutSymbol": False}}
    config["options"] |= options
    return ccxt.pro.binanceusdm(
        {"apiKey": "key", "secret": SECRET, "enableRateLimit": False, **config, **more}
    )
