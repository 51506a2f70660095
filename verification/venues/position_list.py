"""The position list as a source: one answer turned into what it says of one leg."""

import asyncio

from verification.facts.account import PositionsReading
from verification.facts.errors import SourceUnreachable
from verification.facts.leg import LegKey
from verification.facts.observation import (
    Observation,
    Provenance,
    Silence,
    Source,
    SourceSilent,
)
from verification.venues.port import Venue


def leg_in_list(reading: PositionsReading, key: LegKey) -> Observation:
    """Return what a complete position list says of a leg: its row, or that it does not occur in the list.

    A list with a row whose contract nobody can name is not complete for any leg that it does not show, nor is
    one without the part of the account that the leg belongs to. Where asking for that part failed, the list
    is as silent about the leg as if all of it had failed so.
    """
    position = reading.row(key)
    if position is not None:
        return reading.seen(position)
    unnamed, unread = reading.unnamed, reading.why_unread(key.symbol)
    failure = reading.failure_of(key.symbol)
    shown = f"list of {len(reading.positions)} positions does not show it"
    return SourceSilent(
        key,
        Silence.ABSENT if failure is None else Silence(failure.code),
        f"a {shown}, but {unread}"
        if unread is not None
        else f"a {shown}, but an unknown {unnamed}"
        if unnamed is not None
        else f"a complete {shown}",
        complete=unnamed is None and unread is None,
        provenance=Provenance(Source.REST, received=reading.received, sent=reading.sent),
    )


async def list_within(venue: Venue, seconds: float) -> PositionsReading:
    """Read the position list, but do not wait for ever.

    Raises:
        SourceError: It could not be read; `SourceUnreachable` when it did not come in time.
    """
    try:
        async with asyncio.timeout(seconds):
            return await venue.read_positions()
    except TimeoutError:
        raise SourceUnreachable(f"the position list did not come within {seconds:g} s") from None
