"""A venue of which more may be asked than it allows: what is measured is the asking, not the waiting."""

from dataclasses import replace

from verification.venues.capabilities import Capabilities
from verification.venues.registry import capabilities_of

NOBODY_REACHES = 1e9


def unlimited(venue: str) -> Capabilities:
    """Return what is known of a venue, but for its limit of request weight."""
    known = capabilities_of(venue)
    assert known.rates.address is not None, "it documents what it takes"
    limit = replace(known.rates.address, most=NOBODY_REACHES)
    return replace(known, rates=replace(known.rates, address=limit, used=""))
