"""What a push proves by itself: a position that no bot knows, before the venue is asked about it; pure."""

from reconciler.comparison.outcome import Comparison
from reconciler.facts.finding import Finding
from reconciler.kinds.registry import spec_of
from verification.facts.account import AccountReading, Part
from verification.facts.clock import Moment
from verification.facts.errors import NotAsked
from verification.venues.port import Venue


def not_asked(venue: Venue, symbols: frozenset[str], now: Moment) -> AccountReading:
    """Return the reading of some symbols of which the venue was asked nothing: no part of it is known."""
    why = NotAsked("not asked yet: the stream has just shown this")
    account = venue.access.account
    failed = dict.fromkeys(Part, why)
    return AccountReading(
        account, venue.access.venue, venue.mode, symbols, None, None, None, failed, sent=now, received=now
    )


def strangers(comparison: Comparison) -> tuple[Finding, ...]:
    """Return the findings that a push proves by itself: a position is there, and no row of a bot is about it.

    All else that differs may be a bot that has not written yet what it did, or a push that is yet to come.
    """
    return tuple(each for each in comparison.findings if spec_of(each.kind).unknown_to_bot)
