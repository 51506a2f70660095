"""The position mode of an account as its open positions tell it, which costs less than to ask for it."""

from collections.abc import Awaitable, Callable

from verification.facts.account import PositionMode, PositionsReading
from verification.facts.errors import SourceError
from verification.facts.leg import Leg


async def told_mode(listed: Callable[[], Awaitable[PositionsReading]]) -> PositionMode | None:
    """Return the mode; None where nothing is open, or the list cannot be read, which looks will tell."""
    try:
        reading = await listed()
    except SourceError:
        return None
    legs = {row.key.leg for row in reading.positions if row.quantity != 0}
    if not legs:
        return None
    return PositionMode.ONE_WAY if Leg.NET in legs else PositionMode.HEDGE
