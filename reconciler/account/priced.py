"""Asks for prices where the stops that rest cannot be judged by those that the position list tells."""

import logging
from dataclasses import replace

from reconciler.comparison.stop_prices import unpriced
from reconciler.comparison.trails import Trails
from reconciler.comparison.venue_view import VenueView
from verification.facts.account import AccountReading
from verification.facts.clock import Clock
from verification.facts.errors import SourceError
from verification.facts.slices import unhurried
from verification.facts.spell import Spell
from verification.venues.port import Venue

_log = logging.getLogger(__name__)


async def priced(
    venue: Venue, reading: AccountReading, before: VenueView | None, clock: Clock, unread: Spell | None = None
) -> AccountReading:
    """Return a reading with the prices that its stops must be judged by and its position list does not tell.

    A failure raises nothing: what could not be read stays unknown, and whoever judges a stop by it says so.

    Args:
        venue: Whom to ask.
        reading: The account as just read.
        before: What was known of it until then; None at the start.
        clock: Lets others go on meanwhile.
        unread: That they could not be read, from look to look: it is said now and then.
    """
    legs, trails = ({}, Trails()) if before is None else (before.legs, before.trails)
    wanted = await unhurried(unpriced(reading, legs, trails), clock)
    if not wanted:
        return reading
    try:
        asked = await venue.read_prices(wanted)
    except SourceError as error:
        if unread is None or unread.met(clock.now()):
            _log.warning("prices of %s: %s", ", ".join(sorted(wanted)), error)
        return reading
    if unread is not None and unread.well(clock.now()) is not None:
        _log.info("prices of %s are read again", ", ".join(sorted(wanted)))
    return replace(reading, prices=asked)
